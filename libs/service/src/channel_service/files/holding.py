"""How much of files a process holds in memory, and how many hashes it has worked out, at once: whoever sends or asks for how many."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from channel_events.pure import Rejected

from channel_service.auth.principal import Principal
from channel_service.http.limits import kind_of

HELD_BYTES = 67_108_864
"""Bytes of files that are being taken in; of one caller half of that. Where a file may be larger, as many as two such files."""
CHECKED = 2
"""Hashes that are worked out by the database at once: a core's work each, for some 50 ms where the file is large."""
WAIT_SECONDS = 30.0


class Holding:
    """Of one process: `of` its application. Who finds no place waits, `Rejected` (``files_busy``) after `WAIT_SECONDS`."""

    def __init__(self) -> None:
        self._held: Counter[tuple[str, str]] = Counter()
        self._freed = asyncio.Condition()
        self.storing = asyncio.Lock()
        """One at a time: on its way to the database a file is in memory three times."""
        self._checking = asyncio.Semaphore(CHECKED)

    @classmethod
    def of(cls, state: Any) -> Self:
        if not hasattr(state, "holding"):
            state.holding = cls()
        found: Self = state.holding
        return found

    @asynccontextmanager
    async def place(self, caller: Principal, size: int, most: int) -> AsyncIterator[None]:
        """For a file of ``size`` bytes, where none is larger than ``most``."""
        whose, held = kind_of(caller), max(HELD_BYTES, 2 * most)
        async with _in_time(), self._freed:
            await self._freed.wait_for(lambda: self._held.total() + size <= held and self._held[whose] + size <= held // 2)
            self._held[whose] += size
        try:
            yield
        finally:
            self._held[whose] -= size
            self._held += Counter()  # forgets who holds nothing
            async with self._freed:
                self._freed.notify_all()

    @asynccontextmanager
    async def checking(self) -> AsyncIterator[None]:
        async with _in_time():
            await self._checking.acquire()
        try:
            yield
        finally:
            self._checking.release()


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            yield
    except TimeoutError:
        raise Rejected("files_busy") from None
