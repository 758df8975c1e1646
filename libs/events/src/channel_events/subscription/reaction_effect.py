"""Reacting: commands of events, decided and written with the reaction's progress in one transaction."""

from typing import Any

from channel_events.log import Log
from channel_events.pure import Registry
from channel_events.reaction import Reaction
from channel_events.subscription.effect import Redriven
from channel_events.subscription.judging import judge
from channel_events.subscription.progress import Progress
from channel_events.subscription.reaction_units import IDLE, Reacting, RedriveUnit, StepUnit
from channel_events.subscription.serving import use_serving
from channel_events.subscription.step import Step


class ReactionEffect(Reacting):
    """Appends to ``log`` what the reaction makes of events; ``registry`` reads those of its source."""

    most, most_bytes = 500, 4_000_000
    """Deciding them holds the log's head for some tens of milliseconds, and they are written by one statement."""

    def __init__(self, reaction: Reaction, source: str, registry: Registry, log: Log) -> None:
        super().__init__(reaction, source)
        self._registry, self._log, self._source = registry, log, source

    async def write(self, connection: Any, at: list[Progress], steps: list[Step]) -> list[Progress]:
        judged = [one for row, step in zip(at, steps, strict=True) for one in judge(self.reaction, step.events, row.effects_from)]
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
            await self.keep(connection, [(one.event, IDLE) for one in judged if one.event.stream not in parked])
        return moved

    async def redrive(self, connection: Any, stream: str, at: Progress) -> Redriven:
        events = await self.parking.events(connection, stream, self._registry, self.most, self.most_bytes)
        unit = RedriveUnit(self, stream, at, judge(self.reaction, events, at.effects_from), events)
        await self._log.transact(unit)
        return Redriven(unit.moved, len(unit.done), unit.flows, unit.failure)

    async def arrived(self, connection: Any, names: list[str]) -> set[str]:
        if not self.reaction.waits:
            return set()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await use_serving(connection)
            return await self.reaction.arrived(connection, names)
