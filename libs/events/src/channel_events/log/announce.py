"""Telling readers that the log grew: at once in this process, by NOTIFY in the others."""

import asyncio
import contextlib
from typing import Any

import asyncpg

from channel_events.log.connect import CHANNEL, connect_as
from channel_events.log.errors import DRIVER_LOST
from channel_events.tasks import end

PAUSE = 0.002
"""Seconds between two notifications: each is a transaction of its own."""

_IDLE_SECONDS = 20.0
"""Far above what is heard of a process that lives; that something is said in time is what shows that nobody answers any more."""
_LOST = (OSError, asyncpg.PostgresError, *DRIVER_LOST, TimeoutError)


class Announcer:
    """Wakes this process's readers directly and sends at most one NOTIFY at a time for all appends meanwhile.

    Never inside the append: NOTIFY in a transaction takes one lock for the whole PostgreSQL cluster until its commit ends.
    It writes to PostgreSQL's own log as any commit does, but there is nothing in it to be waited for: no disk, no standby.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._listeners: list[asyncio.Event] = []
        self._position = 0
        self._grew = asyncio.Event()
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
        await connection.add_listener(CHANNEL, lambda _, pid, *__: None if pid == own else self._wake())
        self._wake()  # what came before we listened
        while True:
            await self._grew.wait()
            self._grew.clear()
            await connection.fetchval("select pg_notify($1, $2)", CHANNEL, str(self._position))
            await asyncio.sleep(PAUSE)
