"""Where a subscription stands in each partition of a source: rows of ``progress``, moved by compare-and-set only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from channel_events.subscription.links import Place

RUNNING, FORKED, INCOMPLETE = "running", "forked", "incomplete"


class Zombie(Exception):
    """Somebody else moved the row: another worker does this work, and what this one holds in memory is worth nothing."""


class Progress(msgspec.Struct, frozen=True):
    """One row. ``offset`` is that of the very record last applied, in the topic; None on the own log and before the first.
    A reaction acts only on what was recorded at or after ``effects_from``."""

    partition: int
    revision: int
    place: Place
    offset: int | None
    state: str
    effects_from: datetime = datetime.min.replace(tzinfo=UTC)

    def bumped(self) -> "Progress":
        """The same place, after somebody noted something about it."""
        return msgspec.structs.replace(self, revision=self.revision + 1)


_BEGIN = """
insert into progress (subscription, source, partition)
select $1, $2, p from unnest($3::smallint[]) as p on conflict do nothing
"""
_LOAD = """
select partition, revision, position, id, topic_offset, state, effects_from from progress where subscription = $1 and source = $2
"""
_MOVE = """
with moved as (
  update progress p
     set revision = p.revision + 1, position = n.position, id = n.id, topic_offset = n.topic_offset, state = n.state,
         stepping_attempts = 0
    from unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::uuid[], $7::bigint[], $8::text[])
         as n (partition, revision, position, id, topic_offset, state)
   where p.subscription = $1 and p.source = $2 and p.partition = n.partition and p.revision = n.revision
  returning p.partition
)
select array(select partition from moved) as moved,
       array(select stream from parked_stream where subscription = $1 and source = $2 and stream = any($9::text[])) as parked
"""
# The parked streams come with the same round trip. That they are as of now and stay so until the commit: whoever parks
# or re-drives moves the row first, so either the revision is no longer ours or he waits for us.
_COUNT = """
update progress p set revision = p.revision + 1, stepping_attempts = stepping_attempts + 1
  from unnest($3::smallint[], $4::bigint[]) as n (partition, revision)
 where p.subscription = $1 and p.source = $2 and p.partition = n.partition and p.revision = n.revision
returning p.partition, p.stepping_attempts
"""
_BUMP = """
update progress set revision = revision + 1 where subscription = $1 and source = $2 and partition = $3
returning partition, revision, position, id, topic_offset, state, effects_from
"""
_MOVE_ALL = """
with free as (
  select subscription from progress p join unnest($2::text[], $3::bigint[]) as n (subscription, revision) using (subscription, revision)
   where p.source = $1 and p.partition = 0 for update of p skip locked
)
update progress p set revision = p.revision + 1, position = $4, id = $5, stepping_attempts = 0
  from free where p.subscription = free.subscription and p.source = $1 and p.partition = 0
returning p.subscription
"""
# A row that somebody holds is passed over, as one that was moved: he may hold it for seconds, to switch its build, and the others
# need not wait for that.


async def move_all(connection: Any, source: str, at: Mapping[str, Progress], place: Place) -> set[str]:
    """Moves the rows of many subscriptions, each from where it was read, to one place; those moved, which have no parked streams as
    long as their rows are where they were when there were none."""
    revisions = [row.revision for row in at.values()]
    rows = await connection.fetch(_MOVE_ALL, source, list(at), revisions, place.position, place.id)
    return {row["subscription"] for row in rows}


class ProgressTable:
    """The rows of one subscription and source."""

    def __init__(self, subscription: str, source: str) -> None:
        self.subscription = subscription
        self._names = (subscription, source)

    async def load(self, connection: Any, partitions: Iterable[int]) -> dict[int, Progress]:
        """All rows by partition, made when they are not there yet."""
        await self.begin(connection, partitions)
        return await self.read(connection)

    async def begin(self, connection: Any, partitions: Iterable[int]) -> None:
        """Makes the rows that are not there yet."""
        await connection.execute(_BEGIN, *self._names, list(partitions))

    async def read(self, connection: Any) -> dict[int, Progress]:
        """All rows by partition."""
        return {row["partition"]: _progress(row) for row in await connection.fetch(_LOAD, *self._names)}

    async def move(self, connection: Any, at: Sequence[Progress], to: Sequence[Progress], streams: Iterable[str] = ()) -> set[str]:
        """Moves rows from where they were read; the first statement of its transaction. `Zombie` when one has moved since.

        Returns which of ``streams`` are parked.
        """
        row = await connection.fetchrow(
            _MOVE,
            *self._names,
            [row.partition for row in at],
            [row.revision for row in at],
            [row.place.position for row in to],
            [row.place.id for row in to],
            [row.offset for row in to],
            [row.state for row in to],
            list(streams),
        )
        self._all_or_zombie(at, row["moved"])
        return set(row["parked"])

    async def count_attempt(self, connection: Any, at: Sequence[Progress]) -> dict[int, int]:
        """Notes that what comes next is tried; per partition the attempts so far without any progress, this one too."""
        rows = await connection.fetch(_COUNT, *self._names, [row.partition for row in at], [row.revision for row in at])
        self._all_or_zombie(at, [row["partition"] for row in rows])
        return {row["partition"]: row["stepping_attempts"] for row in rows}

    async def bump(self, connection: Any, partition: int) -> Progress:
        """Takes the row from whoever holds it in memory, leaving its place; the row as it now is."""
        row = await connection.fetchrow(_BUMP, *self._names, partition)
        if row is None:
            raise Zombie(f"{self._names[0]} has never read partition {partition} of {self._names[1]}")
        return _progress(row)

    def _all_or_zombie(self, at: Sequence[Progress], moved: Sequence[int]) -> None:
        if len(moved) < len(at):
            lost = {row.partition for row in at} - set(moved)
            raise Zombie(f"{self._names[0]}: somebody else moved partitions {sorted(lost)} of {self._names[1]}")


def _progress(row: Any) -> Progress:
    place = Place(row["position"], str(row["id"]))
    return Progress(row["partition"], row["revision"], place, row["topic_offset"], row["state"], row["effects_from"])
