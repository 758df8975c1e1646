"""Connections for reading, and how many may be held at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from channel_events.log import DRIVER_LOST
from prometheus_client import Gauge

from channel_service.lost import Unavailable, is_away

T = TypeVar("T")
Ask = Callable[[Any], Awaitable[T]]
"""Asks something on an asyncpg connection."""

WAITING = Gauge("qudao_database_connections_waiting", "Reads that wait for a connection of the pool.")
WAIT_SECONDS = 5.0
KEPT_SECONDS = 1800.0
"""A connection is let go so long after it was opened: a server's name may mean another one by then."""
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    *DRIVER_LOST,
    ConnectionError,
)


class Places:
    """So many reads at once hold a connection, whatever kind it is; others wait, `Unavailable` after `WAIT_SECONDS`."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self.in_use = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        if self._free.locked():
            try:
                with WAITING.track_inprogress():
                    async with asyncio.timeout(WAIT_SECONDS):
                        await self._free.acquire()
            except TimeoutError:
                raise Unavailable("no connection became free") from None
        else:
            await self._free.acquire()
        self.in_use += 1
        try:
            yield
        finally:
            self.in_use -= 1
            self._free.release()


class Connections:
    """Connections that are kept open, the one used last first, and never reset: what is asked on them leaves them as they were, and one
    of which that is not known is let go."""

    def __init__(self, open_: Callable[[], Awaitable[asyncpg.Connection]], places: Places) -> None:
        self._open, self._places = open_, places
        self._kept: list[tuple[asyncpg.Connection, float]] = []
        self._closed = False

    async def use(self, ask: Ask[T]) -> T:
        """What ``ask`` gets; `Unavailable` when there is no connection to be had.

        A kept connection whose server went away is found to be dead by asking. Nothing that is read was sent on yet, so the read does not
        pay for that: all that were kept are let go, and it is asked once more, on a new one.
        """
        async with self._places.one():
            if (kept := self._keep_or_none()) is not None:
                try:
                    return await self._on(*kept, ask)
                except _LOST:
                    self.forget()
            return await self._on(*await self._opened(), ask)

    def forget(self) -> None:
        """Lets all go that nobody uses."""
        kept, self._kept = self._kept, []
        for connection, _ in kept:
            connection.terminate()

    def close(self) -> None:
        self._closed = True
        self.forget()

    def _keep_or_none(self) -> tuple[asyncpg.Connection, float] | None:
        while self._kept:
            connection, until = self._kept.pop()
            if not connection.is_closed() and time.monotonic() < until:
                return connection, until
            connection.terminate()
        return None

    async def _opened(self) -> tuple[asyncpg.Connection, float]:
        try:
            return await self._open(), time.monotonic() + KEPT_SECONDS
        except Exception as error:
            if not is_away(error):
                raise
            raise Unavailable(type(error).__name__) from error

    async def _on(self, connection: asyncpg.Connection, until: float, ask: Ask[T]) -> T:
        clean = False
        try:
            answer = await ask(connection)
            clean = True
            return answer
        except asyncpg.PostgresError as error:
            clean = not isinstance(error, _LOST)
            raise
        finally:
            # Cancelled in the middle, or left inside a transaction, it is nobody's any more.
            if clean and not self._closed and not connection.is_closed() and not connection.is_in_transaction():
                self._kept.append((connection, until))
            else:
                connection.terminate()
