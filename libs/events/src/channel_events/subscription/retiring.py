"""Builds of a view: what they are called, and dropping those that are read no more, while nobody makes another.

What is read keeps its progress and parked rows under the view's name, so nobody else needs to know of builds; one that is
being made, or was read before, keeps them under the name with its number: ``sales_v1#3``. They are made by `channel_operate`.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from channel_events.log.connect import connect_as, prepare
from channel_events.subscription.serving import schema_of
from channel_events.view import View

KEPT_SECONDS = 60
"""How long tables that were read stay: a read that began before the switch still has them in its snapshot."""

OF_BUILDS = ("progress", "parked_stream", "parked_event")
"""Tables whose rows have the name of a build."""

_LOCK_SPACE = 0x71626C64  # "qbld"
_SETTINGS = {"lock_timeout": "5s", "idle_in_transaction_session_timeout": "10s"}
"""A process that is frozen while it holds the serving build lets go of it (test_a_frozen_rebuild_lets_go_of_what_it_holds)."""

_TRIES, _AGAIN_SECONDS = 20, 0.05
"""What has the lock may be nothing but the session of a command that has just ended: the server notices a moment later."""
_SCHEMAS = "select nspname from pg_namespace where starts_with(nspname, $1)"


class Busy(Exception):
    """Another process makes or drops builds of this view."""


def building(view: View, build: int) -> str:
    """The name of a build that is not read."""
    return f"{view.subscription}#{build}"


async def drop_retired_builds(owner_dsn: str, views: Iterable[View]) -> dict[str, list[int]]:
    """Drops tables that are read no more, if that is so for a minute; the numbers of the builds dropped, by view.

    Leaves those of a view that is being built, or that somebody still reads.
    """
    dropped = {}
    for view in views:
        try:
            async with only_one(owner_dsn, view) as connection:
                dropped[view.name] = await drop_retired(connection, view)
        except Busy:
            continue
    return {name: builds for name, builds in dropped.items() if builds}


@asynccontextmanager
async def only_one(owner_dsn: str, view: View) -> AsyncIterator[Any]:
    """A connection of the owner that holds the builds of a view; `Busy` when another one does."""
    connection = await connect_as(owner_dsn, "qudao-build", seconds=None, idle=None, **_SETTINGS)
    try:
        await prepare(connection)
        for _ in range(_TRIES):
            if await connection.fetchval("select pg_try_advisory_lock($1, hashtext($2))", _LOCK_SPACE, view.subscription):
                break
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            raise Busy(f"view {view.name} is being built by another process")
        yield connection
    finally:
        connection.terminate()


async def drop_retired(connection: Any, view: View) -> list[int]:
    """Drops every build but the one that is read, unless that was switched to less than `KEPT_SECONDS` ago: then nothing.

    The caller sees to it that none is being made meanwhile. Returns the numbers of those dropped: none when somebody still
    reads one of them.
    """
    try:
        return await _drop_retired(connection, view)
    except asyncpg.LockNotAvailableError:
        return []


async def _drop_retired(connection: Any, view: View) -> list[int]:
    async with connection.transaction():
        serving = await connection.fetchrow(
            "select build, since < now() - $2 * interval '1 second' as settled from serving where subscription = $1 for update",
            view.subscription,
            KEPT_SECONDS,
        )
        if serving is not None and not serving["settled"]:
            return []
        keep = 0 if serving is None else serving["build"]
        dropped = [build for build in await builds_of(connection, view) if build != keep]
        for build in dropped:
            await drop(connection, view, build)
        if keep and await connection.fetchval("select to_regclass($1)", f"public.{view.tables[0].sql.name}"):
            await drop(connection, view, 0)
            dropped.append(0)
        return dropped


async def drop(connection: Any, view: View, build: int) -> None:
    """Removes a build that nobody reads, with its progress and parked rows."""
    if build:
        await connection.execute(f'drop schema "{schema_of(view.subscription, build)}" cascade')
    else:
        for table in view.tables:
            await connection.execute(f'drop table if exists public."{table.sql.name}"')
    for name in OF_BUILDS:
        await connection.execute(f"delete from {name} where subscription = $1", building(view, build))


async def builds_of(connection: Any, view: View) -> list[int]:
    """The numbers of all builds that have tables of their own."""
    prefix = f"{view.subscription}_b"
    names = [row["nspname"] for row in await connection.fetch(_SCHEMAS, prefix)]
    return sorted(int(name.removeprefix(prefix)) for name in names if re.fullmatch(r"\d+", name.removeprefix(prefix)))
