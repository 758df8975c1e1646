"""Pydantic's findings as ``{field, problem}``, in English and Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any

from channel_terms import Words, Wrong

_ZH: Mapping[str, str] = {
    "missing": "此项为必填",
    "extra_forbidden": "不认识的字段",
    "string_type": "应为文本",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不正确",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不应小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不应大于 {le}",
    "literal_error": "应为 {expected} 之一",
    "enum": "应为 {expected} 之一",
    "date_type": "应为日期，如 2026-11-24",
    "date_parsing": "应为日期，如 2026-11-24",
    "date_from_datetime_parsing": "应为日期，如 2026-11-24",
    "date_from_datetime_inexact": "应为日期，如 2026-11-24",
    "datetime_type": "应为带时区的时间，如 2026-11-24T04:00:00Z",
    "datetime_parsing": "应为带时区的时间，如 2026-11-24T04:00:00Z",
    "datetime_object_invalid": "应为带时区的时间，如 2026-11-24T04:00:00Z",
    "datetime_from_date_parsing": "应为带时区的时间，如 2026-11-24T04:00:00Z",
    "timezone_aware": "时间应带时区，如 2026-11-24T04:00:00Z",
    "int_parsing_size": "整数过大",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "decimal_type": "应为十进制数",
    "decimal_parsing": "应为十进制数",
    "decimal_max_digits": "最多 {max_digits} 位",
    "decimal_max_places": "小数最多 {decimal_places} 位",
    "string_unicode": "应为 UTF-8 文本",
    "string_not_ascii": "只能含 ASCII 字符",
    "none_required": "应为 null",
    "set_type": "应为列表",
    "tuple_type": "应为列表",
    "union_tag_invalid": "应为 {expected_tags} 之一",
    "union_tag_not_found": "缺少 {discriminator}",
    "uuid_type": "应为 UUID",
    "uuid_parsing": "应为 UUID",
    "url_type": "应为 URL",
    "url_parsing": "应为 URL",
    "url_scheme": "URL 应以 {expected_schemes} 开头",
    "url_too_long": "至多 {max_length} 个字符",
    "model_attributes_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "model_type": "应为 JSON 对象",
}
_ZH_OTHER = "该值无效"
_NO_JSON = Words("send a JSON object with Content-Type: application/json", "请以 Content-Type: application/json 发送 JSON 对象")
MAX_FINDINGS = 50
"""Nobody reads more; a body may have as many faults as it has values."""
_NO_OBJECT = frozenset({"model_attributes_type", "dict_type", "model_type"})


def findings(errors: Sequence[Any], language: str) -> list[dict[str, str]]:
    """The first `MAX_FINDINGS`. Field paths read like ``lines[0].sku``; the body as a whole is ``body``. Values are not repeated."""
    return [{"field": _field(error["loc"]), "problem": words_of(error)[language == "zh"]} for error in errors[:MAX_FINDINGS]]


def _field(location: Sequence[Any]) -> str:
    return path_of(location[1:] or location)


def path_of(location: Sequence[Any]) -> str:
    """``lines[0].sku`` of a place inside a document."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def words_of(error: Any) -> Words:
    """What is wrong, in both languages."""
    kind, facts = error["type"], error.get("ctx", {})
    if kind in _NO_OBJECT and isinstance(error.get("input"), bytes):
        return _NO_JSON
    # A rule of our own says in both languages what it wants.
    if kind == "value_error" and isinstance(rule := facts.get("error"), Wrong):
        return Words(rule.en, rule.zh)
    return Words(error["msg"].removeprefix("Value error, "), _ZH.get(kind, _ZH_OTHER).format(**facts))
