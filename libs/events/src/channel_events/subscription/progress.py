"""Where a subscription stands in each partition of a source: rows of ``progress``, moved by compare-and-set only."""

from collections.abc import Iterable, Sequence
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
update progress p
   set revision = p.revision + 1, position = n.position, id = n.id, topic_offset = n.topic_offset, state = n.state
  from unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::uuid[], $7::bigint[], $8::text[])
       as n (partition, revision, position, id, topic_offset, state)
 where p.subscription = $1 and p.source = $2 and p.partition = n.partition and p.revision = n.revision
returning p.partition
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

    async def move(self, connection: Any, at: Sequence[Progress], to: Sequence[Progress]) -> None:
        """Moves rows from where they were read; the first statement of its transaction. `Zombie` when one has moved since."""
        moved = await connection.fetch(
            _MOVE,
            *self._names,
            [row.partition for row in at],
            [row.revision for row in at],
            [row.place.position for row in to],
            [row.place.id for row in to],
            [row.offset for row in to],
            [row.state for row in to],
        )
        if len(moved) < len(at):
            lost = {row.partition for row in at} - {row["partition"] for row in moved}
            raise Zombie(f"{self._names[0]}: somebody else moved partitions {sorted(lost)} of {self._names[1]}")
