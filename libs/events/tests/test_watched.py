"""Connections to PostgreSQL on which nothing is awaited for ever, and sessions that end with the process that stands still."""

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from channel_events import Log
from channel_events.log.connect import connect_as, connect_readers, connect_writer
from channel_events.log.errors import DRIVER_LOST
from channel_events.told import told

from .silence import quiet_database

ROOT = Path(__file__).parents[3]
LOST = (asyncpg.PostgresConnectionError, *DRIVER_LOST)


async def from_pool(dsn: str) -> Any:
    pool = await connect_readers(dsn)
    return await pool.acquire()


OPENED: dict[str, Callable[[str], Awaitable[Any]]] = {
    "any": lambda dsn: connect_as(dsn, "test"),
    "writing": lambda dsn: connect_writer(dsn, durable=False),
    "of the pool": from_pool,
}


@pytest.mark.parametrize("opened", OPENED.values(), ids=OPENED.keys())
async def test_the_kernel_is_told_to_notice_a_network_that_is_gone(database: str, opened: Callable[[str], Awaitable[Any]]) -> None:
    connection = await opened(database)
    sock = connection._transport.get_extra_info("socket")
    asked = {name: sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in ("TCP_KEEPIDLE", "TCP_USER_TIMEOUT")}
    server = {name: await connection.fetchval(f"show {name}") for name in ("tcp_keepalives_idle", "tcp_user_timeout")}
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    connection.terminate()
    assert asked == {"TCP_KEEPIDLE": 5, "TCP_USER_TIMEOUT": 10_000}
    assert server == {"tcp_keepalives_idle": "5", "tcp_user_timeout": "10000"}


def test_no_connection_of_libraries_and_services_is_opened_in_another_way() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("libs", "services")
        for path in (ROOT / folder).glob("*/src/**/*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"asyncpg\.(connect|create_pool)\(", line) and path.name != "connect.py"
    ]
    assert found == []


async def in_silence(dsn: str, does: Callable[[Any, Any], Awaitable[Any]]) -> None:
    """``does`` something on a connection, which falls silent when it says so; it must end soon, and the connection with it."""
    async with quiet_database(dsn) as (quiet, through):
        connection: Any = await connect_as(through, "test")
        connection.watch(0.4)
        await connection.execute("create temporary table t (n int)")
        with pytest.raises(LOST) as ended:
            async with asyncio.timeout(5):
                await does(connection, quiet)
        assert connection.is_closed()
        assert "did not answer in time" in told(ended.value)


async def a_statement(connection: Any, quiet: Any) -> None:
    quiet.speaking.clear()
    await connection.execute("select 1")


async def a_commit(connection: Any, quiet: Any) -> None:
    async with connection.transaction():
        await connection.execute("insert into t values (1)")
        quiet.speaking.clear()


async def a_rollback(connection: Any, quiet: Any) -> None:
    async with connection.transaction():
        quiet.speaking.clear()
        raise RuntimeError


async def a_rollback_behind_a_cancelled_statement(connection: Any, quiet: Any) -> None:
    async with connection.transaction():
        quiet.speaking.clear()
        await asyncio.wait_for(connection.execute("select 1"), 0.1)


async def a_copy(connection: Any, quiet: Any) -> None:
    quiet.speaking.clear()
    await connection.copy_records_to_table("t", records=[(1,)])


async def a_batch(connection: Any, quiet: Any) -> None:
    await connection.executemany("insert into t values ($1)", [(1,)])
    quiet.speaking.clear()
    await connection.executemany("insert into t values ($1)", [(2,)])


async def a_listener(connection: Any, quiet: Any) -> None:
    quiet.speaking.clear()
    await connection.add_listener("c", lambda *_: None)


@pytest.mark.parametrize("does", [a_statement, a_commit, a_rollback, a_rollback_behind_a_cancelled_statement, a_copy, a_batch, a_listener])
async def test_whatever_is_awaited_on_a_connection_ends_when_nobody_answers(database: str, does: Any) -> None:
    await in_silence(database, does)


async def test_a_goodbye_that_nobody_hears_ends(database: str) -> None:
    async with quiet_database(database) as (quiet, through):
        connection: Any = await connect_as(through, "test")
        connection.watch(0.4)
        quiet.speaking.clear()
        async with asyncio.timeout(5):
            await connection.close()


async def test_a_read_from_the_pool_ends_and_gives_its_place_back(database: str) -> None:
    async with quiet_database(database) as (quiet, through):
        pool = await connect_readers(through)
        async with pool.acquire() as connection:
            connection.watch(0.4)
        quiet.speaking.clear()
        with pytest.raises(LOST):
            async with asyncio.timeout(5):
                await pool.fetchval("select 1")
        quiet.speaking.set()
        assert await pool.fetchval("select 2") == 2
        pool.terminate()


class Bug(Exception):
    pass


class Fails:
    """A unit that finds a fault of its own when nobody answers any more."""

    usual = ()

    def __init__(self, quiet: Any) -> None:
        self._quiet = quiet

    async def begin(self, connection: Any) -> list[tuple[str, str]]:
        return []

    def decide(self, draft: Any, known: Any) -> None:
        self._quiet.speaking.clear()
        raise Bug

    async def end(self, connection: Any) -> None: ...

    def outcomes(self) -> dict[str, int]:
        return {}


async def test_a_unit_of_the_log_that_fails_in_silence_ends(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.connect.DEADLINE_SECONDS", 0.4)
    async with quiet_database(database) as (quiet, through):
        log = await Log.open(service="specimen", dsn=through, deciders=[], timezone="UTC", durable=False)
        with pytest.raises(Bug):
            async with asyncio.timeout(5):
                await log.transact(Fails(quiet))
        quiet.speaking.set()
        await log.close()


async def test_a_session_ends_while_its_process_stands_still(database: str) -> None:
    stays = await connect_as(database, "test", idle=0.4)
    await asyncio.sleep(1.5)
    assert await stays.fetchval("select 1") == 1
    time.sleep(1.5)  # noqa: ASYNC251 - the process stands still
    with pytest.raises(LOST):
        await stays.fetchval("select 1")


async def test_a_transaction_left_open_ends_although_its_process_lives(database: str) -> None:
    left = await connect_as(database, "test", idle=0.2)
    await left.execute("begin")
    await asyncio.sleep(1.5)
    with pytest.raises((asyncpg.IdleInTransactionSessionTimeoutError, *LOST)):
        await left.fetchval("select 1")


async def test_what_keeps_a_session_is_in_nobodys_way(database: str) -> None:
    connection: Any = await connect_as(database, "test")
    connection.watch(10, idle=0.01)
    for number in range(200):
        assert await connection.fetchval("select $1::int", number) == number
        await asyncio.sleep(0.0025 + number % 5 / 10_000)
    await connection.close()


async def test_a_listener_that_is_idle_notices_that_nobody_answers(database: str) -> None:
    async with quiet_database(database) as (quiet, through):
        connection: Any = await connect_as(through, "test")
        connection.watch(0.2, idle=0.4)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        quiet.speaking.clear()
        await asyncio.wait_for(lost.wait(), 5)
