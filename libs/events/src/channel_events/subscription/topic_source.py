"""Another service's topic as a source: all its partitions, each followed by its links."""

import time
from collections.abc import Mapping

from channel_events.envelope import Decoder
from channel_events.pulse import FRESH_SECONDS
from channel_events.subscription.partition_reader import PartitionReader, decoded
from channel_events.subscription.progress import Progress
from channel_events.subscription.step import Step
from channel_events.topic import TopicReader

LIMIT = 4_000
SILENT_SECONDS = 20.0
"""After so long without any answer about a partition everything begins again; above what the client needs to connect anew."""


class BrokerSilent(Exception):
    """The broker does not answer, and nobody said that the connection is lost."""


class TopicSource:
    """``check_seconds``: how long a partition may be idle before the record last applied is looked at again."""

    def __init__(self, topic: TopicReader, decoder: Decoder, rows: Mapping[int, Progress], check_seconds: float) -> None:
        self._topic, self._decoder, self._check_seconds = topic, decoder, check_seconds
        self.partitions = {partition: PartitionReader(row) for partition, row in rows.items()}
        self._looked = dict.fromkeys(rows, time.monotonic())
        self.caught_up = self.near = False
        self.seen = max(row.place.position for row in rows.values())

    async def open(self) -> None:
        for partition, reader in self.partitions.items():
            if reader.forked:
                self._topic.pause(partition)
            await self._seek(partition)

    async def read(self) -> list[Step]:
        """The next steps, at most one per partition; empty after a moment without anything to do."""
        self.caught_up = self._is_caught_up()
        steps = []
        found = await self._topic.read(LIMIT)
        if self._topic.silence > SILENT_SECONDS:
            raise BrokerSilent(f"nothing was heard of the topic for {self._topic.silence:.0f} s")
        for partition, records in found.items():
            reader = self.partitions[partition]
            if reader.forked:
                continue
            self._looked[partition] = time.monotonic()
            events = decoded(self._decoder, records)
            self.seen = max([self.seen, *(event.position for _, event in events)])
            if step := reader.follow(events):
                steps.append(step)
            await self._seek(partition)
        steps += await self._look_at_ends({step.partition for step in steps})
        return steps

    def committed(self, progress: Progress) -> None:
        self.partitions[progress.partition].progress = progress

    async def hold(self, partition: int, offset: int | None) -> None:
        """Reads no more of this partition until told to `go_on`, and then from ``offset`` on."""
        self._topic.pause(partition)
        self.partitions[partition].seek = offset
        await self._seek(partition)

    def go_on(self, partition: int) -> None:
        self._topic.resume(partition)

    async def _look_at_ends(self, busy: set[int]) -> list[Step]:
        steps = []
        for partition, reader in self.partitions.items():
            end = self._topic.end(partition)
            if partition in busy or reader.forked or end is None:
                continue
            if step := reader.at_end(end, self._topic.next[partition]):
                steps.append(step)
            elif time.monotonic() - self._looked[partition] > self._check_seconds:
                self._looked[partition] = time.monotonic()
                reader.check()
            await self._seek(partition)
        return steps

    def _is_caught_up(self) -> bool:
        """At the end of every partition; once there, a few records on their way do not count as being behind."""
        if not all(reader.settled for reader in self.partitions.values()) or self._topic.silence > FRESH_SECONDS:
            self.near = False
            return False
        behind = [self._topic.behind(partition) for partition in self.partitions]
        known = [count for count in behind if count is not None]
        self.near = len(known) == len(behind) and sum(known) <= LIMIT
        return self.near and (self.caught_up or sum(known) == 0)

    async def _seek(self, partition: int) -> None:
        reader = self.partitions[partition]
        if reader.seek is not None:
            await self._topic.seek(partition, reader.seek)
            reader.seek = None
