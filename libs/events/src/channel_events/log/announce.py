"""Telling readers that the log grew: at once in this process, by NOTIFY in the others."""

import asyncio
import contextlib
from typing import Any

import asyncpg

from channel_events.log.connect import CHANNEL
from channel_events.tasks import end

PAUSE = 0.002
"""Seconds between two notifications: each costs the server as much as an append."""

_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)


class Announcer:
    """Wakes this process's readers directly and sends at most one NOTIFY at a time for all appends meanwhile.

    Never inside the append: NOTIFY in a transaction takes one lock for the whole PostgreSQL cluster until its commit ends.
    """

    def __init__(self, dsn: str, pool: Any) -> None:
        self._dsn, self._pool = dsn, pool
        self._listeners: list[asyncio.Event] = []
        self._position = 0
        self._grew = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._notify()), asyncio.create_task(self._listen())]

    def listener(self) -> asyncio.Event:
        event = asyncio.Event()
        self._listeners.append(event)
        return event

    def announce(self, position: int) -> None:
        self._position = position
        self._grew.set()
        self._wake()

    async def close(self) -> None:
        await end(*self._tasks)

    def _wake(self, *_: object) -> None:
        for event in self._listeners:
            event.set()

    async def _notify(self) -> None:
        while True:
            await self._grew.wait()
            self._grew.clear()
            with contextlib.suppress(*_LOST):  # readers poll: a lost notification costs them one interval
                await self._pool.execute("select pg_notify($1, $2)", CHANNEL, str(self._position))
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(*_LOST):
                connection = await asyncpg.connect(self._dsn, timeout=5, server_settings={"application_name": "qudao-log-listen"})
                try:
                    ended = asyncio.Event()
                    connection.add_termination_listener(lambda _, ended=ended: ended.set())
                    await connection.add_listener(CHANNEL, self._wake)
                    self._wake()  # what came before we listened
                    await ended.wait()
                finally:
                    connection.terminate()
            await asyncio.sleep(1)
