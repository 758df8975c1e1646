"""Pydantic's findings as ``{field, problem}``, in English and Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    "model_attributes_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "model_type": "应为 JSON 对象",
}
_NO_JSON = ("send a JSON object with Content-Type: application/json", "请以 Content-Type: application/json 发送 JSON 对象")
_NO_OBJECT = frozenset({"model_attributes_type", "dict_type", "model_type"})


def findings(errors: Sequence[Any], language: str) -> list[dict[str, str]]:
    """Field paths read like ``lines[0].sku``; the body as a whole is ``body``. Values are not repeated."""
    return [{"field": _field(error["loc"]), "problem": _problem(error, language)} for error in errors]


def _field(location: Sequence[Any]) -> str:
    inside = location[1:] or location
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in inside).lstrip(".")


def _problem(error: Any, language: str) -> str:
    kind, facts = error["type"], error.get("ctx", {})
    chinese = language == "zh"
    if kind in _NO_OBJECT and isinstance(error.get("input"), bytes):
        return _NO_JSON[chinese]
    # A rule of our own says in both languages what it wants.
    if kind == "value_error" and isinstance(rule := facts.get("error"), Rule):
        return rule.zh if chinese else rule.en
    if chinese and kind in _ZH:
        return _ZH[kind].format(**facts)
    message: str = error["msg"]
    return message.removeprefix("Value error, ")


class Rule(ValueError):
    """Raised by a model's own validator: what is wrong, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh
