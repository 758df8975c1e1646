"""Why files are refused."""

from channel_service.problems import Problem

FILE_PROBLEMS = [
    Problem("file_unknown", 404, "{partner_id} has no file {sha256} here.", "{partner_id} 在此没有文件 {sha256}。"),
    Problem(
        "file_not_kept",
        409,
        "These files of {partner_id} are not here; put them here first, then repeat this: {files}.",
        "{partner_id} 的以下文件尚未上传；请先上传，再重复此操作：{files}。",
    ),
    Problem(
        "file_differs",
        422,
        "The SHA-256 of what was sent is {found}, not {sha256}: it was changed on its way, or another file is meant.",
        "收到内容的 SHA-256 为 {found}，而不是 {sha256}：内容在传输中被改动，或指的是另一个文件。",
    ),
    Problem(
        "file_kind_unsupported",
        415,
        "Files of the type {media_type} are not kept here. These are: {kinds}.",
        "不接受 {media_type} 类型的文件。可接受的类型：{kinds}。",
    ),
    Problem(
        "file_kind_differs",
        422,
        "What was sent does not begin as {media_type} does; name the type that it is.",
        "收到的内容不是 {media_type} 格式；请注明其实际类型。",
    ),
    Problem(
        "file_named",
        409,
        "Something rests on the file {sha256}; only an admin of the brand may erase it.",
        "文件 {sha256} 已被引用；仅品牌管理员可以删除。",
    ),
    Problem(
        "loose_files_full",
        409,
        "Files of {partner_id} that nothing names yet may come to {limit} bytes together; use them, or erase some.",
        "{partner_id} 尚未被引用的文件合计不得超过 {limit} 字节；请先使用或删除其中的文件。",
    ),
    Problem(
        "files_full",
        409,
        "All files of {partner_id} may come to {limit} bytes together; ask the brand for more room.",
        "{partner_id} 的全部文件合计不得超过 {limit} 字节；请联系品牌方增加空间。",
    ),
    Problem(
        "files_busy",
        503,
        "Too many files are being taken in; nothing was kept, try again later.",
        "正在接收的文件过多；未保存任何内容，请稍后重试。",
        retryable=True,
    ),
    Problem(
        "file_too_slow",
        408,
        "The file did not come within {seconds} seconds; nothing was kept, send it again.",
        "文件未能在 {seconds} 秒内传完；未保存任何内容，请重新发送。",
        retryable=True,
    ),
    Problem(
        "file_damaged",
        500,
        "The file {sha256} is not what it was when it came, and is not given out; who has it may send it again.",
        "文件 {sha256} 已损坏，无法提供；持有该文件者可重新上传。",
    ),
]
"""For the catalogue of a service that keeps files."""
