"""Taking in a file: never more of it than a file may have, for never longer than a file may take, and of few at once."""

import asyncio
import hashlib
from collections import Counter
from typing import Any, NamedTuple

from channel_events.pure import Rejected
from fastapi import Request

from channel_service.auth.principal import Principal
from channel_service.http.body import BodyRefused, check_encoding
from channel_service.http.limits import kind_of

AT_ONCE = 16
"""Files that a process holds in memory at once, `OF_ONE` of them of one caller."""
OF_ONE = 4
TAKING_SECONDS = 120.0
"""A client that sends a kilobyte every ten seconds is not let go as a slow one, and would hold its place for a day."""


class Place:
    """One of the places for files in this process; `Rejected` (``files_busy``) when there is none for this caller."""

    def __init__(self, state: Any, caller: Principal) -> None:
        if not hasattr(state, "taking_in"):
            state.taking_in = Counter()
        self._taken: Counter[tuple[str, str]] = state.taking_in
        self._whose = kind_of(caller)

    def __enter__(self) -> None:
        if self._taken.total() >= AT_ONCE or self._taken[self._whose] >= OF_ONE:
            raise Rejected("files_busy")
        self._taken[self._whose] += 1

    def __exit__(self, *_: object) -> None:
        self._taken[self._whose] -= 1
        self._taken += Counter()  # forgets who has none


class Taken(NamedTuple):
    content: bytearray
    sha256: str


async def take_in(request: Request, most: int) -> Taken:
    """The whole body and its hash. `BodyRefused` as soon as it is larger than ``most`` bytes, `Rejected` (``file_too_slow``)."""
    check_encoding(request.headers.get("content-encoding", "").encode("latin-1"))
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > most):
        raise BodyRefused("body_too_large", 413, limit=most)
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
