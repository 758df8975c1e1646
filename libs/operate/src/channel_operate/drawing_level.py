"""A build on its way: folded beside the one that is read, until both are at the same places."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
from channel_events.broker import Broker
from channel_events.pulse import RUNNING, WAITING
from channel_events.pure import Registry
from channel_events.subscription.progress import FORKED, INCOMPLETE
from channel_events.subscription.retiring import building
from channel_events.subscription.tables import partitions_of
from channel_events.tasks import end
from channel_events.view import OwnLog, Topic, View

from channel_operate.build_subscription import BuildSubscription
from channel_operate.builds import Held, NotReady, hold, look

_LOOK_SECONDS, _LEVEL_SECONDS, _AGAIN_SECONDS = 0.05, 0.01, 1.0
_STALL_SECONDS = 3.0
"""How long the serving build may be held for the new one to draw level; far below its own lock timeout."""
_STILL_SECONDS = 60.0
"""How long a build may make no progress, at least: a broker may be away for a moment."""
_NEAR = 10_000
"""Positions that are folded in a part of `_STALL_SECONDS`."""

Told = Callable[[float], object]
"""Called now and then with how much of the way is done, from 0 to 1."""


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """What building needs: the owner's DSN of the service's database, the role that will read, and where events come from.

    ``registry`` has the classes of the own log's events.
    """

    owner_dsn: str
    role: str | None
    service: str
    registry: Registry
    broker: Broker


class Build:
    """One build while it is folded, by one subscription for each source from beginning to end: begun again for each part of
    the way, it would never catch up with a busy log (test_a_rebuild_beside_a_writer_that_never_rests_ends).

    ``exact``: it stays behind the serving build and draws level with exactly its places; else it folds all there is.
    """

    def __init__(self, connection: Any, view: View, number: int, parts: list[BuildSubscription], told: Told, *, exact: bool) -> None:
        self._connection, self._view, self._name = connection, view, building(view, number)
        self._parts, self._told, self._exact = parts, told, exact
        self.tasks: list[asyncio.Task[None]] = []

    async def come_near(self, patience: float) -> None:
        """Returns when little is left; `NotReady` when the build stands for ``patience`` seconds, or makes no progress."""
        clock = asyncio.get_running_loop().time
        before, moved_at = None, clock()
        while True:
            serving, new = await look(self._connection, self._view.subscription), await look(self._connection, self._name)
            self._follow(serving)
            self._told(min(_share(new, serving), 0.99))
            if self._is_near(serving, new):
                return
            if new.places != before:
                before, moved_at = new.places, clock()
            self._check(clock() - moved_at, patience)
            await asyncio.sleep(_LOOK_SECONDS)

    async def when_level(self, patience: float, then: Callable[[Held], Awaitable[None]]) -> Held:
        """Calls ``then`` in a transaction that holds the serving build while this one has drawn level, and commits.

        Tries for ``patience`` seconds, each time for a moment that readers and the serving build's lock timeout do not feel.
        """
        clock = asyncio.get_running_loop().time
        until = clock() + patience
        while True:
            await self.come_near(patience)
            try:
                async with self._connection.transaction():
                    serving = await hold(self._connection, self._view.subscription)
                    await self._draw_level(serving)
                    await then(serving)
                    return serving
            except (NotReady, TimeoutError, asyncpg.LockNotAvailableError) as failure:
                if clock() > until:
                    if isinstance(failure, NotReady):
                        raise
                    raise NotReady(f"{self._view.name}: the new build does not draw level") from failure
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _draw_level(self, serving: Held) -> None:
        self._follow(serving)
        until = asyncio.get_running_loop().time() + _STALL_SECONDS
        while not all(part.reached(self._goal(part, serving)) for part in self._parts):
            for part in self._parts:
                part.hurry()
            self._check(0, 0)
            if asyncio.get_running_loop().time() > until:
                raise TimeoutError
            await asyncio.sleep(_LEVEL_SECONDS)

    def _follow(self, serving: Held) -> None:
        if self._exact:
            for part in self._parts:
                part.limit = self._goal(part, serving)

    def _goal(self, part: BuildSubscription, serving: Held) -> dict[int, int]:
        """Where a part is to go: past what stands there need not be on its way, unless it has to be exactly there."""
        name = part.source.name
        if self._exact:
            return goal_of(part.source, serving)
        return {partition: position for (source, partition), position in serving.running.items() if source == name}

    def _is_near(self, serving: Held, new: Held) -> bool:
        for part in self._parts:
            goal = self._goal(part, serving)
            bounded = goal.keys() >= set(partitions_of(part.source))
            if part.status == WAITING and bounded and not any(goal.values()):
                continue  # nobody has made its topic yet, so there is nothing to fold
            if part.status != RUNNING or not (bounded or part.near()):
                return False
            if any(position - new.places[part.source.name, partition] >= _NEAR for partition, position in goal.items()):
                return False
        return True

    def _check(self, still: float, patience: float) -> None:
        """Raises what ended a part, or `NotReady` when it cannot go on; ``still`` is for how long nothing has moved."""
        for task in self.tasks:
            if task.done():
                task.result()
        standing = [f"{part.name} is {part.status}" for part in self._parts if part.status in (FORKED, INCOMPLETE)]
        if standing and still >= patience:
            raise NotReady(", ".join(standing))
        if still > max(patience, _STILL_SECONDS):
            raise NotReady(f"{self._view.name}: the new build is behind, and nothing has come for {still:.0f} s")


@asynccontextmanager
async def folding(where: Where, connection: Any, view: View, number: int, told: Told, *, exact: bool = False) -> AsyncIterator[Build]:
    """Folds into a build meanwhile; none of it goes on afterwards."""
    serving = await look(connection, view.subscription)
    parts = [
        BuildSubscription(
            view, number, source, registry=where.registry, limit=goal_of(source, serving) if exact else None, dsn=where.owner_dsn,
            broker=where.broker, service=where.service,
        )
        for source in view.sources
    ]  # fmt: skip
    build = Build(connection, view, number, parts, told, exact=exact)
    build.tasks = [asyncio.create_task(part.run(), name=part.name) for part in parts]
    try:
        yield build
    finally:
        await end(*build.tasks)


def goal_of(source: OwnLog | Topic, serving: Held) -> dict[int, int]:
    """Where the serving build is in each partition of a source; at the start where it never began."""
    return {partition: serving.places.get((source.name, partition), 0) for partition in partitions_of(source)}


def _share(new: Held, serving: Held) -> float:
    whole = sum(serving.places.values())
    return min(1.0, sum(min(position, serving.places.get(place, 0)) for place, position in new.places.items()) / whole) if whole else 1.0
