"""Reading a topic by hand: which records there are from an offset on, and where its partitions end."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from channel_events.broker import Broker
from channel_events.partition import PARTITIONS
from channel_events.tasks import whole

_READ_MS = 200
"""How long a read waits for a first record: the pace of all checks that are made when nothing comes."""


class TopicReader:
    """All partitions of one topic, each read from where it was last sought to.

    Ends are high-water marks that came with fetched data: the embedded broker answers a question for end offsets wrongly.
    """

    def __init__(self, consumer: Any, topic: str) -> None:
        self._consumer = consumer
        self._partitions = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
        self.next = [0] * PARTITIONS
        """Per partition the offset to be read next."""

    @classmethod
    @asynccontextmanager
    async def open(cls, broker: Broker, topic: str) -> AsyncIterator["TopicReader"]:
        admin = broker.admin()
        try:
            await whole(admin.start())
            await broker.ensure_topic(admin, topic)
        finally:
            await whole(admin.close())
        consumer = broker.consumer()
        reader = cls(consumer, topic)
        try:
            await whole(consumer.start())
            consumer.assign(reader._partitions)
            for partition in range(PARTITIONS):
                await reader.seek(partition, 0)
            yield reader
        finally:
            await whole(consumer.stop())

    async def seek(self, partition: int, offset: int) -> None:
        self._consumer.seek(self._partitions[partition], offset)
        self.next[partition] = offset

    async def read(self, limit: int) -> dict[int, Sequence[Any]]:
        """Records that have come, at most ``limit``, by partition; returns after a moment when none come."""
        try:
            found = await self._consumer.getmany(timeout_ms=_READ_MS, max_records=limit)
        except OffsetOutOfRangeError as error:
            # Apache Kafka says that an offset is behind the end; the embedded broker shows it by its high-water mark.
            for tp in error.args[0]:
                await self.seek(tp.partition, 0)
            return {}
        for tp, records in found.items():
            self.next[tp.partition] = records[-1].offset + 1
        return {tp.partition: records for tp, records in found.items() if records}

    def end(self, partition: int) -> int | None:
        """The offset behind the last record, as of the last fetch; None before the first one."""
        known = self._consumer.highwater(self._partitions[partition])
        return None if known is None or known < 0 else int(known)

    def behind(self, partition: int) -> int | None:
        """How many offsets are left to read, as of the last fetch; None before the first one."""
        end = self.end(partition)
        return None if end is None else max(0, end - self.next[partition])

    def ends_before(self, partition: int, offset: int) -> bool:
        """Whether there is known to be no record at ``offset`` or behind it."""
        end = self.end(partition)
        return end is not None and end <= offset

    def pause(self, partition: int) -> None:
        self._consumer.pause(self._partitions[partition])

    def resume(self, partition: int) -> None:
        with contextlib.suppress(ValueError):
            self._consumer.resume(self._partitions[partition])
