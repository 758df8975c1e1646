"""Reading a topic by hand: which records there are from an offset on, and where its partitions begin and end."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from channel_events.broker import Broker, TopicMissing
from channel_events.partition import PARTITIONS
from channel_events.tasks import whole

_LOOK_SECONDS = 0.5
_QUIET_SECONDS = 2.0
"""After so long without a record fetches wait longer: the first one then comes by so much later."""
_READ_MS = 200
"""How long a read waits for a first record: the pace of all checks that are made when nothing comes."""


class TopicReader:
    """All partitions of one topic, each read from where it was last sought to.

    Ends are high-water marks that came with fetched data: the embedded broker answers a question for end offsets wrongly.
    """

    def __init__(self, consumer: Any, topic: str, broker: Broker) -> None:
        self._consumer, self._broker, self._signature = consumer, broker, broker.signature(topic)
        self._came, self._idle = time.monotonic(), False
        self._partitions = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
        self.next = [0] * PARTITIONS
        """Per partition the offset to be read next."""
        self._paused: set[int] = set()
        self._answers = [(-1, 0.0)] * PARTITIONS
        self._left = 0.0

    @classmethod
    @asynccontextmanager
    async def open(cls, broker: Broker, topic: str, *, waiting: Callable[[], object] | None = None) -> AsyncIterator["TopicReader"]:
        """Reads the topic from its start. One that is not there is waited for, ``waiting`` being called at each look, or is
        `TopicMissing` when that is not given."""
        await _until_there(broker, topic, waiting)
        consumer = broker.consumer()
        reader = cls(consumer, topic, broker)
        try:
            await whole(consumer.start())
            consumer.assign(reader._partitions)
            for partition in range(PARTITIONS):
                await reader.seek(partition, 0)
            yield reader
        finally:
            await whole(consumer.stop())

    async def seek(self, partition: int, offset: int) -> None:
        """Reads on from ``offset``; from the first record there is, when that is behind it."""
        self._consumer.seek(self._partitions[partition], offset)
        self.next[partition] = offset

    async def read(self, limit: int) -> dict[int, Sequence[Any]]:
        """Records that have come, at most ``limit``, by partition; returns after a moment when none come."""
        began = time.monotonic()
        try:
            found = await self._consumer.getmany(timeout_ms=_READ_MS, max_records=limit)
        except OffsetOutOfRangeError as error:
            await self._to_first(error.args[0])
            return {}
        finally:
            self._listen(began)
        self._rest(came=bool(found))
        for tp, records in found.items():
            self.next[tp.partition] = records[-1].offset + 1
            if self._signature:
                found[tp] = self._signature.only_signed(records)
        return {tp.partition: records for tp, records in found.items() if records}

    def _rest(self, *, came: bool) -> None:
        """Fetches wait shortly while records come, and longer when none has come for a while."""
        now = time.monotonic()
        if came:
            self._came = now
        if self._idle != (idle := now - self._came > _QUIET_SECONDS):
            self._idle, profile = idle, self._broker.profile
            self._broker.fetch_wait(self._consumer, (idle and profile.fetch_idle_ms) or profile.fetch_max_wait_ms)

    async def _to_first(self, outside: Iterable[Any]) -> None:
        """To the first offsets that are there. Not to 0: of a topic that was cut at its beginning that is out of range again,
        and nothing of the partition is ever read.

        Apache Kafka says so of an offset before the first or behind the end. The embedded broker never cuts a topic, and
        shows by its high-water mark only that an offset is behind the end.
        """
        for tp, first in (await self._consumer.beginning_offsets(list(outside))).items():
            await self.seek(tp.partition, first)

    @property
    def silence(self) -> float:
        """For how many seconds of reading the broker has said nothing about some partition.

        The client tells nobody that it gets no answers: it tries again, for ever, while the last ends that it heard of look
        as if everything were read.
        """
        return max((self._left - moment for partition, (_, moment) in enumerate(self._answers) if partition not in self._paused), default=0)

    def _listen(self, began: float) -> None:
        """Notes which partitions were answered for. Time between two reads does not count: nobody may have asked then."""
        now, between = time.monotonic(), began - self._left
        for partition, (last, moment) in enumerate(self._answers):
            answered = self._consumer.last_poll_timestamp(self._partitions[partition])  # by the wall clock: only its changes tell
            silent = answered in (None, last) and partition not in self._paused
            self._answers[partition] = (last, moment + between) if silent else (answered, now)
        self._left = now

    def end(self, partition: int) -> int | None:
        """The offset behind the last record, as of the last fetch; None before the first one."""
        known = self._consumer.highwater(self._partitions[partition])
        return None if known is None or known < 0 else int(known)

    def behind(self, partition: int) -> int | None:
        """How many offsets are left to read, as of the last fetch; None before the first one."""
        end = self.end(partition)
        return None if end is None else max(0, end - self.next[partition])

    def pause(self, partition: int) -> None:
        self._paused.add(partition)
        self._consumer.pause(self._partitions[partition])

    def resume(self, partition: int) -> None:
        self._paused.discard(partition)
        with contextlib.suppress(ValueError):
            self._consumer.resume(self._partitions[partition])


async def _until_there(broker: Broker, topic: str, waiting: Callable[[], object] | None) -> None:
    admin = broker.admin()
    try:
        await whole(admin.start())
        while not await broker.has_topic(admin, topic):
            if waiting is None:
                raise TopicMissing(f"topic {topic} is not there: the relay of its service makes it")
            waiting()
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        await whole(admin.close())
