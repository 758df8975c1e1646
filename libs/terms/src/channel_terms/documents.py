"""JSON as RFC 8259 has it and as our databases can hold it, the same at every door."""

import json
import re
from typing import Any, NoReturn

from channel_terms.written import Wrong

# What may make a text unfit. Nearly every document has none of it, so one search in C is the whole cost of the check.
_SUSPICIOUS = re.compile(rb"\x00|NaN|Infinity|[0-9][eE]\+?[0-9]{3}|\\u0000|\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
_UNFIT_TEXT = re.compile("[\x00\ud800-\udfff]")


def parse_document(body: bytes) -> Any:
    """The parsed document. `Wrong` for a name twice in one object (others may read the first where we read the last), NaN and infinities
    (also as ``1e999``), NUL characters (PostgreSQL cannot store them, and one would abort a whole batch of the log) and lone surrogates
    (they have no UTF-8); other ``ValueError`` for what is no JSON, ``RecursionError`` for what nests too deep."""
    if not _SUSPICIOUS.search(body):
        return _DECODE(body.decode())
    document = _STRICT(body.decode())
    _check_values(document)
    return document


def _check_values(document: Any) -> None:
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and _UNFIT_TEXT.search(one):
            raise Wrong("a text holds a NUL character or half a surrogate pair", "文本含有 NUL 字符或不成对的代理字符")
        if isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Wrong("an object has the same name twice", "同一对象中有重复的名称")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise Wrong(f"{name} is not a number of JSON", f"{name} 不是 JSON 数字")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise Wrong("a number is too large", "数字过大")
    return number


_DECODE = json.JSONDecoder(object_pairs_hook=_object).decode
_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite).decode
