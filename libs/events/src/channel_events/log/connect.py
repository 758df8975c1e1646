"""Connections to the log's database, set up so that nothing waits for ever and nothing confirmed is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

from channel_events.log.errors import UnsafeServer
from channel_events.log.watched import Connection, WatchedConnection

CHANNEL = "qudao_log"
"""NOTIFY channel on which a process tells the others that the log grew."""

_SIGNS = {"tcp_user_timeout": "10s", "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "2"}
"""What the server does about a network that is gone; the client does the same, see `watched`."""

_SETTINGS = {
    **_SIGNS,
    "application_name": "qudao-log",
    "synchronous_commit": "on",
    # Each statement has to see what was committed before it: the head is locked by one, the tail read by the next.
    "default_transaction_isolation": "read committed",
    # The few statements are the same for ever: planning the write anew each time costs more than running it.
    "plan_cache_mode": "force_generic_plan",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "3s",
    "statement_timeout": "5s",
}

_CONNECT_SECONDS = 5
_MARGIN_SECONDS = 5
"""How much longer than the server's own timeout an answer is awaited: the server can say more about it."""

IDLE_SECONDS = 5.0
"""A session that does one thing for all processes, and a process that stands still: another one takes over after so long."""


DEADLINE_SECONDS = 10.0
"""How long one batch may take to be written, above all the timeouts of the server's that would tell more."""


@contextmanager
def deadline(connection: asyncpg.Connection, seconds: float | None = None) -> Iterator[None]:
    """Drops the connection when time is up, so that what is awaited on it fails as on any lost connection.

    Nothing on a writing connection is ended in another way: cancelled, or timed out by asyncpg, it sends a cancel to the
    server, and a cancel on a commit that waits for a synchronous standby turns it into a success that is not replicated
    (test_a_commit_that_waits_for_a_standby_is_never_cancelled).
    """
    handle = asyncio.get_running_loop().call_later(DEADLINE_SECONDS if seconds is None else seconds, connection.terminate)
    try:
        yield
    finally:
        handle.cancel()


async def prepare(connection: Any) -> None:
    """Event data travels as the bytes that were encoded, with no detour over str."""
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=bytes, decoder=bytes)


async def connect_as(dsn: str, name: str, *, seconds: float | None = 30, idle: float | None = None, **settings: str) -> asyncpg.Connection:
    """A connection for anything but the log's own writing, on which nothing is awaited for ever.

    ``name`` is shown as application name. ``seconds``: how long one statement may take, after which the server ends it, and
    the connection is dropped when it does not say so; None where a statement may take what it takes. ``idle``: the server ends
    the session, and with it its locks and transaction, when this process does nothing for so long, because it stands still;
    while it runs the session stays. ``settings`` are further ones of the server.
    """
    connection = await asyncpg.connect(
        dsn,
        timeout=_CONNECT_SECONDS,
        connection_class=WatchedConnection,
        server_settings={**_SIGNS, "application_name": name, **_limits(seconds, idle), **settings},
    )
    connection.watch(None if seconds is None else seconds + _MARGIN_SECONDS, idle)
    return connection


def _limits(seconds: float | None, idle: float | None) -> dict[str, str]:
    """As PostgreSQL takes them, in milliseconds."""
    names = {"statement_timeout": seconds, "idle_session_timeout": idle, "idle_in_transaction_session_timeout": idle and 2 * idle}
    return {name: str(round(1000 * limit)) for name, limit in names.items() if limit is not None}


async def connect_readers(dsn: str) -> Any:
    """A pool for everything but writing; a read that gets no answer within 10 s fails."""
    return await pool_as(dsn, "qudao-log-read", least=1, most=8, opened=prepare)


async def pool_as(dsn: str, name: str, *, least: int = 0, most: int, opened: Callable[[Any], Awaitable[None]] | None = None) -> Any:
    """A pool of such connections, for what leaves no setting, lock, cursor or channel in its session; a statement may take 10 s.
    ``opened`` is called with each new one."""

    async def watched(connection: Any) -> None:
        connection.watch(10 + _MARGIN_SECONDS)
        if opened is not None:
            await opened(connection)

    return await asyncpg.create_pool(
        dsn,
        min_size=least,
        max_size=most,
        init=watched,
        reset=_as_it_is,
        timeout=_CONNECT_SECONDS,
        connection_class=WatchedConnection,
        server_settings={**_SIGNS, "application_name": name, **_limits(10, None)},
    )


async def _as_it_is(_: asyncpg.Connection) -> None:
    # asyncpg's own way asks the server to forget a session's state, a round trip for each read, and there is none
    # (test_reads_leave_their_sessions_as_they_were). A transaction that is left open it ends in any case.
    return


async def connect_writer(dsn: str, *, durable: bool) -> asyncpg.Connection:
    """A connection for writing the log. It is not watched: all that is done on it is inside a `deadline`, for a whole batch."""
    connection = await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS, connection_class=Connection, server_settings=_SETTINGS)
    try:
        with deadline(connection):
            await prepare(connection)
            await _refuse_unsafe(connection, durable=durable)
    except BaseException:
        connection.terminate()
        raise
    return connection


_SAFETY = """
select pg_is_in_recovery() as standby, current_setting('synchronous_commit') as synchronous_commit,
       current_setting('transaction_isolation') as isolation,
       current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes
"""


async def _refuse_unsafe(connection: asyncpg.Connection, *, durable: bool) -> None:
    found: Any = await connection.fetchrow(_SAFETY)
    if found["standby"]:
        raise UnsafeServer("this PostgreSQL is a standby: point DATABASE_URL to the primary")
    if found["synchronous_commit"] != "on":
        # Asked for when connecting, but a pooler between may have dropped that.
        raise UnsafeServer("PostgreSQL would confirm commits before they are on disk: synchronous_commit=on does not get through")
    if found["isolation"] != "read committed":
        raise UnsafeServer(f"transactions are {found['isolation']}: default_transaction_isolation=read committed does not get through")
    for name in ("fsync", "full_page_writes") if durable else ():
        if found[name] != "on":
            raise UnsafeServer(f"PostgreSQL runs with {name}=off and may lose confirmed writes: turn it on")
