"""Commands on streams that are long and not in memory: they wait apart from the queue until their streams have been read.

Reading those while others wait would hold up everybody for seconds. What comes later on a stream of theirs waits behind
them, so that commands on one stream are decided in the order they came in.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from channel_events.log.basis import Found
from channel_events.log.batch import Waiting
from channel_events.log.draft import Entry
from channel_events.log.errors import LogUnavailable, StreamUnreadable
from channel_events.log.streams import Streams
from channel_events.log.unit import WaitingUnit
from channel_events.pure import Decider
from channel_events.tasks import end
from channel_events.told import told

AT_ONCE = 2
"""Streams read at the same time."""


class Cold(Exception):
    """A unit needs streams that have to be set aside for; with where to read each on from."""

    def __init__(self, streams: Mapping[str, Entry | None]) -> None:
        super().__init__(*streams)
        self.streams = streams


class Aside:
    """Commands and units that wait for streams; ``back`` is called when some may go on."""

    def __init__(self, streams: Streams, deciders: Mapping[str, Decider[Any, Any, Any]], back: Callable[[], None]) -> None:
        self._streams, self._deciders, self._back = streams, deciders, back
        self._commands: list[Waiting] = []
        self._touched: set[str] = set()
        """Streams of these commands."""
        self._units: list[WaitingUnit] = []
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self.ready = False
        """Whether a stream was read since they were taken."""
        self.found: dict[str, Found] = {}
        """What was read, to be taken into the states."""

    def __bool__(self) -> bool:
        return bool(self._commands or self._units)

    def hold(self, commands: list[Waiting], cold: Mapping[str, Entry | None]) -> None:
        """Takes out of ``commands`` those that have to wait: for ``cold`` streams, or behind others that wait."""
        self._read(cold)
        touched, go_on = self._touched, []
        for waiting in commands:
            if touched.isdisjoint(waiting.streams) and cold.keys().isdisjoint(waiting.streams):
                go_on.append(waiting)
            else:
                self._commands.append(waiting)
                touched.update(waiting.streams)
        commands[:] = go_on

    def hold_unit(self, unit: WaitingUnit, cold: Mapping[str, Entry | None]) -> None:
        self._read(cold)
        self._units.append(unit)

    def take(self) -> tuple[list[Waiting], list[WaitingUnit]]:
        """All of them, in their order; to be held again where what was read since is not enough."""
        self.ready = False
        taken = self._commands, self._units
        self._commands, self._units, self._touched = [], [], set()
        return taken

    async def close(self) -> None:
        """Gives up reading: nothing of what waits for it was done."""
        await end(*self._reading.values())
        self._fail(lambda _: True, LogUnavailable("the log is closing"))

    def _read(self, streams: Mapping[str, Entry | None]) -> None:
        for stream, start in streams.items():
            if stream not in self._reading and stream not in self.found:
                self._reading[stream] = asyncio.create_task(self._read_one(stream, start), name=f"read {stream}")

    async def _read_one(self, stream: str, start: Entry | None) -> None:
        try:
            async with self._places:
                self.found[stream] = await self._streams.entry(self._deciders[stream.partition("/")[0]], stream, start)
        except StreamUnreadable as failure:
            self.found[stream] = failure
        except Exception as failure:
            unavailable = LogUnavailable(f"{stream} cannot be read now: {told(failure)}")
            unavailable.__cause__ = failure
            self._fail(lambda streams: stream in streams, unavailable)
        finally:
            del self._reading[stream]
            self.ready = True
            self._back()

    def _fail(self, concerned: Callable[[Iterable[str]], bool], failure: LogUnavailable) -> None:
        for waiting in self._commands:
            if concerned(waiting.streams):
                waiting.settle(failure)
        for unit in self._units:
            unit.settle(failure)
