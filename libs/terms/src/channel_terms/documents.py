"""JSON as RFC 8259 has it and as our databases can hold it, the same at every door."""

import json
import re
from typing import Any, NoReturn

from channel_terms.written import Wrong

# What may make a text unfit. Nearly every document has none of it, so these searches in C are the whole cost of the check. Each
# begins with what is looked for: all in one expression, which does not, took two to four times as long over a long text.
_WORDS = (b"\x00", b"NaN", b"Infinity")
_SUSPICIOUS = tuple(map(re.compile, (rb"\\u(?:0000|[dD][89a-fA-F])", rb"\xed[\xa0-\xbf]", rb"[eE](?<=[0-9].)\+?[0-9]{3}")))
_UNFIT_TEXT = re.compile("[\x00\ud800-\udfff]")


def parse_document(body: bytes) -> Any:
    """The parsed document. `Wrong` for a name twice in one object (others may read the first where we read the last), NaN and infinities
    (also as ``1e999``), NUL characters (PostgreSQL cannot store them, and one would abort a whole batch of the log) and lone surrogates
    (they have no UTF-8); other ``ValueError`` for what is no JSON, ``RecursionError`` for what nests too deep."""
    if not (any(word in body for word in _WORDS) or any(unfit.search(body) for unfit in _SUSPICIOUS)):
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
