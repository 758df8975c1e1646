"""Why rows and files are refused, whatever they are."""

from channel_service.problems import Problem, ProblemCatalogue

IMPORT_PROBLEMS = ProblemCatalogue(
    [
        Problem(
            "media_type_unsupported",
            415,
            "An import is no {media_type}; send it as application/x-ndjson or text/csv.",
            "不支持以 {media_type} 导入；请使用 application/x-ndjson 或 text/csv。",
        ),
        Problem(
            "row_too_long",
            413,
            "The row is longer than {limit} bytes; split it and import again.",
            "该行超过 {limit} 字节的上限；请拆分后重新导入。",
        ),
        Problem(
            "row_invalid",
            422,
            "The row is no document of an import; correct it and import again: {reason}.",
            "该行不是有效的导入文档；请改正后重新导入：{reason}。",
        ),
        Problem(
            "row_malformed",
            422,
            "The row cannot be read; correct it and import again: {reason}.",
            "无法读取该行；请改正后重新导入：{reason}。",
        ),
        Problem(
            "row_disagrees",
            422,
            "The rows of one document disagree; make them agree and import again: {reason}.",
            "同一文档的各行内容不一致；请统一后重新导入：{reason}。",
        ),
        Problem(
            "header_invalid",
            422,
            "The header cannot be used; correct it and import again: {reason}.",
            "无法使用该表头；请改正后重新导入：{reason}。",
        ),
        Problem(
            "import_conflict",
            409,
            "This was imported before with other content; a correction needs a number, reference or key of its own.",
            "此前已导入过同一编号但内容不同的数据；更正需使用新的编号、引用号或 key。",
        ),
    ]
)
"""For the catalogue of a service that has imports."""
