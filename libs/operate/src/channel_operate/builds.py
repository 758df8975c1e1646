"""Builds of a view: making one beside the one that is read, and letting it be read instead. `retiring` tells of their names and end."""

from typing import Any

import msgspec
from channel_events.subscription.progress import ProgressTable
from channel_events.subscription.retiring import OF_BUILDS, building, builds_of
from channel_events.subscription.serving import schema_of, serving_build
from channel_events.subscription.tables import make_tables, partitions_of
from channel_events.view import View

_ROWS = "select source, partition, position, state from progress where subscription = $1 order by source, partition"
_TAKE_OVER = """
update progress new set subscription = $2, revision = greatest(new.revision, old.revision) + 1
  from progress old
 where new.subscription = $1 and old.subscription = $3 and old.source = new.source and old.partition = new.partition
"""
# The revision is above the old row's: a worker that still holds that one in memory must find that it is a zombie.
_POINT = """
insert into serving (subscription, build) values ($1, $2)
on conflict (subscription) do update set build = excluded.build, since = now()
"""

Places = dict[tuple[str, int], int]
"""Position by source and partition."""


class NotReady(Exception):
    """The new build must not be read yet; the text says why."""


async def new_build(connection: Any, view: View, role: str | None) -> int:
    """Makes tables for another build, without indexes, and its progress; returns its number, which no build of the view had
    before."""
    async with connection.transaction():
        known = await builds_of(connection, view)
        build = max([await serving_build(connection, view.subscription), *known], default=0) + 1
        for source in view.sources:
            await ProgressTable(building(view, build), source.name).begin(connection, partitions_of(source))
        schema = schema_of(view.subscription, build)
        await connection.execute(f'create schema "{schema}"')
        await make_tables(connection, view, schema, role=role)
    return build


class Held(msgspec.Struct, frozen=True):
    """Where a build is; ``standing`` are the places that are forked or incomplete."""

    name: str
    places: Places
    standing: dict[tuple[str, int], str]

    @property
    def running(self) -> Places:
        """Without those that stand: what is there now need not be on the way of another build."""
        return {place: position for place, position in self.places.items() if place not in self.standing}

    def refuse_standing(self) -> None:
        """`NotReady` when it stands somewhere."""
        if self.standing:
            raise NotReady(f"{self.name}: " + ", ".join(f"{s}/{p} is {state}" for (s, p), state in sorted(self.standing.items())))


async def look(connection: Any, subscription: str) -> Held:
    """Where a build is, for a moment."""
    return _held(subscription, await connection.fetch(_ROWS, subscription))


async def hold(connection: Any, subscription: str) -> Held:
    """Holds a build's progress, until the caller's transaction ends."""
    return _held(subscription, await connection.fetch(_ROWS + " for update", subscription))


def _held(subscription: str, rows: Any) -> Held:
    standing = {(row["source"], row["partition"]): row["state"] for row in rows if row["state"] != "running"}
    return Held(subscription, {(row["source"], row["partition"]): row["position"] for row in rows}, standing)


async def switch(connection: Any, view: View, build: int, old: Places) -> None:
    """Lets the build be read, in the transaction that holds the serving one's progress, which is at ``old``.

    `NotReady` unless every partition is at or past the old one, none of the new ones stands, and no more streams are
    parked. That the old one stands is no obstacle: a view that forked is mended this way.
    """
    new_name, serving = building(view, build), view.subscription
    new = await hold(connection, new_name)
    new.refuse_standing()
    behind = sorted(place for place, position in old.items() if new.places.get(place, -1) < position)
    if behind:
        raise NotReady(f"{new_name} is behind in {', '.join(f'{source}/{partition}' for source, partition in behind)}")
    parked = {
        name: await connection.fetchval("select count(*) from parked_stream where subscription = $1", name) for name in (new_name, serving)
    }
    if parked[new_name] > parked[serving]:
        raise NotReady(f"{new_name} has {parked[new_name]} parked streams, the one that is read {parked[serving]}")
    retired = building(view, await serving_build(connection, serving))
    for table in OF_BUILDS:
        await connection.execute(f"update {table} set subscription = $2 where subscription = $1", serving, retired)
    await connection.execute(_TAKE_OVER, new_name, serving, retired)
    for table in OF_BUILDS:
        await connection.execute(f"update {table} set subscription = $2 where subscription = $1", new_name, serving)
    await connection.execute(_POINT, serving, build)
