"""Which partitions a worker of a subscription follows: all of them alone, or its share beside other workers.

This is for thrift and speed only. What keeps two workers from doing the same thing twice is the compare-and-set of the
progress rows, whatever a group believes.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from channel_events.broker import Broker, stop_consumer
from channel_events.pulse import STANDING_BY, STARTING, Pulse
from channel_events.tasks import end, whole, woken

_LET_GO_SECONDS = 5.0
"""A rebalance waits so long for the round that is being done; it is a zombie's when it takes longer."""
_LOOK_SECONDS = 1.0
_HINT_SECONDS = 5.0


class Share(Protocol):
    """What a worker may follow now."""

    @property
    def over(self) -> bool:
        """Whether the present turn has to end: its partitions are given anew."""

    def turn(self) -> "contextlib.AbstractAsyncContextManager[Sequence[int]]":
        """Waits for partitions, and gives those of one turn; others are given them when it has ended, or takes too long."""

    async def beat(self) -> None:
        """Says that the worker gets round; raises what is wrong with the group."""

    def hint(self, offsets: Mapping[int, int]) -> None:
        """Tells the broker, now and then, from which offset on each partition is to be read. For those who look at groups:
        nobody here ever reads it, so it may be wrong or lost."""


class Whole:
    """All partitions, in one turn without end: for whoever has the subscription's lock."""

    over = False

    def __init__(self, partitions: Sequence[int]) -> None:
        self._partitions = partitions

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Sequence[int]]:
        yield self._partitions

    async def beat(self) -> None:
        pass

    def hint(self, offsets: Mapping[int, int]) -> None:
        pass


class Member(ConsumerRebalanceListener):  # type: ignore[misc]
    """A member of the subscription's consumer group: the broker gives each its share of the topic.

    It reads nothing: where to read is told by the progress rows, and each turn reads them anew.
    """

    def __init__(self, consumer: Any, topic: str, pulse: Pulse) -> None:
        self._consumer, self._topic, self._pulse = consumer, topic, pulse
        self._given: list[int] | None = None
        self._turn: list[int] | None = None
        self._changed, self._left = asyncio.Event(), asyncio.Event()
        self._left.set()
        self._offsets: Mapping[int, int] = {}
        self._hinting: asyncio.Task[None] | None = None
        self._hint_at = 0.0

    @classmethod
    @asynccontextmanager
    async def open(cls, broker: Broker, group: str, topic: str, pulse: Pulse) -> AsyncIterator["Member"]:
        """Joins ``group``, and leaves it at the end."""
        consumer = broker.member(group)
        member = cls(consumer, topic, pulse)
        try:
            await broker.start(consumer)
            consumer.subscribe([topic], listener=member)
            yield member
        finally:
            await whole(member._leave())

    @property
    def over(self) -> bool:
        return self._given is not self._turn

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Sequence[int]]:
        while not self._given:
            self._pulse.enter(STARTING if self._given is None else STANDING_BY)
            self._changed.clear()
            await woken(self._changed, _LOOK_SECONDS)
            await self.beat()
        self._turn, self._offsets = self._given, {}
        self._left.clear()
        try:
            yield self._turn
        finally:
            self._left.set()

    async def beat(self) -> None:
        """Not by asking for records while partitions are given anew: that waits until they are, and they are only when the
        round is done (test_a_second_worker_takes_half_and_gives_it_back_when_it_ends)."""
        self._consumer._coordinator.check_errors()
        if self._given is not None:
            await self._consumer.getmany(timeout_ms=0)

    def hint(self, offsets: Mapping[int, int]) -> None:
        now = asyncio.get_running_loop().time()
        if offsets != self._offsets and now >= self._hint_at and (self._hinting is None or self._hinting.done()):
            self._offsets, self._hint_at = offsets, now + _HINT_SECONDS
            self._hinting = asyncio.create_task(self._commit(offsets))

    async def _commit(self, offsets: Mapping[int, int]) -> None:
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(_HINT_SECONDS):
                await self._consumer.commit({TopicPartition(self._topic, partition): offset for partition, offset in offsets.items()})

    async def _leave(self) -> None:
        if self._hinting is not None:
            await end(self._hinting)
        await stop_consumer(self._consumer)

    async def on_partitions_revoked(self, revoked: Any) -> None:
        self._given = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LET_GO_SECONDS):
                await self._left.wait()
                # A commit that meets the others joining makes aiokafka forget which member it is; the one it was would be
                # waited for, with its partitions, as for one that was killed.
                if self._hinting is not None:
                    await asyncio.wait([self._hinting])

    async def on_partitions_assigned(self, assigned: Any) -> None:
        for one in assigned:
            self._consumer.pause(one)
            self._consumer.seek(one, 0)  # anywhere: it would ask the group for a place otherwise, which may have none
        self._given = sorted(one.partition for one in assigned)
        self._changed.set()
