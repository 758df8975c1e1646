"""Finding out whether a write happened whose connection was lost before the answer came."""

import asyncio
import time
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from channel_events.log import statements as sql
from channel_events.log.connect import connect_writer, deadline
from channel_events.log.errors import DRIVER_LOST, OutcomeUnknown, UnsafeServer

PATIENCE = 8.0
"""Seconds until the caller is told that the outcome is unknown."""


class CommitInDoubt(ConnectionError):
    """The server confirmed a commit with a warning: it was told to stop waiting for its standby, which may not have it."""


class Backend(NamedTuple):
    """The server process of a connection; its start tells it from a later one with the same pid."""

    pid: int
    started: Any

    @classmethod
    async def of(cls, connection: asyncpg.Connection) -> "Backend":
        pid = connection.get_server_pid()
        return cls(pid, await connection.fetchval("select backend_start from pg_stat_activity where pid = $1", pid))


async def find_out(dsn: str, backend: Backend, first: UUID | None, *, durable: bool) -> Any:
    """The recorded clock of the batch whose first event has id ``first``, or None when it was not and will not be written.

    None, too, for a batch without events, ``first`` None: deciding it again is safe, once the old backend is gone.

    The head is locked first: then the old backend is in no commit. Its statement may still lie unread in its socket, so
    the backend is ended and seen to be gone before the log is asked, else the write could come after the answer "absent"
    (test_a_statement_that_arrives_late_is_never_done). The commit of this very transaction waits for the standby as the
    batch's own should have. Raises `OutcomeUnknown` when all that cannot be had in time.
    """
    until = time.monotonic() + PATIENCE
    pause = 0.05
    while True:
        try:
            return await _ask(dsn, backend, first, durable=durable, seconds=max(until - time.monotonic(), pause))
        except (OSError, asyncpg.PostgresError, *DRIVER_LOST, TimeoutError, UnsafeServer) as failure:
            if time.monotonic() + pause > until:
                raise OutcomeUnknown("the connection was lost while writing, and the log cannot be asked") from failure
            await asyncio.sleep(pause)
            pause = min(pause * 2, 1.0)


async def _ask(dsn: str, backend: Backend, first: UUID | None, *, durable: bool, seconds: float) -> Any:
    connection = await connect_writer(dsn, durable=durable)
    warnings: list[Any] = []
    connection.add_log_listener(lambda _, message: warnings.append(message))
    try:
        with deadline(connection, seconds):
            async with connection.transaction():
                await connection.fetchrow(sql.LOCK_HEAD)
                await connection.fetchval(sql.END_BACKEND, *backend)
                await _until_gone(connection, backend)
                row = await connection.fetchrow(sql.WRITTEN, first)
                warnings.clear()  # only the commit's count
        if warnings:
            raise CommitInDoubt(str(warnings[0]))
        return row
    finally:
        connection.terminate()


async def _until_gone(connection: asyncpg.Connection, backend: Backend) -> None:
    for _ in range(200):
        if not await connection.fetchval(sql.BACKEND_LIVES, *backend):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("the old backend does not end")
