"""The end of all topics that a process follows, read by one client for everybody who has got there.

A waiting fetch costs the embedded broker, and the process, about the same for one topic as for four: at rest a process asks
once for all of them. Who is behind, or goes back to look for something, reads alone and takes a seat again when it is done, so
nothing that a reader does waits for another one.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextvars import Context
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from channel_events.broker import Broker
from channel_events.fetching import Fetching
from channel_events.tasks import end, next_tick, whole, woken
from channel_events.told import told

MOST = 4_000
"""Records that wait on one seat; who lets more wait gets up, and reads at his own pace."""
BACK = 100
"""By how many records a reader may go back in his seat: the others only pass over them."""
_TICK_SECONDS, _SOON_SECONDS = 1.0, 0.05
"""How long a reader who gets nothing waits before he looks around, and who just got something."""
_SURE = 2
"""Answers until an end is believed: the first may be that of a request older than the seat."""

_log = structlog.get_logger("channel_events.tip")
_tips: dict[tuple[Any, ...], "Tip"] = {}


class Tip:
    """Hands what comes to whoever has a seat. It never fails anybody: on any trouble all get up and meet it alone."""

    def __init__(self, broker: Broker, key: tuple[Any, ...]) -> None:
        self._broker, self._key = broker, key
        self._seats: set[Seat] = set()
        self._places: dict[TopicPartition, int] = {}
        self._assigned: set[TopicPartition] = set()
        self.client: Fetching | None = None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, broker: Broker) -> "Tip":
        """That of this process (and loop) at this broker."""
        key = (broker, asyncio.get_running_loop())
        return _tips.get(key) or cls(broker, key)

    def sit(self, places: Mapping[TopicPartition, int]) -> "Seat":
        """A seat for somebody who has read everything before these offsets, and was told that there is no more."""
        seat = Seat(self, places)
        self._seats.add(seat)
        for tp, offset in places.items():
            self.back(tp, offset)
        if self._task is None:
            _tips[self._key] = self
            # In a context of its own: it goes on for others when the one that happened to come first is gone.
            self._task = asyncio.create_task(self._run(), name="tip", context=Context())
        return seat

    def back(self, tp: TopicPartition, offset: int) -> None:
        """Reads from ``offset`` on, unless it is not there yet anyway."""
        if offset < self._places.get(tp, offset + 1):
            self._places[tp] = offset
            if self.client is not None and tp in self._assigned:
                self.client.seek(tp, offset)

    def stand(self, seat: "Seat") -> None:
        """Takes the seat away; the client is told at its next read."""
        self._seats.discard(seat)

    async def close(self) -> None:
        """Ends it when nobody sits there any more."""
        if not self._seats and self._task is not None:
            self._forget()
            await end(self._task)

    def _forget(self) -> None:
        if _tips.get(self._key) is self:
            del _tips[self._key]

    async def _run(self) -> None:
        try:
            self.client = await Fetching.open(self._broker)
            while self._seats:
                self._assign(self.client)
                try:
                    self._hand_out(await self.client.read(MOST))
                except OffsetOutOfRangeError as error:
                    self._get_up(error.args[0])
                self._tell_ends(self.client)
        except Exception as error:  # whatever it is: those who sat here will meet it, and know what to do
            _log.warning("tip_ends", error=told(error))
        finally:
            self._forget()
            for seat in list(self._seats):
                seat.leave()
            if self.client is not None:
                await whole(self.client.close())

    def _assign(self, client: Fetching) -> None:
        wanted = {tp for seat in self._seats for tp in seat.places}
        if wanted != self._assigned:
            self._assigned, self._places = wanted, {tp: self._places[tp] for tp in wanted}
            client.assign(self._places)

    def _hand_out(self, found: Mapping[TopicPartition, Sequence[Any]]) -> None:
        for tp, records in found.items():
            self._places[tp] = records[-1].offset + 1
            for seat in [seat for seat in self._seats if tp in seat.places]:
                seat.take(tp, records)

    def _tell_ends(self, client: Fetching) -> None:
        """An end before what was read is another, younger partition: it is told at once, for it may have grown past it a moment later."""
        for tp in self._assigned:
            told_end = client.end(tp)
            if told_end is not None and told_end < client.place(tp):
                for seat in [seat for seat in self._seats if tp in seat.places]:
                    seat.hear(tp, told_end)

    def _get_up(self, outside: Mapping[TopicPartition, int]) -> None:
        for seat in [seat for seat in self._seats if not seat.places.keys().isdisjoint(outside)]:
            seat.leave()


class Seat:
    """What has come for one reader at the tip. ``places``: per partition the offset that is taken next."""

    def __init__(self, tip: Tip, places: Mapping[TopicPartition, int]) -> None:
        self._tip, self._known = tip, places
        self.places: dict[TopicPartition, int] = dict(places)
        self._sure = {tp: _SURE + (tip.client.answers(tp) if tip.client else 0) for tp in places}
        self._sat = time.monotonic()
        self._found: dict[TopicPartition, list[Any]] = {}
        self._younger: dict[TopicPartition, int] = {}
        self._waiting = 0
        self._left = self._got = False
        self._called = asyncio.Event()

    def take(self, tp: TopicPartition, records: Sequence[Any]) -> None:
        """What is new to this reader of these records."""
        here = self.places[tp]
        fresh = records if records[0].offset >= here else [one for one in records if one.offset >= here]
        if not fresh:
            return
        if self._waiting and self._waiting + len(fresh) > MOST:
            self.leave()
            return
        self.places[tp] = fresh[-1].offset + 1
        self._found.setdefault(tp, []).extend(fresh)
        self._waiting += len(fresh)
        self._called.set()

    def hear(self, tp: TopicPartition, told_end: int) -> None:
        """Of an end before what was read, until the reader goes back for it."""
        if self._is_sure(tp):
            self._younger.setdefault(tp, told_end)
            self._called.set()

    async def read(self) -> dict[TopicPartition, Sequence[Any]] | None:
        """Records that have come, none after a moment without any; None when the reader has to read alone, from behind what he got."""
        await woken(self._called, _SOON_SECONDS if self._got else next_tick(_TICK_SECONDS))
        if self._left:
            return None
        self._called.clear()
        found, self._found, self._waiting = self._found, {}, 0
        self._got = bool(found)
        return dict(found)

    def back(self, tp: TopicPartition, offset: int, here: int) -> bool:
        """Reads on from ``offset``, where that is but a little before ``here``; False when it is not."""
        if tp not in self.places or not here - BACK <= offset < here:
            return False
        self._waiting -= len(self._found.pop(tp, ()))
        self._younger.pop(tp, None)
        self.places[tp] = offset
        self._tip.back(tp, offset)
        return True

    def end(self, tp: TopicPartition) -> int | None:
        """The end of a partition. Until the tip was surely asked after the reader sat down it is what he knew himself: an older answer
        would look like a younger partition, which is read from its start."""
        if tp not in self.places:
            return None
        if self._tip.client is None or not self._is_sure(tp):
            return max(self._known[tp], self.places[tp])
        return self._younger.get(tp, self._tip.client.end(tp))

    def _is_sure(self, tp: TopicPartition) -> bool:
        return self._tip.client is not None and self._tip.client.answers(tp) >= self._sure[tp]

    def silence(self, tps: Sequence[TopicPartition]) -> float:
        """See `Fetching`."""
        if self._tip.client is None:
            return time.monotonic() - self._sat
        return self._tip.client.silence(tps)

    def leave(self) -> None:
        """The reader gets up, and is told so when he reads."""
        self._left = True
        self._tip.stand(self)
        self._called.set()

    async def get_up(self) -> None:
        """Gets up for good; who is the last to go puts the light out."""
        self.leave()
        await self._tip.close()
