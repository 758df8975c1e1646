"""Where a subscription stands in each partition of a source: rows of ``progress``, moved by compare-and-set only."""

from collections.abc import Iterable
from typing import Any

import msgspec

from channel_events.subscription.links import Place

RUNNING, FORKED, INCOMPLETE = "running", "forked", "incomplete"


class Zombie(Exception):
    """Somebody else moved the row: another worker does this work, and what this one holds in memory is worth nothing."""


class Progress(msgspec.Struct, frozen=True):
    """One row. ``offset`` is that of the very record last applied, in the topic; None on the own log and before the first."""

    partition: int
    revision: int
    place: Place
    offset: int | None
    state: str


_BEGIN = """
insert into progress (subscription, source, partition)
select $1, $2, p from unnest($3::smallint[]) as p on conflict do nothing
"""
_LOAD = "select partition, revision, position, id, topic_offset, state from progress where subscription = $1 and source = $2"
_MOVE = """
update progress set revision = revision + 1, position = $5, id = $6, topic_offset = $7, state = $8
 where subscription = $1 and source = $2 and partition = $3 and revision = $4
returning revision
"""


class ProgressTable:
    """The rows of one subscription and source."""

    def __init__(self, subscription: str, source: str) -> None:
        self._names = (subscription, source)

    async def load(self, connection: Any, partitions: Iterable[int]) -> dict[int, Progress]:
        """All rows by partition, made when they are not there yet."""
        await connection.execute(_BEGIN, *self._names, list(partitions))
        return {
            row["partition"]: Progress(
                row["partition"], row["revision"], Place(row["position"], str(row["id"])), row["topic_offset"], row["state"]
            )
            for row in await connection.fetch(_LOAD, *self._names)
        }

    async def move(self, connection: Any, at: Progress, place: Place, offset: int | None, state: str) -> Progress:
        """Moves the row from where it was read; the first statement of its transaction. `Zombie` when it has moved since."""
        revision = await connection.fetchval(_MOVE, *self._names, at.partition, at.revision, place.position, place.id, offset, state)
        if revision is None:
            raise Zombie(f"{self._names[0]} partition {at.partition} of {self._names[1]} moved past revision {at.revision}")
        return Progress(at.partition, revision, place, offset, state)
