"""Connections to the log's database, set up so that nothing waits for ever and nothing confirmed is lost."""

from typing import Any

import asyncpg

from channel_events.log.errors import UnsafeServer

CHANNEL = "qudao_log"
"""NOTIFY channel on which a process tells the others that the log grew."""

_SETTINGS = {
    "application_name": "qudao-log",
    "synchronous_commit": "on",
    # The few statements are the same for ever: planning the write anew each time costs more than running it.
    "plan_cache_mode": "force_generic_plan",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "3s",
    "statement_timeout": "5s",
    "tcp_user_timeout": "10s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "2",
}


async def prepare(connection: Any) -> None:
    """Event data travels as the bytes that were encoded, with no detour over str."""
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=bytes, decoder=bytes)


async def connect_readers(dsn: str) -> Any:
    """A pool for everything but writing; a read that gets no answer within 10 s fails."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=8,
        init=prepare,
        timeout=5,
        command_timeout=10,
        server_settings={"application_name": "qudao-log-read"},
    )


async def connect_writer(dsn: str, *, durable: bool) -> asyncpg.Connection:
    """A connection for the committer alone.

    No client-side command timeout: it would send a cancel, and a cancel on a commit that waits for a synchronous
    standby turns it into a success that is not replicated.
    """
    connection = await asyncpg.connect(dsn, timeout=5, server_settings=_SETTINGS)
    try:
        await prepare(connection)
        await _refuse_unsafe(connection, durable=durable)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _refuse_unsafe(connection: asyncpg.Connection, *, durable: bool) -> None:
    if await connection.fetchval("select pg_is_in_recovery()"):
        raise UnsafeServer("this PostgreSQL is a standby: point DATABASE_URL to the primary")
    for name in ("fsync", "full_page_writes") if durable else ():
        if await connection.fetchval("select current_setting($1)", name) != "on":
            raise UnsafeServer(f"PostgreSQL runs with {name}=off and may lose confirmed writes: turn it on")
