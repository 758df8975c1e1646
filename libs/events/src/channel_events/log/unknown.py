"""Finding out whether a write happened whose connection was lost before the answer came."""

import asyncio
import time
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from channel_events.log import statements as sql
from channel_events.log.connect import connect_writer
from channel_events.log.errors import OutcomeUnknown, UnsafeServer

PATIENCE = 8.0
"""Seconds until the caller is told that the outcome is unknown."""


class Backend(NamedTuple):
    """The server process of a connection; its start tells it from a later one with the same pid."""

    pid: int
    started: Any

    @classmethod
    async def of(cls, connection: asyncpg.Connection) -> "Backend":
        pid = connection.get_server_pid()
        return cls(pid, await connection.fetchval("select backend_start from pg_stat_activity where pid = $1", pid))


async def find_out(dsn: str, backend: Backend, first: UUID, *, durable: bool) -> Any:
    """The recorded clock of the batch whose first event has id ``first``, or None when it was not and will not be written.

    The head is locked first: then the old backend is in no commit. Its statement may still lie unread in its socket, so
    the backend is ended and seen to be gone before the log is asked, else the write could come after the answer "absent"
    (test_a_write_whose_connection_is_lost_is_never_done_twice). Raises `OutcomeUnknown` when that cannot be had in time.
    """
    until = time.monotonic() + PATIENCE
    pause = 0.05
    while True:
        try:
            return await _ask(dsn, backend, first, durable=durable)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, UnsafeServer) as failure:
            if time.monotonic() + pause > until:
                raise OutcomeUnknown("the connection was lost while writing, and the log cannot be asked") from failure
            await asyncio.sleep(pause)
            pause = min(pause * 2, 1.0)


async def _ask(dsn: str, backend: Backend, first: UUID, *, durable: bool) -> Any:
    connection = await connect_writer(dsn, durable=durable)
    try:
        async with connection.transaction():
            await connection.fetchrow(sql.LOCK_HEAD)
            await connection.fetchval(sql.END_BACKEND, *backend)
            for _ in range(200):
                if not await connection.fetchval(sql.BACKEND_LIVES, *backend):
                    return await connection.fetchrow(sql.WRITTEN, first)
                await asyncio.sleep(0.01)
            raise TimeoutError("the old backend does not end")
    finally:
        connection.terminate()
