"""Reacting: commands of events, decided and written with the reaction's progress in one transaction."""

from typing import Any

from channel_events.log import Log
from channel_events.pure import Registry, Rejected
from channel_events.reaction import Reaction
from channel_events.subscription.effect import Redriven
from channel_events.subscription.judging import Judge, Judged
from channel_events.subscription.parking import Failure, Parking
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.subscription.reaction_keys import ReactionKeys
from channel_events.subscription.reaction_units import RedriveUnit, StepUnit
from channel_events.subscription.serving import use_serving
from channel_events.subscription.step import Step
from channel_events.told import told

_REDRIVE_LOOKING = 50
"""Parked events read at a time by a reaction with a look, which goes only up to the first that acts."""


class ReactionEffect:
    """Appends to ``log`` what the reaction makes of events; ``registry`` reads those of its source."""

    most = 500
    """Deciding them holds the log's head for some tens of milliseconds."""

    def __init__(self, reaction: Reaction, source: str, registry: Registry, log: Log) -> None:
        self.table, self.parking = ProgressTable(reaction.subscription, source), Parking(reaction.subscription, source)
        self.reaction, self.keys = reaction, ReactionKeys(reaction)
        self._registry, self._log, self._source = registry, log, source
        self._judge = Judge(reaction)

    async def write(self, connection: Any, at: list[Progress], steps: list[Step]) -> list[Progress]:
        if self.reaction.look is not None:
            return [await self._write_looking(connection, row, step) for row, step in zip(at, steps, strict=True)]
        judged: list[Judged] = []
        for row, step in zip(at, steps, strict=True):
            judged += (await self._judge.next(connection, step.events, row.effects_from))[0]
        return await self._write(connection, at, steps, judged)

    async def _write_looking(self, connection: Any, row: Progress, step: Step) -> Progress:
        start, count = 0, len(step.events)
        while True:
            judged, looked = await self._judge.next(connection, step.events[start:], row.effects_from)
            part = step.part(start, start + looked) if count else step
            [row] = await self._write(connection, [row], [part], judged)
            start += looked
            if start >= count:
                return row

    async def _write(self, connection: Any, at: list[Progress], steps: list[Step], judged: list[Judged]) -> list[Progress]:
        moved = [step.after(row) for step, row in zip(steps, at, strict=True)]
        events = [(step.partition, event) for step in steps for event in step.events]
        if any(one.acts for one in judged):
            unit = StepUnit(self, at, moved, judged, events)
            await self._log.transact(unit)
            for event, partition, failure in unit.parked():
                failure.log(f"{self.reaction.subscription}:{self._source}", partition, event)
            return moved
        async with connection.transaction():
            parked = await self.table.move(connection, at, moved, {event.stream for _, event in events})
            if parked:
                await self.parking.park(connection, (), [event for _, event in events if event.stream in parked])
            await self.keys.keep_idle(connection, [one.event for one in judged if one.event.stream not in parked])
        return moved

    async def redrive(self, connection: Any, stream: str, at: Progress) -> Redriven:
        most = self.most if self.reaction.look is None else _REDRIVE_LOOKING
        events = await self.parking.events(connection, stream, self._registry, most)
        judged, count = await self._judge.next(connection, events, at.effects_from)
        unit = RedriveUnit(self, stream, at, judged, events[:count])
        await self._log.transact(unit)
        return Redriven(unit.moved, len(unit.done), unit.flows, unit.failure)

    def failure(self, error: Exception) -> Failure:
        if not isinstance(error, Rejected):
            return Failure.of(error)
        waits_for = self.reaction.waits_for
        return Failure(str(error), waits_for(error) if waits_for else None, told(error))

    async def arrived(self, connection: Any, names: list[str]) -> set[str]:
        if self.reaction.arrived is None:
            return set()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await use_serving(connection)
            return await self.reaction.arrived(connection, names)
