"""Reading a topic by hand: which records there are from an offset on, and where its partitions begin and end."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from channel_events.broker import Broker, TopicMissing
from channel_events.fetching import Fetching
from channel_events.partition import PARTITIONS
from channel_events.signature import Signature
from channel_events.tasks import whole
from channel_events.tip import Seat, Tip

_LOOK_SECONDS = 0.5
_ALONE_SECONDS = 5.0
"""Who got up from his seat reads alone for so long at least: where sitting fails at once, nobody sits down and gets up all the time
(test_whatever_is_wrong_at_the_tip_everybody_goes_on_alone)."""


class TopicReader:
    """Partitions of one topic, all unless told otherwise, each read from where it was last sought to.

    By a client of its own where it is behind, or goes elsewhere; at the ends of all its partitions on a seat at the `Tip` of its
    process, where ``sit`` gives one. Ends are high-water marks that came with fetched data: the embedded broker answers a question
    for end offsets wrongly.
    """

    def __init__(
        self,
        client: Fetching | None,
        topic: str,
        partitions: Iterable[int] = range(PARTITIONS),
        *,
        signature: Signature | None = None,
        fetching: Callable[[], Awaitable[Fetching]] | None = None,
        sit: Callable[[], Tip] | None = None,
    ) -> None:
        self._client, self._signature, self._fetching, self._sit = client, signature, fetching, sit
        self._seat: Seat | None = None
        self._partitions = {partition: TopicPartition(topic, partition) for partition in partitions}
        self.next = [0] * PARTITIONS
        """Per partition the offset to be read next."""
        self._paused: set[int] = set()
        self._up = -math.inf

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        broker: Broker,
        topic: str,
        partitions: Iterable[int] = range(PARTITIONS),
        *,
        waiting: Callable[[], object] | None = None,
        together: bool = False,
    ) -> AsyncIterator["TopicReader"]:
        """Reads the topic from its start. One that is not there is waited for, ``waiting`` being called at each look, or is
        `TopicMissing` when that is not given. ``together``: with others of its process at the `Tip`, while it may."""
        await until_there(broker, topic, waiting)
        reader = cls(
            None, topic, partitions, signature=broker.signature(topic),
            fetching=lambda: Fetching.open(broker), sit=(lambda: Tip.of(broker)) if together else None,
        )  # fmt: skip
        try:
            await reader._alone()
            yield reader
        finally:
            await reader._let_go()

    async def seek(self, partition: int, offset: int) -> None:
        """Reads on from ``offset``; from the first record there is, when that is behind it."""
        here, self.next[partition] = self.next[partition], offset
        if self._client is not None:
            self._client.seek(self._partitions[partition], offset)
        elif self._seat is not None and offset != here and not self._seat.back(self._partitions[partition], offset, here):
            self._seat.leave()

    async def read(self, limit: int) -> dict[int, Sequence[Any]]:
        """Records that have come, at most ``limit`` where it reads alone, by partition; returns after a moment when none come."""
        found = await self._read(limit)
        for tp, records in found.items():
            self.next[tp.partition] = records[-1].offset + 1
        if self._signature:
            found = {tp: self._signature.only_signed(records) for tp, records in found.items()}
        return {tp.partition: records for tp, records in found.items() if records}

    async def _read(self, limit: int) -> dict[TopicPartition, Sequence[Any]]:
        if self._sit is not None and self._client is not None:
            await self._together(self._sit, self._client)
        if self._seat is not None:
            found = await self._seat.read()
            if found is not None:
                return found
            self._seat, self._up = None, time.monotonic()
            await self._alone()
        client = self._own()
        try:
            return await client.read(limit)
        except OffsetOutOfRangeError as error:
            # To the first offsets that are there. Not to 0: of a topic that was cut at its beginning that is out of range again,
            # and nothing of the partition is ever read. Apache Kafka says so of an offset before the first or behind the end; the
            # embedded broker never cuts a topic, and shows by its high-water mark only that an offset is behind the end.
            for tp, first in (await client.beginnings(list(error.args[0]))).items():
                await self.seek(tp.partition, first)
            return {}

    def _own(self) -> Fetching:
        if self._client is None:
            raise RuntimeError("the reader is not open")
        return self._client

    async def _alone(self) -> None:
        if self._fetching is not None:
            self._client = await self._fetching()
            self._client.assign({tp: self.next[partition] for partition, tp in self._partitions.items()})
            for partition in self._paused:
                self._client.pause(self._partitions[partition])

    async def _together(self, sit: Callable[[], Tip], client: Fetching) -> None:
        """Takes a seat where everything was read."""
        reading = self._reading() if time.monotonic() - self._up >= _ALONE_SECONDS else []
        if reading and all(self.end(tp.partition) == self.next[tp.partition] for tp in reading):
            self._seat, self._client = sit().sit({tp: self.next[tp.partition] for tp in reading}), None
            await whole(client.close())

    async def _let_go(self) -> None:
        client, seat, self._client, self._seat = self._client, self._seat, None, None
        if seat is not None:
            await whole(seat.get_up())
        if client is not None:
            await whole(client.close())

    def _reading(self) -> list[TopicPartition]:
        return [tp for partition, tp in self._partitions.items() if partition not in self._paused]

    @property
    def silence(self) -> float:
        """For how many seconds of reading the broker has said nothing about some partition; see `Fetching`."""
        return (self._seat or self._own()).silence(self._reading())

    def end(self, partition: int) -> int | None:
        """The offset behind the last record, as of the last fetch; None before the first one."""
        tp = self._partitions[partition]
        return (self._seat or self._own()).end(tp)

    def behind(self, partition: int) -> int | None:
        """How many offsets are left to read, as of the last fetch; None before the first one."""
        end = self.end(partition)
        return None if end is None else max(0, end - self.next[partition])

    def pause(self, partition: int) -> None:
        self._paused.add(partition)
        if self._client is not None:
            self._client.pause(self._partitions[partition])
        elif self._seat is not None:
            self._seat.leave()

    def resume(self, partition: int) -> None:
        self._paused.discard(partition)
        if self._client is not None:
            self._client.resume(self._partitions[partition])
        elif self._seat is not None:
            self._seat.leave()


async def until_there(broker: Broker, topic: str, waiting: Callable[[], object] | None) -> None:
    """Returns when the topic is there; see `TopicReader.open`."""
    async with broker.admin() as admin:
        while not await broker.has_topic(admin, topic):
            if waiting is None:
                raise TopicMissing(f"topic {topic} is not there: the relay of its service makes it")
            waiting()
            await asyncio.sleep(_LOOK_SECONDS)
