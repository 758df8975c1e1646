"""Why rows and files are refused, whatever they are."""

from channel_service.problems import Problem, ProblemCatalogue

IMPORT_PROBLEMS = ProblemCatalogue(
    [
        Problem(
            "media_type_unsupported",
            415,
            "An import is application/x-ndjson or text/csv, not {media_type}.",
            "导入的内容类型应为 application/x-ndjson 或 text/csv，而不是 {media_type}。",
        ),
        Problem("row_too_long", 413, "The row is longer than {limit} bytes.", "该行超过 {limit} 字节的上限。"),
        Problem("row_invalid", 422, "The row is no document of an import: {reason}.", "该行不是有效的导入文档：{reason}。"),
        Problem("row_malformed", 422, "The row cannot be read: {reason}.", "无法读取该行：{reason}。"),
        Problem("row_disagrees", 422, "The rows of one document disagree: {reason}.", "同一文档的各行内容不一致：{reason}。"),
        Problem("header_invalid", 422, "The header cannot be used: {reason}.", "无法使用该表头：{reason}。"),
        Problem(
            "import_conflict",
            409,
            "This was imported before with other content; a correction needs a number, reference or key of its own.",
            "此前已导入过同一编号但内容不同的数据；更正需使用新的编号、引用号或 key。",
        ),
    ]
)
"""For the catalogue of a service that has imports."""
