"""The two units in which a reaction writes: events that follow its progress, and parked events that are tried again."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Protocol

from channel_events.log.batch import KeyName, KnownKeys
from channel_events.log.draft import Draft, Task, check_storable
from channel_events.pure import Lacking, Recorded, Rejected
from channel_events.reaction import Reaction
from channel_events.subscription.judging import Judged
from channel_events.subscription.parking import Failure, Parking
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.subscription.reaction_keys import Outcome, ReactionKeys


class Reacting(Protocol):
    """What units need of the effect they belong to."""

    table: ProgressTable
    parking: Parking
    reaction: Reaction
    keys: ReactionKeys

    def failure(self, error: Exception) -> Failure:
        """What is noted of an event that failed with this error."""


class _Unit:
    """What both units share: deciding one event after another, each all or nothing."""

    def __init__(self, effect: Reacting) -> None:
        self.effect = effect
        self._refused: list[Outcome] = []
        self._idle: list[Recorded] = []
        self._outcomes = {"appended": 0, "nothing": 0, "replayed": 0, "rejected": 0}

    def outcomes(self) -> dict[str, int]:
        return self._outcomes

    def try_one(self, draft: Draft, known: KnownKeys, judged: Judged) -> Failure | None:
        """Decides the event's commands; why it is to be parked, or None when it is done: now, before, or refused for good."""
        if not judged.acts:
            self._idle.append(judged.event)
            return None
        reaction = self.effect.reaction
        by, key = reaction.actor(judged.event), reaction.key(judged.event)
        if (by.subject, key.key) in known:
            self._outcomes["replayed"] += 1
            return None
        error = judged.error
        try:
            if error is None:
                task = Task(partial(reaction.commands, judged.event), by, key, imported=reaction.imported)
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
            self._refused.append(Outcome(judged.event, error.code))
            return None
        return self.effect.failure(error)

    def again(self) -> None:
        """Forgets what was decided: it is decided once more, on more than was known."""
        self._refused.clear()
        self._idle.clear()
        self._outcomes.update(dict.fromkeys(self._outcomes, 0))

    def names(self, judged: Sequence[Judged]) -> list[KeyName]:
        """The keys of what acts."""
        reaction = self.effect.reaction
        return [(reaction.actor(one.event).subject, reaction.key(one.event).key) for one in judged if one.acts]

    async def keep(self, connection: Any) -> None:
        """Stores the keys of what wrote nothing."""
        await self.effect.keys.keep(connection, self._refused)
        await self.effect.keys.keep_idle(connection, self._idle)


class StepUnit(_Unit):
    """Events that follow the reaction's progress."""

    def __init__(
        self, effect: Reacting, at: list[Progress], moved: list[Progress], judged: list[Judged], events: list[tuple[int, Recorded]]
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
    """Parked events of one stream, up to the first that fails again.

    They were read and judged when the row was ``at``: that it still is there says that nobody parked or tried any since.
    """

    def __init__(self, effect: Reacting, stream: str, at: Progress, judged: list[Judged], events: list[Recorded]) -> None:
        super().__init__(effect)
        self._stream, self._at, self._judged, self._events = stream, at, judged, events
        self.moved = at.bumped()
        self.done: list[Recorded] = []
        self.failure: Failure | None = None
        self.flows = False

    async def begin(self, connection: Any) -> Sequence[KeyName]:
        await self.effect.table.move(connection, [self._at], [self.moved])
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
