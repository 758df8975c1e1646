"""Reacting: commands of events, decided and written with the reaction's progress in one transaction."""

from typing import Any

from channel_events.log import Log
from channel_events.pure import Registry, Rejected
from channel_events.reaction import Reaction
from channel_events.subscription.effect import Redriven
from channel_events.subscription.judging import Judged, judge
from channel_events.subscription.parking import Failure, Parking
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.subscription.reaction_keys import ReactionKeys
from channel_events.subscription.reaction_units import RedriveUnit, StepUnit
from channel_events.subscription.serving import use_serving
from channel_events.subscription.step import Step
from channel_events.told import told


class ReactionEffect:
    """Appends to ``log`` what the reaction makes of events; ``registry`` reads those of its source."""

    most, most_bytes = 500, 4_000_000
    """Deciding them holds the log's head for some tens of milliseconds, and they are written by one statement."""

    def __init__(self, reaction: Reaction, source: str, registry: Registry, log: Log) -> None:
        self.table, self.parking = ProgressTable(reaction.subscription, source), Parking(reaction.subscription, source)
        self.reaction, self.keys = reaction, ReactionKeys(reaction)
        self._registry, self._log, self._source = registry, log, source

    async def write(self, connection: Any, at: list[Progress], steps: list[Step]) -> list[Progress]:
        judged = [one for row, step in zip(at, steps, strict=True) for one in judge(self.reaction, step.events, row.effects_from)]
        return await self._write(connection, at, steps, judged)

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
        events = await self.parking.events(connection, stream, self._registry, self.most, self.most_bytes)
        unit = RedriveUnit(self, stream, at, judge(self.reaction, events, at.effects_from), events)
        await self._log.transact(unit)
        return Redriven(unit.moved, len(unit.done), unit.flows, unit.failure)

    def failure(self, error: Exception) -> Failure:
        if not isinstance(error, Rejected):
            return Failure.of(error)
        return Failure(str(error), self.reaction.waits_for(error), told(error))

    async def arrived(self, connection: Any, names: list[str]) -> set[str]:
        if not self.reaction.waits:
            return set()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await use_serving(connection)
            return await self.reaction.arrived(connection, names)
