"""Request bodies: their size is limited while they are read, and JSON must be what RFC 8259 and our databases can hold."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from channel_terms import Words, Wrong, parse_document
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from channel_service.auth.access import admit

MAX_DEPTH = 32
MAX_VALUES = 50_000

# Possessive, and content with a string that never closes: nothing to back-track into, so no input takes longer than its length.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
UNPARSABLE = Words("it cannot be parsed", "无法解析")
_UNLIMITED = "__qudao_unlimited_body__"
_DOCUMENT = "document"


class BodyRefused(HTTPException):
    """Raised while a body is read. An HTTPException, since FastAPI lets only those through from its reading of bodies."""

    def __init__(self, code: str, status: int, headers: Mapping[str, str] | None = None, **facts: Any) -> None:
        super().__init__(status, code, headers)
        self.code = code
        self.facts = facts


def unlimited_body(endpoint: Any) -> Any:
    """Marks a route that streams its body and limits it by itself, line by line: neither size nor JSON is checked."""
    setattr(endpoint, _UNLIMITED, True)
    return endpoint


class Body:
    """Gives a route its whole body at once, checked, and never holds more than ``limit`` bytes of it.

    It acts when the route reads, not before: by then routing has told which route it is. Who is not let in makes us read nothing: FastAPI
    reads and parses a body before its dependencies run.
    """

    __slots__ = ("_asked", "_delivered", "_head", "_limit", "_receive", "_scope")

    def __init__(self, scope: Scope, receive: Receive, head: Mapping[bytes, Sequence[bytes]], limit: int) -> None:
        self._scope, self._receive, self._head, self._limit = scope, receive, head, limit
        self._asked = self._delivered = False

    async def receive(self) -> Message:
        if self._delivered:
            return await self._receive()
        if not self._asked and "route" in self._scope:
            self._asked = True
            admit(self._scope)
        check_encoding(self._said(b"content-encoding"))
        if getattr(self._scope.get("endpoint"), _UNLIMITED, False):
            return await self._receive()
        self._delivered = True
        return await self._whole()

    async def _whole(self) -> Message:
        declared = self._said(b"content-length")
        if declared.isdigit() and (len(declared) > 18 or int(declared) > self._limit):
            self._too_large()
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            chunk = message.get("body", b"")
            size += len(chunk)
            # A chunked body declares no length: what counts is what came.
            if size > self._limit:
                self._too_large()
            chunks.append(chunk)
            if not message.get("more_body", False):
                break
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        if body and b"json" in self._said(b"content-type"):
            self._scope["state"][_DOCUMENT] = parse_json(body)
        return {"type": "http.request", "body": body, "more_body": False}

    def _said(self, name: bytes) -> bytes:
        given = self._head.get(name)
        return given[0] if given else b""

    def _too_large(self) -> NoReturn:
        raise BodyRefused("body_too_large", 413, limit=self._limit)


def check_encoding(encoding: bytes) -> None:
    """`BodyRefused` for what is packed. A route whose answer begins before it has read anything asks by itself."""
    # A small body may unpack to a thousand times its size: we take none, so there is no limit to get wrong.
    if encoding and encoding.lower() != b"identity":
        raise BodyRefused("content_encoding_unsupported", 415, {"accept-encoding": "identity"}, encoding=encoding.decode("latin-1"))


async def read_document(request: Request) -> Any:
    """The JSON document of a request's body, parsed once, when it was checked; None when there is no body. A body that was not sent as
    JSON is refused as FastAPI does it."""
    body = await request.body()
    if not body:
        return None
    state = request.scope["state"]
    if _DOCUMENT not in state:
        raise RequestValidationError([{"type": "model_attributes_type", "loc": ("body",), "msg": "", "input": body}])
    return state[_DOCUMENT]


def parse_json(body: bytes, most: int = MAX_VALUES) -> Any:
    """The parsed document; `BodyRefused` for what is no JSON or not fit to be stored.

    Refused besides what `channel_terms.parse_document` refuses: nesting deeper than `MAX_DEPTH`, and more than ``most`` values
    (parsing them would hold everybody else up).
    """
    opened = body.count(b"[") + body.count(b"{")
    many = opened + body.count(b",") > most
    if opened > MAX_DEPTH or many:
        unquoted = _STRING.sub(b"", body) if b'"' in body else body
        # A list in a list is a value, too, though no comma tells of it.
        if many and unquoted.count(b",") + unquoted.count(b"[") + unquoted.count(b"{") > most:
            raise BodyRefused("too_many_values", 400, limit=most)
        if opened > MAX_DEPTH and _deeper(unquoted):
            raise BodyRefused("body_too_deep", 400, limit=MAX_DEPTH)
    try:
        return parse_document(body)
    except (ValueError, RecursionError) as error:
        raise BodyRefused("malformed_json", 400, reason=_reason(error)) from None


def _deeper(unquoted: bytes) -> bool:
    """Whether brackets nest deeper than the limit: takes the innermost pairs away, level by level, each in one pass in C."""
    brackets = unquoted.translate(_TO_SQUARE, _NO_BRACKETS)
    if b"[" * (MAX_DEPTH + 1) in brackets:
        return True
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    # Only openers count: with brackets that match nothing it is not JSON at all, which the parser says better.
    return brackets.count(b"[") > MAX_DEPTH or b"[]" in brackets


def _reason(error: Exception) -> Words:
    if isinstance(error, json.JSONDecodeError):
        return syntax_error(error.msg, error.pos)
    if isinstance(error, UnicodeDecodeError):
        return Words(f"byte {error.start} is not UTF-8", f"第 {error.start} 个字节不是 UTF-8")
    return Words(error.en, error.zh) if isinstance(error, Wrong) else UNPARSABLE


def syntax_error(message: str, position: int) -> Words:
    return Words(f"{message} at character {position}", f"第 {position} 个字符处有语法错误")
