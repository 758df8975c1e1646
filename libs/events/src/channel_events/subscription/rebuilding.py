"""Making a view again beside the one that is read, while events flow."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from channel_events.log.connect import connect_as, prepare
from channel_events.pure import Registry
from channel_events.subscription.build_subscription import BuildSubscription
from channel_events.subscription.builds import Held, NotReady, Places, building, drop, drop_retired, lock, new_build, switch
from channel_events.subscription.progress import FORKED, INCOMPLETE
from channel_events.subscription.serving import schema_of
from channel_events.subscription.tables import make_indexes
from channel_events.tasks import end
from channel_events.view import View

_LOOK_SECONDS = 0.05
_STALL_SECONDS = 3.0
"""How long the serving build may be held for the new one to draw level; far below its own lock timeout."""
_NEAR = 10_000
"""Positions, over all partitions, that are folded in a part of `_STALL_SECONDS`."""
_LOCK_SPACE = 0x71626C64  # "qbld"

_PLACES = "select source, partition, position from progress where subscription = $1 and state = 'running'"

Told = Callable[[float], object]
"""Called now and then with how much of the way is done, from 0 to 1."""


class Busy(Exception):
    """Another process makes or drops builds of this view."""


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """What building needs: the owner's DSN of the service's database, the role that will read, and where events come from.

    ``registry`` has the classes of the own log's events.
    """

    owner_dsn: str
    role: str | None
    service: str
    registry: Registry
    bootstrap: str
    profile: str = "embedded"
    topic_prefix: str = "qudao."


class Rebuilt(msgspec.Struct, frozen=True):
    """The build that is read now, and where it was at the switch: positions by ``source/partition``."""

    build: int
    places: dict[str, int]


async def rebuild(where: Where, view: View, *, told: Told = lambda _: None, patience: float = 600) -> Rebuilt:
    """Folds ``view`` from the start into new tables and lets them be read when they are where the old ones are.

    Workers and readers go on meanwhile. ``patience``: seconds to try the switch after everything is folded; `NotReady` with
    the reason when it cannot be done, and then nothing has changed. `Busy` when another process is at it. The old tables
    are dropped by the next `drop_retired_builds`, a minute later at the earliest.
    """
    async with only_one(where, view) as connection:
        await drop_retired(connection, view)
        build = await new_build(connection, view, where.role)
        try:
            await catch_up(connection, where, view, build, told)
            async with connection.transaction():
                await make_indexes(connection, view, schema_of(view.subscription, build))
            old = await when_level(connection, where, view, build, patience, lambda old: switch(connection, view, build, old.places))
        except BaseException:
            async with connection.transaction():
                await drop(connection, view, build)
            raise
    told(1.0)
    return Rebuilt(build, {f"{source}/{partition}": position for (source, partition), position in old.places.items()})


async def drop_retired_builds(where: Where, view: View) -> list[int]:
    """Drops tables that are read no more, if that is so for a minute; the numbers of the builds dropped."""
    async with only_one(where, view) as connection:
        return await drop_retired(connection, view)


@asynccontextmanager
async def only_one(where: Where, view: View) -> AsyncIterator[Any]:
    """A connection of the owner that holds the builds of a view; `Busy` when another one does."""
    connection = await connect_as(where.owner_dsn, "qudao-build", seconds=None, lock_timeout="5s")
    try:
        await prepare(connection)
        if not await connection.fetchval("select pg_try_advisory_lock($1, hashtext($2))", _LOCK_SPACE, view.subscription):
            raise Busy(f"view {view.name} is being built by another process")
        yield connection
    finally:
        connection.terminate()


@asynccontextmanager
async def folding(where: Where, view: View, build: int, limit: Mapping[tuple[str, int], int] | None = None) -> AsyncIterator[list[Any]]:
    """Folds into the build meanwhile; the parts and their tasks. None of it goes on afterwards."""
    parts = []
    for source in view.sources:
        up_to = None if limit is None else {partition: position for (name, partition), position in limit.items() if name == source.name}
        parts.append(
            BuildSubscription(
                view, build, source, registry=where.registry, limit=up_to, dsn=where.owner_dsn, bootstrap=where.bootstrap,
                profile=where.profile, topic_prefix=where.topic_prefix, service=where.service,
            )
        )  # fmt: skip
    tasks = [asyncio.create_task(part.run(), name=part.name) for part in parts]
    try:
        yield list(zip(parts, tasks, strict=True))
    finally:
        await end(*tasks)


async def places_of(connection: Any, subscription: str) -> Places:
    """Where a build is now, where it does not stand."""
    rows = await connection.fetch(_PLACES, subscription)
    return {(row["source"], row["partition"]): row["position"] for row in rows}


async def fold_up_to(connection: Any, where: Where, view: View, build: int, limit: Places, told: Told = lambda _: None) -> None:
    """Folds the build exactly to these places; where none is given, up to the end of the source."""
    async with folding(where, view, build, limit) as parts:
        while not all(task.done() for _, task in parts):
            await asyncio.wait([task for _, task in parts if not task.done()], timeout=_LOOK_SECONDS)
            told(_share(await places_of(connection, building(view, build)), limit))
            if standing := [f"{part.name} is {part.status}" for part, _ in parts if part.status in (FORKED, INCOMPLETE)]:
                raise NotReady(", ".join(standing))
        for _, task in parts:
            task.result()


async def catch_up(connection: Any, where: Where, view: View, build: int, told: Told) -> None:
    """Folds to where the serving build is, again until that is near."""
    goal = await places_of(connection, view.subscription)
    while True:
        await fold_up_to(connection, where, view, build, goal, lambda share: told(min(share, 0.99)))
        ahead = await places_of(connection, view.subscription)
        if sum(ahead.values()) - sum(goal.values()) < _NEAR:
            return
        goal = ahead


async def when_level(
    connection: Any, where: Where, view: View, build: int, patience: float, then: Callable[[Held], Awaitable[None]]
) -> Held:
    """Calls ``then`` in a transaction that holds the serving build while the new one has drawn level, and commits.

    Tries for ``patience`` seconds, each time for a moment that readers and the serving build's lock timeout do not feel.
    """
    until = asyncio.get_running_loop().time() + patience
    while True:
        try:
            async with connection.transaction():
                old = await lock(connection, view.subscription)
                async with asyncio.timeout(_STALL_SECONDS):
                    await fold_up_to(connection, where, view, build, old.running)
                await then(old)
                return old
        except (NotReady, TimeoutError, asyncpg.LockNotAvailableError) as failure:
            if asyncio.get_running_loop().time() > until:
                raise failure if isinstance(failure, NotReady) else NotReady(f"{view.name}: the new build does not draw level") from failure
        async with folding(where, view, build):
            await asyncio.sleep(1)


def _share(places: Places, goal: Places) -> float:
    whole = sum(goal.values())
    return min(1.0, sum(min(position, goal.get(place, 0)) for place, position in places.items()) / whole) if whole else 1.0
