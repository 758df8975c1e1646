"""Following one partition of a topic: pure decisions about where to read and what may be applied."""

from collections.abc import Sequence
from typing import Any

from channel_events.pure import Recorded
from channel_events.subscription.links import walk
from channel_events.subscription.progress import FORKED, INCOMPLETE, RUNNING, Progress
from channel_events.subscription.step import Step

Records = Sequence[tuple[int, Recorded]]


class PartitionReader:
    """Turns what was read into steps. ``seek``: the offset to read from next, when it is not right behind what was read."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seek: int | None = None
        self._expecting = False
        self._searching = False
        self._gap = False
        self.check()

    @property
    def forked(self) -> bool:
        return self.progress.state == FORKED

    @property
    def settled(self) -> bool:
        """Nothing is missing, as far as was read."""
        return self.progress.state == RUNNING and not self._gap

    def check(self) -> None:
        """Reads from our own last record on: it must still be where we applied it."""
        if self.progress.offset is None:
            self.seek = 0
        else:
            self.seek, self._expecting = self.progress.offset, True

    def from_start(self) -> None:
        self.seek, self._expecting, self._gap = 0, False, False

    def follow(self, records: Records) -> Step | None:
        """What to do with these records, read one after another; `seek` tells where to read on."""
        if not records:
            return None
        if self._expecting:
            self._expecting = False
            at, first = records[0]
            if at != self.progress.offset or first.id != self.progress.place.id:
                self.from_start()
                return None
        done = walk(self.progress.place, records, searching=self._searching)
        if done.apply:
            self._searching = False
        if done.rest is not None:
            self._searching = True
            self.from_start()
        else:
            self._gap = done.gap or (self._gap and not done.apply)
        offset = done.offsets[-1] if done.offsets else self.progress.offset
        if done.ours is not None:
            offset = done.ours
        state = FORKED if done.forked else RUNNING if done.apply else self.progress.state
        moves = bool(done.apply) or offset != self.progress.offset or state != self.progress.state
        if not moves and not done.skipped:
            return None
        return Step(self.progress.partition, done.apply, list(done.offsets), done.place, offset, state, moves, done.skipped, done.forked)

    def at_end(self, end: int, position: int) -> Step | None:
        """What the end of the partition tells: ``end`` is its high-water mark, ``position`` what would be read next.

        An end before what was read is another, younger partition: read it from its start. A gap that no later record
        closes leaves the partition incomplete, until the publisher repairs its topic.
        """
        if end < position or (self._expecting and end <= position):
            self._searching = False
            self.from_start()
            return None
        if position >= end and self._gap and self.progress.state == RUNNING:
            here = self.progress
            return Step(here.partition, [], [], here.place, here.offset, INCOMPLETE)
        return None


def decoded(decoder: Any, records: Sequence[Any]) -> list[tuple[int, Recorded]]:
    """Offsets and events; records that are not ours at all are left out."""
    pairs = ((record.offset, decoder.event(record)) for record in records)
    return [(offset, found) for offset, found in pairs if found is not None]
