"""The two units in which a reaction writes: events that follow its progress, and parked events that are tried again."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

from channel_events.log.batch import KeyName, KnownKeys
from channel_events.log.draft import Draft, Task, check_storable
from channel_events.log.keys import keep
from channel_events.pure import Lacking, Need, Recorded, Rejected
from channel_events.reaction import Reaction
from channel_events.subscription.judging import Judged
from channel_events.subscription.parking import Failure, Parking
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.told import told
from channel_events.view import Topic

Asked: TypeAlias = tuple[Need[Any], str]
_USUAL = 8
"""Of these so many: what each event asks for itself, like its own partner, is not worth a look for the next."""
IDLE = "nothing"
"""The outcome of an event that makes no commands."""


class Reacting:
    """One reaction with its progress, its parked streams, and the keys of what it is done with."""

    def __init__(self, reaction: Reaction, source: str) -> None:
        self.table, self.parking = ProgressTable(reaction.subscription, source), Parking(reaction.subscription, source)
        self.reaction = reaction
        self.usual: tuple[Asked, ...] = ()
        """What was asked of copies by two units that followed each other; the last few of these."""
        self._asked: frozenset[Asked] = frozenset()

    def asks(self, needs: Sequence[Asked]) -> None:
        """A unit did not find these."""
        again = [one for one in needs if one in self._asked and one not in self.usual]
        self.usual = (*self.usual, *again)[-_USUAL:]
        self._asked = frozenset(needs)

    def failure(self, error: Exception) -> Failure:
        if not isinstance(error, Rejected):
            return Failure.of(error)
        return Failure(str(error), self.reaction.waits_for(error), told(error))

    def name(self, event: Recorded) -> KeyName:
        """What the log knows the event's command key by."""
        return self.reaction.key(event).name(self.reaction.actor(event))

    async def keep(self, connection: Any, outcomes: Sequence[tuple[Recorded, str]]) -> None:
        """Stores the keys of events that wrote nothing, in the transaction that moves the progress: nobody else writes keys of this
        reaction.

        Of a topic's events those that make no commands have a key, too. After a fork everything is read again from the start,
        and an event that was passed over before, by older code, must not act then; one that the log gave in the meantime must.
        Only the id tells one from the other: positions may have been given again, and clocks differ
        (test_what_was_passed_over_before_a_fork_does_not_act_after_it). The own log never forks: its progress is restored with it.
        Types that the reaction does not know are not judged and have none.
        """
        forks = isinstance(self.reaction.source, Topic)
        await keep(connection, [(*self.name(event), outcome) for event, outcome in outcomes if forks or outcome != IDLE])


class _Unit:
    """Decides one event after another, each all or nothing; behind one that fails the rest of its stream is held.

    ``at`` and ``to``: the progress rows before and after; ``events`` with their partitions.
    """

    def __init__(
        self, effect: Reacting, at: list[Progress], to: list[Progress], judged: Sequence[Judged], events: Sequence[tuple[int, Recorded]]
    ) -> None:
        self._effect, self._at, self._to, self._events = effect, at, to, events
        self._judged = {one.event.id: one for one in judged}
        self._parked: set[str] = set()
        self._clear()

    @property
    def usual(self) -> tuple[Asked, ...]:
        return self._effect.usual

    def _clear(self) -> None:
        self._outcomes = {"appended": 0, "nothing": 0, "replayed": 0, "rejected": 0}
        self._done: list[tuple[Recorded, str]] = []
        self._held: list[Recorded] = []
        self._failures: dict[str, tuple[str, int, Failure]] = {}

    async def begin(self, connection: Any) -> Sequence[KeyName]:
        self._parked = await self._effect.table.move(connection, self._at, self._to, {event.stream for _, event in self._events})
        return [self._effect.name(one.event) for one in self._judged.values() if one.acts]

    def decide(self, draft: Draft, known: KnownKeys) -> None:
        self._clear()  # it may be decided once more, on more than was known
        lacking: list[Lacking] = []
        for partition, event in self._events:
            stream, judged = event.stream, self._judged.get(event.id)
            if stream in self._parked or stream in self._failures:
                self._held.append(event)
            elif judged is not None:
                try:
                    failure = self._decide(draft, known, judged)
                except Lacking as one:
                    # What the others lack is asked for with it: one after another, deciding n events would take n * n decisions
                    # (test_events_that_ask_are_decided_a_few_times_however_many_they_are).
                    lacking.append(one)
                    continue
                if failure is not None:
                    self._failures[stream] = (stream, partition, failure)
                    self._held.append(event)
        if lacking:
            together = Lacking.all_of(lacking)
            self._effect.asks(together.needs)
            raise together

    def _decide(self, draft: Draft, known: KnownKeys, judged: Judged) -> Failure | None:
        """Decides the event's commands; why it is to be parked, or None when it is done: now, before, or refused for good."""
        reaction, event, error = self._effect.reaction, judged.event, judged.error
        if not judged.acts:
            self._done.append((event, IDLE))
            return None
        if self._effect.name(event) in known:
            self._outcomes["replayed"] += 1
            return None
        try:
            if error is None:
                by, key = reaction.actor(event), reaction.key(event)
                task = Task(partial(reaction.commands, event), by, key, imported=reaction.imported)
                check_storable(task)
                part, _ = draft.decide(task)
                self._outcomes["appended" if part.stop > part.start else "nothing"] += 1
                return None
        except Lacking:
            raise
        except Exception as refusal:
            error = refusal
        self._outcomes["rejected"] += 1
        if isinstance(error, Rejected) and reaction.refused == "keep":
            self._done.append((event, error.code))
            return None
        return self._effect.failure(error)

    async def end(self, connection: Any) -> None:
        await self._effect.keep(connection, self._done)

    def outcomes(self) -> dict[str, int]:
        return self._outcomes


class StepUnit(_Unit):
    """Events that follow the reaction's progress."""

    def parked(self) -> Iterator[tuple[Recorded, int, Failure]]:
        """The first event of each stream that this unit parked, its partition, and why."""
        first = {event.stream: event for event in reversed(self._held)}
        return ((first[stream], partition, failure) for stream, partition, failure in self._failures.values())

    async def end(self, connection: Any) -> None:
        await super().end(connection)
        if self._held:
            await self._effect.parking.park(connection, self._failures.values(), self._held)


class RedriveUnit(_Unit):
    """Parked events of one stream, up to the first that fails again.

    They were read and judged when the row was ``at``: that it still is there says that nobody parked or tried any since.
    """

    def __init__(self, effect: Reacting, stream: str, at: Progress, judged: Sequence[Judged], events: Sequence[Recorded]) -> None:
        self.moved, self._stream = at.bumped(), stream
        super().__init__(effect, [at], [self.moved], judged, [(at.partition, event) for event in events])
        self.done: Sequence[Recorded] = ()
        self.failure: Failure | None = None
        self.flows = False

    async def begin(self, connection: Any) -> Sequence[KeyName]:
        names = await super().begin(connection)
        self._parked = set()  # it is what is tried
        return names

    async def end(self, connection: Any) -> None:
        await super().end(connection)
        self.done = [event for _, event in self._events][: len(self._events) - len(self._held)]
        self.flows = await self._effect.parking.forget(connection, self._stream, self.done) or not self._events
        self.failure = next((failure for _, _, failure in self._failures.values()), None)
        if self.failure is not None:
            await self._effect.parking.failed_again(connection, self._stream, self.failure)
