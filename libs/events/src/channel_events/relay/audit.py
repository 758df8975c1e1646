"""The relay looks into its own topic: what of the log is really there, whatever anybody remembers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from channel_events.partition import PARTITIONS
from channel_events.relay.state import Mark, Remembered
from channel_events.subscription.links import NOTHING
from channel_events.tasks import within
from channel_events.topic import TopicReader

_LIMIT = 10_000
Unknown = Callable[[list[Mark]], Awaitable[set[Mark]]]
"""Which of these records the log does not have."""

ANSWER_SECONDS = 15
"""An audit gives up when the broker lets it wait for so long; the relay then begins again."""


class Walked(msgspec.Struct):
    """One partition as a reader from its start would find it: how far the links of the log's own records hold.

    ``lost`` is the record of the greatest position that the log does not have: a future that it lost.
    """

    first: Mark | None = None
    position: int = 0
    id: str = NOTHING
    offset: int = -1
    lost: Mark | None = None
    begins: bool = True
    """Whether the first record is the first of its partition in the log too, as far as was looked."""

    def take(self, mark: Mark, previous_id: str, *, known: bool) -> None:
        if self.first is None:
            self.first, self.begins = mark, previous_id == NOTHING
        if not known:
            self.lost = max(self.lost or mark, mark, key=lambda one: one.position)
        elif previous_id == self.id:
            self.position, self.id, self.offset = mark.position, mark.id, mark.offset

    @property
    def remembered(self) -> Remembered | None:
        if self.first is None or self.offset < 0:
            return None
        return Remembered(self.first, Mark(self.offset, self.position, self.id), self.lost)


def link(record: Any) -> tuple[Mark, str] | None:
    """A record's mark and its predecessor's id; None for a record that is not ours."""
    headers = dict(record.headers)
    try:
        mark = Mark(record.offset, int(headers["ce_position"]), str(UUID(headers["ce_id"].decode())))
        return mark, headers["ce_previousid"].decode()
    except (KeyError, ValueError):
        return None


async def audit(topic: TopicReader, remembered: dict[int, Remembered], unknown: Unknown) -> list[Walked]:
    """Walks all partitions to their ends: from what is remembered where that is still so, from the start elsewhere."""
    walked = [Walked() for _ in range(PARTITIONS)]
    firsts = await _records_at(topic, {partition: known.first.offset for partition, known in remembered.items()})
    lasts = await _records_at(topic, {partition: known.last.offset for partition, known in remembered.items()})
    for partition in range(PARTITIONS):
        known = remembered.get(partition)
        if known and _is(firsts.get(partition), known.first) and _is(lasts.get(partition), known.last):
            last = known.last
            walked[partition] = Walked(known.first, last.position, last.id, last.offset, known.lost)
            await topic.seek(partition, last.offset + 1)
        else:
            await topic.seek(partition, 0)
    await _walk(topic, walked, unknown)
    return walked


async def _walk(topic: TopicReader, walked: Sequence[Walked], unknown: Unknown) -> None:
    while not all(topic.behind(partition) == 0 for partition in range(PARTITIONS)):
        answer = await _answer(topic)
        links = [(partition, found) for partition, records in answer.items() for one in records if (found := link(one))]
        # Each record is looked up, not only the last one of the links: a lost future may lie beside them.
        lost = await unknown([mark for _, (mark, _) in links])
        for partition, (mark, previous_id) in links:
            walked[partition].take(mark, previous_id, known=mark not in lost)


async def _answer(topic: TopicReader) -> dict[int, Sequence[Any]]:
    """The next records; empty when all partitions turn out to be at their ends."""
    async with within(ANSWER_SECONDS, "the broker did not show what the topic holds"):
        while not (found := await topic.read(_LIMIT)):
            if all(topic.behind(partition) == 0 for partition in range(PARTITIONS)):
                break
        return found


async def _records_at(topic: TopicReader, offsets: dict[int, int]) -> dict[int, Any]:
    """The records at these offsets, of the partitions that have one there."""
    for partition in range(PARTITIONS):
        topic.pause(partition)
    for partition, offset in offsets.items():
        await topic.seek(partition, offset)
        topic.resume(partition)
    found: dict[int, Any] = {}
    async with within(ANSWER_SECONDS, "the broker did not show what the topic holds"):
        while any(p not in found and topic.behind(p) != 0 for p in offsets):
            for partition, records in (await topic.read(_LIMIT)).items():
                if found.setdefault(partition, records[0]) is records[0]:
                    topic.pause(partition)
    for partition in range(PARTITIONS):
        topic.resume(partition)
    return {partition: record for partition, record in found.items() if record.offset == offsets[partition]}


def _is(record: Any, mark: Mark) -> bool:
    found = None if record is None else link(record)
    return found is not None and found[0] == mark
