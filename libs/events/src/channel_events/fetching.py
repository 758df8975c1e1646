"""A client that fetches partitions assigned and offsets sought by hand, and what its answers tell beside records."""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from channel_events.asking import attend
from channel_events.bell import Bell
from channel_events.broker import Broker, stop_consumer
from channel_events.tasks import whole, woken

_READ_MS = 200
"""How long a read waits for a first record: the pace of all checks that are made when nothing comes."""
QUIET_SECONDS = 2.0
"""After so long without a new record the broker is asked less often, where asking costs it something and there is no `Bell`."""


class _Answered:
    """Of one partition: the client's mark of the last answer, when it came, how many came; the end that it told, and one that lay before
    ``place``, the offset that is read next."""

    __slots__ = ("count", "end", "fell", "moment", "place", "stamp")

    def __init__(self, place: int) -> None:
        self.stamp: int | None = None
        self.moment = time.monotonic()
        self.count = 0
        self.place = place
        self.end: int | None = None
        self.fell: int | None = None


class Fetching:
    """Partitions of any topics, each read from where it was last sought to. With a ``broker`` it hears its `Bell`, and rests between
    two questions as its profile says; ``told`` says whether the consumer tells it of each question and answer."""

    def __init__(self, consumer: Any, broker: Broker | None = None, *, told: bool = False) -> None:
        self._consumer, self._told = consumer, told
        self._profile = broker.profile if broker else None
        self._bell = Bell(broker, self._hear_ring) if broker else None
        self._answer = False
        """Whether the last question had one."""
        self._hurry = asyncio.Event()
        """There may be something that the question under way, or the last one, did not ask for."""
        self._came = self._left = time.monotonic()
        self._paused: set[TopicPartition] = set()
        self._answered: dict[TopicPartition, _Answered] = {}

    @classmethod
    async def open(cls, broker: Broker) -> "Fetching":
        consumer = broker.consumer()
        try:
            await broker.start(consumer)
        except BaseException:
            await whole(stop_consumer(consumer))
            raise
        one = cls(consumer, broker, told=True)
        attend(consumer, one, broker.profile.look_ms)
        return one

    async def close(self) -> None:
        if self._bell:
            self._bell.close()
        await stop_consumer(self._consumer)

    def assign(self, places: Mapping[TopicPartition, int]) -> None:
        """Reads these partitions from these offsets on, and no others; what was told of those it had before still holds."""
        self._answered = {tp: self._answered.get(tp) or _Answered(place) for tp, place in places.items()}
        self._consumer.assign(list(places))
        for tp, offset in places.items():
            self.seek(tp, offset)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        """Reads on from ``offset``."""
        self._consumer.seek(tp, offset)
        one = self._answered.setdefault(tp, _Answered(offset))
        one.place, one.fell = offset, None
        self._hurry.set()

    async def read(self, limit: int) -> dict[TopicPartition, Sequence[Any]]:
        """Records that have come, at most ``limit``; returns after a moment when none come. `OffsetOutOfRangeError` names the
        partitions that have no record at their place."""
        began = time.monotonic()
        try:
            found: dict[TopicPartition, Sequence[Any]] = await self._consumer.getmany(timeout_ms=_READ_MS, max_records=limit)
        finally:
            self._listen(began)
        for tp, records in found.items():
            self._answered[tp].place = records[-1].offset + 1
        return found

    def ask(self) -> None:
        """Before a question: what is rung for from now on may not be in its answer."""
        self._answer = False
        self._hurry.clear()

    async def rest(self) -> None:
        """After a question that brought no records: for a moment, and then until there may be some; where it was not answered no longer."""
        if not (profile := self._profile) or not profile.pause_ms:
            return
        await asyncio.sleep(profile.pause_ms / 1000)
        if not self._answer:
            return
        if self._bell and self._bell.works:
            await woken(self._hurry, (profile.rung_pause_ms - profile.pause_ms) / 1000)
        elif time.monotonic() - self._came > QUIET_SECONDS:
            await woken(self._hurry, (profile.quiet_pause_ms - profile.pause_ms) / 1000)

    def _hear_ring(self, topic: str) -> None:
        if any(tp.topic == topic for tp in self._answered):
            self._hurry.set()

    def hear(self) -> None:
        """Notes which partitions were answered for, and what was said: an end that falls is noted at each answer, for a topic that is
        made anew may have grown past where we are before the next read ends."""
        now = time.monotonic()
        for tp, one in self._answered.items():
            stamp = self._consumer.last_poll_timestamp(tp)  # by the wall clock: only its changes tell
            if stamp in (None, one.stamp):
                continue
            one.stamp, one.moment, one.count = stamp, now, one.count + 1
            self._answer = True
            end = self._consumer.highwater(tp)
            if end is not None and end >= 0:
                if end != one.end:  # not at each record: who goes back to look at one again is in no hurry
                    self._came = now
                one.end = end
                if end < one.place:
                    one.fell = end

    def _listen(self, began: float) -> None:
        """Time between two reads does not count as silence: nobody may have asked then."""
        if not self._told:
            self.hear()
        now, between = time.monotonic(), began - self._left
        for tp, one in self._answered.items():
            if tp in self._paused:
                one.moment = now
            elif one.moment <= self._left:
                one.moment += between
        self._left = now

    def silence(self, tps: Iterable[TopicPartition]) -> float:
        """For how many seconds of reading the broker has said nothing about one of these partitions.

        The client tells nobody that it gets no answers: it tries again, for ever, while the last ends that it heard of look
        as if everything were read.
        """
        return max((self._left - self._answered[tp].moment for tp in tps if tp in self._answered), default=0.0)

    def answers(self, tp: TopicPartition) -> int:
        """How often the broker answered for this partition."""
        return self._answered[tp].count if tp in self._answered else 0

    def end(self, tp: TopicPartition) -> int | None:
        """The offset behind the last record, as of the last answer; None before the first one. One that lay before what was read is told
        until somebody goes back for it."""
        one = self._answered.get(tp)
        return None if one is None else one.end if one.fell is None else one.fell

    def place(self, tp: TopicPartition) -> int:
        """The offset that is read next."""
        return self._answered[tp].place

    async def beginnings(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The first offsets that are there."""
        found: dict[TopicPartition, int] = await self._consumer.beginning_offsets(list(tps))
        return found

    def pause(self, tp: TopicPartition) -> None:
        self._paused.add(tp)
        self._consumer.pause(tp)

    def resume(self, tp: TopicPartition) -> None:
        self._paused.discard(tp)
        with contextlib.suppress(ValueError):
            self._consumer.resume(tp)
