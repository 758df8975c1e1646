"""Request bodies: their size is limited while they are read, and JSON must be what RFC 8259 and our databases can hold."""

import json
import re
from typing import Any, NoReturn

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channel_service.problems.validation import Rule
from channel_service.problems.words import Words

MAX_DEPTH = 32

# What may make a body unfit. Nearly every body has none of it, so one search in C is the whole cost of the check.
_SUSPICIOUS = re.compile(rb"\x00|NaN|Infinity|[0-9][eE]\+?[0-9]{3}|\\u0000|\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
# Possessive, and content with a string that never closes: nothing to back-track into, so no input takes longer than its length.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_UNFIT_TEXT = re.compile("[\x00\ud800-\udfff]")
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
UNPARSABLE = Words("it cannot be parsed", "无法解析")
_UNFIT = Words("a text holds a NUL character or half a surrogate pair", "文本含有 NUL 字符或不成对的代理字符")
_UNLIMITED = "__qudao_unlimited_body__"


class BodyRefused(HTTPException):
    """Raised while a body is read. An HTTPException, since FastAPI lets only those through from its reading of bodies."""

    def __init__(self, code: str, status: int, **facts: Any) -> None:
        super().__init__(status, code)
        self.code = code
        self.facts = facts


def unlimited_body(endpoint: Any) -> Any:
    """Marks a route that streams its body and limits it by itself, line by line: neither size nor JSON is checked."""
    setattr(endpoint, _UNLIMITED, True)
    return endpoint


class BodyLimit:
    """Gives routes their whole body at once, checked, and never holds more than ``limit`` bytes of it.

    It acts when the route reads, not before: by then routing has told which route it is.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        delivered = False

        async def checked() -> Message:
            nonlocal delivered
            if delivered or getattr(scope.get("endpoint"), _UNLIMITED, False):
                return await receive()
            delivered = True
            return await self._read(scope, receive)

        await self.app(scope, checked, send)

    async def _read(self, scope: Scope, receive: Receive) -> Message:
        declared = _header(scope, b"content-length")
        if declared.isdigit() and int(declared) > self.limit:
            self._too_large()
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message
            chunk = message.get("body", b"")
            size += len(chunk)
            # A chunked body declares no length: what counts is what came.
            if size > self.limit:
                self._too_large()
            chunks.append(chunk)
            if not message.get("more_body", False):
                break
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        if b"json" in _header(scope, b"content-type"):
            check_json(body)
        return {"type": "http.request", "body": body, "more_body": False}

    def _too_large(self) -> NoReturn:
        raise BodyRefused("body_too_large", 413, limit=self.limit)


def check_json(body: bytes) -> None:
    """`BodyRefused` for JSON nested deeper than `MAX_DEPTH`, or holding what JSON or PostgreSQL does not know.

    Refused: NaN and infinities (also as ``1e999``), NUL characters (PostgreSQL cannot store them, and one
    would abort a whole batch of the log), lone surrogates (they have no UTF-8). Other faults are left to the parser.
    """
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _deeper(body):
        raise BodyRefused("body_too_deep", 400, limit=MAX_DEPTH)
    if _SUSPICIOUS.search(body):
        _check_values(body)


def parse_json(body: bytes) -> Any:
    """The parsed document, for routes that read JSON line by line; `BodyRefused` for what `check_json` or the parser refuses."""
    check_json(body)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BodyRefused("malformed_json", 400, reason=_reason(error)) from None


def _deeper(body: bytes) -> bool:
    """Whether brackets nest deeper than the limit: takes the innermost pairs away, level by level, each in one pass in C."""
    brackets = _STRING.sub(b"", body).translate(_TO_SQUARE, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    # Only openers count: with brackets that match nothing it is not JSON at all, which the parser says better.
    return brackets.count(b"[") > MAX_DEPTH or b"[]" in brackets


def _check_values(body: bytes) -> None:
    try:
        document = json.loads(body.decode(), parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BodyRefused("malformed_json", 400, reason=_reason(error)) from None
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and _UNFIT_TEXT.search(one):
            raise BodyRefused(
                "malformed_json",
                400,
                reason=Words("a text holds a NUL character or half a surrogate pair", "文本含有 NUL 字符或不成对的代理字符"),
            )
        if isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _refuse_constant(name: str) -> NoReturn:
    raise Rule(f"{name} is not a number of JSON", f"{name} 不是 JSON 数字")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise Rule("a number is too large", "数字过大")
    return number


def _reason(error: Exception) -> Words:
    if isinstance(error, json.JSONDecodeError):
        return syntax_error(error.msg, error.pos)
    if isinstance(error, UnicodeDecodeError):
        return Words(f"byte {error.start} is not UTF-8", f"第 {error.start} 个字节不是 UTF-8")
    return Words(error.en, error.zh) if isinstance(error, Rule) else UNPARSABLE


def syntax_error(message: str, position: int) -> Words:
    return Words(f"{message} at character {position}", f"第 {position} 个字符处有语法错误")


def _header(scope: Scope, name: bytes) -> bytes:
    for header, value in scope["headers"]:
        if header == name:
            return bytes(value)
    return b""
