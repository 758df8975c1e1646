"""Reacting: commands of events, decided and written with the reaction's progress in one transaction."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from channel_events.envelope import Unreadable
from channel_events.log import Log
from channel_events.log.batch import KeyName, KnownKeys
from channel_events.log.draft import Draft, Task, check_storable
from channel_events.pure import Lacking, Recorded, Registry, Rejected
from channel_events.reaction import Reaction
from channel_events.subscription.effect import Redriven
from channel_events.subscription.fold import UnreadableEvent
from channel_events.subscription.parking import Failure, Parking
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.subscription.serving import use_serving
from channel_events.subscription.step import Step
from channel_events.told import told

_KEEP = """
insert into command_key (actor, key, body_hash, first_position, count, outcome)
select a, k, ''::bytea, 0, 0, o from unnest($1::text[], $2::text[], $3::text[]) as n (a, k, o)
"""


class Judged(NamedTuple):
    """An event, and whether it acts; ``error`` when it cannot be read."""

    event: Recorded
    acts: bool
    error: Exception | None = None


class ReactionEffect:
    """Appends to ``log`` what the reaction makes of events; ``registry`` reads those of its source."""

    most = 500
    """Deciding them holds the log's head for some tens of milliseconds."""

    def __init__(self, reaction: Reaction, source: str, registry: Registry, log: Log) -> None:
        self.table, self.parking = ProgressTable(reaction.subscription, source), Parking(reaction.subscription, source)
        self.reaction, self.registry, self._log, self._source = reaction, registry, log, source

    async def write(self, connection: Any, at: list[Progress], steps: list[Step]) -> list[Progress]:
        new = [event for step, row in zip(steps, at, strict=True) for event in step.events if event.recorded_at >= row.effects_from]
        return await self._write(connection, at, steps, self.judge(new))

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
        return moved

    async def redrive(self, connection: Any, stream: str, partition: int) -> Redriven:
        unit = RedriveUnit(self, stream, partition)
        await self._log.transact(unit)
        return Redriven(unit.row, len(unit.done), unit.flows, unit.failure)

    def judge(self, events: Sequence[Recorded]) -> list[Judged]:
        """Which events act: those whose commands begin with anything at all, be it a question or an error."""
        return [self._judge(event) for event in events if event.data is not None]

    def _judge(self, event: Recorded) -> Judged:
        if type(event.data) is Unreadable:
            return Judged(event, True, UnreadableEvent(f"{event.type} {event.id}: {told(event.data.error)}"))
        try:
            return Judged(event, next(iter(self.reaction.commands(event)), None) is not None)
        except Exception:  # raised again, and dealt with, when it is decided
            return Judged(event, True)

    def failure(self, error: Exception) -> Failure:
        if not isinstance(error, Rejected):
            return Failure.of(error)
        waits_for = self.reaction.waits_for
        return Failure(str(error), waits_for(error) if waits_for else None, told(error))

    async def arrived(self, connection: Any, names: list[str]) -> set[str]:
        if self.reaction.arrived is None:
            return set()
        async with connection.transaction():
            await use_serving(connection)
            return await self.reaction.arrived(connection, names)


class _Unit:
    """What both units share: deciding one event after another, each all or nothing."""

    def __init__(self, effect: ReactionEffect) -> None:
        self.effect = effect
        self._kept: list[tuple[str, str, str]] = []
        self._outcomes = {"appended": 0, "nothing": 0, "replayed": 0, "rejected": 0}

    def outcomes(self) -> dict[str, int]:
        return self._outcomes

    def try_one(self, draft: Draft, known: KnownKeys, judged: Judged) -> Failure | None:
        """Decides the event's commands; why it is to be parked, or None when it is done: now, before, or refused for good."""
        reaction, event = self.effect.reaction, judged.event
        by, key = reaction.actor(event), reaction.key(event)
        if (by.subject, key.key) in known:
            self._outcomes["replayed"] += 1
            return None
        error = judged.error
        try:
            if error is None and judged.acts:
                task = Task(partial(reaction.commands, event), by, key, imported=reaction.imported)
                check_storable(task)
                part, _ = draft.decide(task)
                self._outcomes["appended" if part.stop > part.start else "nothing"] += 1
        except Lacking:
            raise
        except Exception as refusal:
            error = refusal
        if error is None:
            return None
        self._outcomes["rejected"] += 1
        if isinstance(error, Rejected) and reaction.refused == "keep":
            self._kept.append((by.subject, key.key, error.code))
            return None
        return self.effect.failure(error)

    def again(self) -> None:
        """Forgets what was decided: it is decided once more, on more than was known."""
        self._kept.clear()
        self._outcomes.update(dict.fromkeys(self._outcomes, 0))

    def names(self, judged: Sequence[Judged]) -> list[KeyName]:
        """The keys of what acts."""
        reaction = self.effect.reaction
        return [(reaction.actor(one.event).subject, reaction.key(one.event).key) for one in judged if one.acts]

    async def keep(self, connection: Any) -> None:
        """Stores the keys of what was refused, with the codes as outcomes."""
        if self._kept:
            await connection.execute(_KEEP, *(list(column) for column in zip(*self._kept, strict=True)))


class StepUnit(_Unit):
    """Events that follow the reaction's progress."""

    def __init__(
        self, effect: ReactionEffect, at: list[Progress], moved: list[Progress], judged: list[Judged], events: list[tuple[int, Recorded]]
    ) -> None:
        super().__init__(effect)
        self._at, self._moved, self._judged, self._events = at, moved, judged, events
        self._parked: set[str] = set()
        self._held: list[Recorded] = []
        self._failures: dict[str, tuple[str, int, Failure]] = {}

    async def begin(self, connection: Any) -> Sequence[KeyName]:
        self._parked = await self.effect.table.move(connection, self._at, self._moved, {event.stream for _, event in self._events})
        return self.names(self._judged)

    def decide(self, draft: Draft, known: KnownKeys) -> None:
        self.again()
        self._held.clear()
        self._failures.clear()
        judged = {one.event.id: one for one in self._judged}
        for partition, event in self._events:
            stream = event.stream
            if stream in self._parked or stream in self._failures:
                self._held.append(event)
            elif event.id in judged and (failure := self.try_one(draft, known, judged[event.id])):
                self._failures[stream] = (stream, partition, failure)
                self._held.append(event)

    def parked(self) -> Iterator[tuple[Recorded, int, Failure]]:
        """The first event of each stream that this unit parked, its partition, and why."""
        first = {event.stream: event for event in reversed(self._held)}
        return ((first[stream], partition, failure) for stream, partition, failure in self._failures.values())

    async def end(self, connection: Any) -> None:
        await self.keep(connection)
        if self._held:
            await self.effect.parking.park(connection, self._failures.values(), self._held)


class RedriveUnit(_Unit):
    """The parked events of one stream, up to the first that fails again."""

    row: Progress
    """The progress row, taken from whoever held it; known from `begin` on."""

    def __init__(self, effect: ReactionEffect, stream: str, partition: int) -> None:
        super().__init__(effect)
        self._stream, self._partition = stream, partition
        self._events: list[Recorded] = []
        self._judged: list[Judged] = []
        self.done: list[Recorded] = []
        self.failure: Failure | None = None
        self.flows = False

    async def begin(self, connection: Any) -> Sequence[KeyName]:
        effect = self.effect
        self.row = row = await effect.table.bump(connection, self._partition)
        self._events = await effect.parking.events(connection, self._stream, effect.registry, effect.most)
        self._judged = effect.judge([event for event in self._events if event.recorded_at >= row.effects_from])
        return self.names(self._judged)

    def decide(self, draft: Draft, known: KnownKeys) -> None:
        self.again()
        self.done, self.failure = [], None
        judged = {one.event.id: one for one in self._judged}
        for event in self._events:
            if event.id in judged:
                self.failure = self.try_one(draft, known, judged[event.id])
                if self.failure is not None:
                    break
            self.done.append(event)

    async def end(self, connection: Any) -> None:
        await self.keep(connection)
        self.flows = await self.effect.parking.forget(connection, self._stream, self.done) or not self._events
        if self.failure is not None:
            await self.effect.parking.failed_again(connection, self._stream, self.failure)
