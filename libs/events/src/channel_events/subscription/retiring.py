"""Dropping builds that are read no more, while nobody makes another."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from channel_events.log.connect import connect_as, prepare
from channel_events.subscription.builds import drop_retired
from channel_events.view import View

_LOCK_SPACE = 0x71626C64  # "qbld"
_SETTINGS = {"lock_timeout": "5s", "idle_in_transaction_session_timeout": "10s"}
"""A process that is frozen while it holds the serving build lets go of it (test_a_frozen_rebuild_lets_go_of_what_it_holds)."""

_TRIES, _AGAIN_SECONDS = 20, 0.05
"""What has the lock may be nothing but the session of a command that has just ended: the server notices a moment later."""


class Busy(Exception):
    """Another process makes or drops builds of this view."""


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
