"""Taking in a file: never more of it than a file may have, and for never longer than a file may take."""

import asyncio
import hashlib
from typing import NamedTuple

from channel_events.pure import Rejected
from fastapi import Request

from channel_service.http.body import BodyRefused, check_encoding

TAKING_SECONDS = 120.0
"""A client that sends a kilobyte every ten seconds is not let go as a slow one, and would hold its place for a day."""


class Taken(NamedTuple):
    content: bytearray
    sha256: str


def size_of(request: Request, most: int) -> int:
    """What the body comes to, or may where it does not say. `BodyRefused` for what is packed, and for more than ``most`` bytes."""
    check_encoding(request.headers.get("content-encoding", "").encode("latin-1"))
    declared = request.headers.get("content-length", "")
    if not (declared.isascii() and declared.isdigit()):
        return most
    if len(declared) > 18 or int(declared) > most:
        raise BodyRefused("body_too_large", 413, limit=most)
    return int(declared)


async def take_in(request: Request, most: int) -> Taken:
    """The whole body and its hash. `BodyRefused` as soon as it is larger than ``most`` bytes, `Rejected` (``file_too_slow``)."""
    content, digest = bytearray(), hashlib.sha256()
    try:
        async with asyncio.timeout(TAKING_SECONDS):
            async for piece in request.stream():
                if len(content) + len(piece) > most:
                    raise BodyRefused("body_too_large", 413, limit=most)
                content += piece
                digest.update(piece)
    except TimeoutError:
        raise Rejected("file_too_slow", seconds=round(TAKING_SECONDS)) from None
    return Taken(content, digest.hexdigest())
