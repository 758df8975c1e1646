"""A read is one statement: it sees what is served, what its caller may see, and nothing of who asked on the connection before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from channel_events import OWN_LOG, TEXT, Table, View
from channel_service.lost import Unavailable
from channel_service.migrations import migrate
from channel_service.reading import compiled, connections
from channel_service.testing import Running, running
from qudao_checks.wire import Wire
from specimen.app import SERVICE

THINGS = Table("things", key=("owner", "name"), columns={"owner": TEXT, "name": TEXT}, scope="owner")
SHARED = Table("also", key=("owner",), columns={"owner": TEXT}, scope="owner")
KEPT = View("kept", version=1, of=OWN_LOG, tables=[THINGS, SHARED], changes=lambda _: iter(()))
_c = THINGS.sql.c
ALL = sa.select(_c.name).order_by(_c.name)
WHO = sa.text("select current_user::text as who, current_setting('channel.scope', true) as scope")
BOTH_CHILDREN = sa.select(SHARED.sql.c.owner)


@asynccontextmanager
async def one_connection(url: str, **changes: Any) -> AsyncIterator[tuple[Running, asyncpg.Connection]]:
    """A service with one connection for reads and a view, and one of ours beside it."""
    service = replace(SERVICE, views=[KEPT], **changes)
    await migrate(service, url, "postgres")
    beside = await asyncpg.connect(url)
    try:
        async with running(service, database_url=url, database_connections=1) as client:
            yield client, beside
    finally:
        await beside.close()


async def names(client: Running, scope: str | None = None) -> list[str]:
    return [row[0] for row in await client.runtime.reads.rows(ALL, scope)]


async def put(connection: asyncpg.Connection, schema: str, *rows: tuple[str, str]) -> None:
    await connection.executemany(f"insert into {schema}.things_v1 (owner, name) values ($1, $2)", rows)


async def build(connection: asyncpg.Connection, number: int, *rows: tuple[str, str]) -> None:
    """The tables of the view, made again with these rows, and served."""
    schema = f"kept_v1_b{number}"
    async with connection.transaction():
        await connection.execute(f"create schema {schema}; create table {schema}.things_v1 (like public.things_v1 including all)")
        await put(connection, schema, *rows)
        await connection.execute("delete from serving")
        await connection.execute("insert into serving (subscription, build, since) values ('kept_v1', $1, now())", number)


async def test_a_read_sees_what_is_served_though_its_connection_saw_another_build(url: str) -> None:
    """Rows of the old tables, or that there are none, are not believed once a switch was committed."""
    async with one_connection(url) as (client, beside):
        assert await names(client) == []
        await build(beside, 1, ("a", "new"))
        assert await names(client) == ["new"]
        await build(beside, 2)
        assert await names(client) == []
        await build(beside, 3, ("a", "third"))
        assert await names(client) == ["third"]


async def test_a_read_finds_what_is_served_when_the_tables_it_knew_are_gone(url: str) -> None:
    async with one_connection(url) as (client, beside):
        await put(beside, "public", ("a", "old"))
        assert await names(client) == ["old"]
        await build(beside, 1, ("a", "new"))
        await beside.execute("drop table public.things_v1")
        assert await names(client) == ["new"]


async def test_a_scoped_read_sees_its_own_rows_of_what_is_served_and_leaves_nothing_of_itself(url: str) -> None:
    async with one_connection(url) as (client, beside):
        await put(beside, "public", ("a", "of a"), ("b", "of b"))
        for scope, seen in (("a", ["of a"]), (None, ["of a", "of b"]), ("b", ["of b"]), ("nobody", [])):
            assert await names(client, scope) == seen
        await client.runtime.reads.rows(WHO, "a")
        [(who, left)] = [tuple(row)[:2] for row in await client.runtime.reads.rows(WHO)]
        assert (who, left or None) == ("postgres", None)
        [(who, scope)] = await client.runtime.reads.rows(WHO, "a")
        assert (who, scope) == ("postgres_scoped", "{a}")


async def test_a_scoped_read_that_fails_leaves_no_role_behind(url: str) -> None:
    async with one_connection(url) as (client, beside):
        await put(beside, "public", ("a", "of a"), ("b", "of b"))
        for _ in range(3):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await client.runtime.reads.rows(sa.text("select * from event"), "a")
            assert await names(client) == ["of a", "of b"]


async def test_what_a_partner_sees_beside_its_own_is_asked_in_the_snapshot_of_its_rows(url: str) -> None:
    """As the service itself, since the partner's own role may not see it before it is known."""
    also: Any = {
        "also_sees": lambda partner, today: BOTH_CHILDREN.where(SHARED.sql.c.owner != partner, sa.literal(today) > date(2026, 1, 1))
    }
    async with one_connection(url, **also) as (client, beside):
        await put(beside, "public", ("a", "of a"), ('b"\\', "of b"), ("c", "of c"))
        assert await names(client, "a") == ["of a"]
        await beside.execute("insert into also_v1 (owner) values ($1)", 'b"\\')
        assert await names(client, "a") == ["of a", "of b"]
        assert await client.runtime.reads.seen_by("a") == {"a", 'b"\\'}


async def test_nothing_is_written_through_a_read(url: str) -> None:
    lock = sa.text("select position from log_head for update")
    async with one_connection(url) as (client, _):
        for scope in (None, "a"):
            with pytest.raises((asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError)):
                await client.runtime.reads.rows(lock, scope)
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await client.runtime.reads.fetch("insert into command_key default values", ())


async def backends(beside: asyncpg.Connection) -> list[int]:
    own = "application_name = 'qudao-read' and datname = current_database()"  # others test on the same server
    return [row["pid"] for row in await beside.fetch(f"select pid from pg_stat_activity where {own}")]


async def test_a_server_that_was_started_again_costs_no_read(url: str) -> None:
    async with one_connection(url) as (client, beside):
        for scope in (None, "a"):
            await names(client, scope)
            [before] = await backends(beside)
            await beside.execute("select pg_terminate_backend($1, 1000)", before)
            assert await names(client, scope) == []
            assert before not in await backends(beside)


async def test_a_connection_that_turns_out_dead_costs_no_read(url: str) -> None:
    async with Wire.to(url) as wire, one_connection(wire.url) as (client, beside):
        await put(beside, "public", ("a", "of a"))
        for scope in (None, "a"):
            assert await names(client, scope) == ["of a"]
            opened = wire.opened
            wire.die()
            assert await names(client, scope) == ["of a"]
            assert wire.opened == opened + 1


async def until_asleep(beside: asyncpg.Connection) -> None:
    asleep = "select from pg_stat_activity where datname = current_database() and state = 'active' and wait_event = 'PgSleep'"
    async with asyncio.timeout(10):
        while not await beside.fetch(asleep):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)


async def test_a_read_that_was_given_up_lets_its_connection_go(url: str) -> None:
    async with one_connection(url) as (client, beside):
        for scope in (None, "a"):
            asked = asyncio.create_task(client.runtime.reads.rows(sa.text("select pg_sleep(60)"), scope))
            await until_asleep(beside)
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
            assert await names(client) == []
            assert client.runtime.connections_in_use == 0


async def test_who_gets_no_connection_is_told_that_there_is_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads of every kind share the places that the settings give."""
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.05)
    async with one_connection(url) as (client, _), client.runtime.reading_everything():
        assert client.runtime.connections_in_use == 1
        with pytest.raises(Unavailable):
            await names(client)


def test_a_statement_is_compiled_once_whatever_its_values() -> None:
    first, second = (compiled(ALL.where(_c.owner == owner, _c.name.in_(those))) for owner, those in (("a", ["x"]), ("b", ["y"])))
    assert first.sql is second.sql or first.sql == second.sql
    assert (first.values, second.values) == (["a", "x"], ["b", "y"])
    assert compiled(ALL.where(_c.owner == "a")).sql is compiled(ALL.where(_c.owner == "b")).sql
    assert compiled(ALL.where(_c.name.in_(["x", "y"]))).values == ["x", "y"]
