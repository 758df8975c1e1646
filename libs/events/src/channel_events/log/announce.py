"""Telling readers that the log grew: at once in this process, by NOTIFY in the others."""

import asyncio
import contextlib
import math
import time
from typing import Any

import asyncpg

from channel_events.log.connect import CHANNEL, connect_as
from channel_events.log.errors import DRIVER_LOST
from channel_events.tasks import end

PAUSE = 0.002
"""Seconds between two notifications: each is a transaction of its own."""
HERE_SECONDS = 5.0
"""How often a process that has nothing to tell says that it listens."""
GONE_SECONDS = 20.0
"""After so long without a word nobody else is taken to listen any more: several lost words, or an end."""

_IDLE_SECONDS = 20.0
"""Far above what is heard of a process that lives; that something is said in time is what shows that nobody answers any more."""
_LOST = (OSError, asyncpg.PostgresError, *DRIVER_LOST, TimeoutError)


class Announcer:
    """Wakes this process's readers directly and sends at most one NOTIFY at a time for all appends meanwhile.

    Never inside the append: NOTIFY in a transaction takes one lock for the whole PostgreSQL cluster until its commit ends.
    It writes to PostgreSQL's own log as any commit does, but there is nothing in it to be waited for: no disk, no standby.

    A process that is alone notifies nobody: it would cost it a transaction an append. Each says now and then that it listens, at once
    to whoever comes; one whose word is lost finds what is new at its next poll.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._listeners: list[asyncio.Event] = []
        self._position = 0
        self._grew = asyncio.Event()
        self._heard = -math.inf
        self._here = True
        """Whether to say so, though nothing was appended."""
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="announcer")

    def listener(self) -> asyncio.Event:
        event = asyncio.Event()
        self._listeners.append(event)
        return event

    def announce(self, position: int) -> None:
        self._position = position
        self._grew.set()
        self._wake()

    async def close(self) -> None:
        if self._task:
            await end(self._task)

    def _wake(self) -> None:
        for event in self._listeners:
            event.set()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(*_LOST):  # readers poll: a lost notification costs them one interval
                connection = await connect_as(self._dsn, "qudao-log-announce", seconds=5, idle=_IDLE_SECONDS, synchronous_commit="off")
                try:
                    await self._serve(connection)
                finally:
                    connection.terminate()
            await asyncio.sleep(1)

    async def _serve(self, connection: Any) -> None:
        """Hears of other processes and tells them, until the connection is lost."""
        own = connection.get_server_pid()
        connection.add_termination_listener(lambda _: self._grew.set())  # to find out at once
        await connection.add_listener(CHANNEL, lambda _, pid, *__: None if pid == own else self._hear())
        self._wake()  # what came before we listened
        self._here = True
        while True:
            if self._here or self.followed:
                self._here = False
                await connection.fetchval("select pg_notify($1, $2)", CHANNEL, str(self._position))
            elif connection.is_closed():
                return
            await asyncio.sleep(PAUSE)
            try:
                async with asyncio.timeout(HERE_SECONDS):
                    await self._grew.wait()
            except TimeoutError:
                self._here = True
            self._grew.clear()

    @property
    def followed(self) -> bool:
        """Whether another process listens."""
        return time.monotonic() - self._heard < GONE_SECONDS

    def _hear(self) -> None:
        if not self.followed:  # it came just now: it has to know of us, too
            self._here = True
            self._grew.set()
        self._heard = time.monotonic()
        self._wake()
