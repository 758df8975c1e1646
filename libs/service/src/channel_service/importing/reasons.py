"""Why a row is no document of its kind, as msgspec says it: which field, and in Chinese too."""

import re
from typing import NamedTuple

from channel_service.problems.words import Words

_PLACE = re.compile(r"^(?P<what>.*) - at `\$\.?(?P<field>.*)`$", re.DOTALL)
_NAMED = re.compile(r"^Object (?:missing required|contains unknown) field `(?P<field>[^`]*)`$")
_ZH = (
    (re.compile(r"^Object missing required field `(.*)`$"), r"缺少必填字段 `\1`"),
    (re.compile(r"^Object contains unknown field `(.*)`$"), r"不认识的字段 `\1`"),
    (re.compile(r"^Expected `(.*)`, got `(.*)`$"), r"应为 `\1`，而不是 `\2`"),
    (re.compile(r"^Expected `str` of length (.*)$"), r"文本长度应 \1"),
    (re.compile(r"^Expected `str` matching regex (.*)$"), r"文本应匹配 \1"),
    (re.compile(r"^Invalid value '?(.*?)'?$"), r"无效的值 \1"),
    (re.compile(r"^Invalid ([\w-]+)(?: encoded string)?$"), r"无效的 \1"),
)


class Reason(NamedTuple):
    """``field`` reads like ``lines[0].sku``; None when it is about the row as a whole."""

    field: str | None
    words: Words


def reason(message: str) -> Reason:
    """The parts of a msgspec message."""
    place = _PLACE.match(message)
    what, field = (place["what"], place["field"]) if place else (message, "")
    if named := _NAMED.match(what):
        field = f"{field}.{named['field']}" if field else named["field"]
    chinese = next((pattern.sub(zh, what) for pattern, zh in _ZH if pattern.match(what)), what)
    shown = f" - {field}" if field else ""
    return Reason(field or None, Words(what + shown, chinese + shown))
