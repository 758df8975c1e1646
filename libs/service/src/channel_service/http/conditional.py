"""Conditional requests (RFC 9110, 13): If-Match on commands, If-None-Match on reads, and the ETags both are about.

An ETag is the tag of a stream, ``"<version>-<id of the last event>"``, and always strong.
"""

import hashlib
import re
from collections.abc import Sequence

import msgspec
from channel_events import Expect
from starlette.responses import Response
from starlette.types import Message

from channel_service.problems.refusals import invalid

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"\s*(?:,\s*)*{_TAG}(?:\s*,\s*(?:{_TAG})?)*\s*")
_ONE = re.compile(_TAG)


def expected(if_match: Sequence[str]) -> Expect | None:
    """What the lines of If-Match ask for; None when there is none. `Rejected` for what is no list of ETags.

    A weak tag never matches: If-Match compares strongly.
    """
    if not if_match:
        return None
    # A line without a tag is refused like any other: a condition that got lost on its way must not become none at all.
    header = ", ".join(if_match)
    if header.strip() == "*":
        return Expect(None)
    if not _TAGS.fullmatch(header):
        raise invalid("If-Match", 'must be ETags like "3-0f1b6d5e", or *', '应为 ETag，如 "3-0f1b6d5e"，或 *')
    return Expect(frozenset(tag[1:-1] for tag in _ONE.findall(header) if not tag.startswith("W/")))


def quoted(tag: str) -> str:
    return f'"{tag}"'


def set_etag(response: Response, tag: str | None, *, dated: bool = False) -> None:
    """Names the answer; ``dated`` when it depends on the day it is asked on, and so is never answered with 304."""
    if tag is not None:
        response.headers["etag"] = quoted(tag)
    if dated:
        response.headers["cache-control"] = "no-store"


def content_tag(content: object) -> str:
    """A tag for an answer that no stream of ours stands behind, from what it says."""
    return hashlib.sha256(msgspec.json.encode(content, enc_hook=str)).hexdigest()[:32]


def not_modified(message: Message, if_none_match: Sequence[bytes]) -> tuple[Message, bool]:
    """The head of an answer to a read, and whether it became 304: where its ETag is one that the caller's If-None-Match names."""
    headers = dict(message["headers"])
    if headers.get(b"cache-control") == b"no-store" or not _names(b", ".join(if_none_match), headers.get(b"etag")):
        return message, False
    kept = [(name, value) for name, value in message["headers"] if name not in {b"content-length", b"content-type"}]
    return {**message, "status": 304, "headers": kept}, True


def _names(known: bytes, etag: bytes | None) -> bool:
    """Whether the list holds the tag; compared weakly, and what is no tag in it is passed over."""
    if etag is None:
        return False
    text = known.decode("latin-1")
    return text.strip() == "*" or etag.decode("latin-1") in {tag.removeprefix("W/") for tag in _ONE.findall(text)}
