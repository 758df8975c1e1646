"""Following one source for ever, whatever the effect of its events is."""

import asyncio
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Required, TypedDict, Unpack

import structlog
from opentelemetry.trace import SpanKind

from channel_events import telemetry, tracing
from channel_events.broker import Broker
from channel_events.envelope import Decoder
from channel_events.lasting import FIRST_PAUSE, Lasting
from channel_events.log.connect import IDLE_SECONDS, connect_as, prepare
from channel_events.pulse import RUNNING, STANDING_BY, WAITING
from channel_events.pure import Registry
from channel_events.standby import STANDBY_SECONDS, stand_by
from channel_events.subscription.effect import Effect, park_alone, parted
from channel_events.subscription.failing import blames_the_event, isolate
from channel_events.subscription.looking import moved
from channel_events.subscription.meters import Meters
from channel_events.subscription.own_log import PARTITION, POLL_SECONDS, TOLD_SECONDS, OwnLogSource
from channel_events.subscription.parking import TRIED
from channel_events.subscription.progress import FORKED, INCOMPLETE, Progress, Zombie
from channel_events.subscription.share import Member, Share, Whole
from channel_events.subscription.source import Source
from channel_events.subscription.step import Step
from channel_events.subscription.tables import partitions_of
from channel_events.subscription.topic_source import TopicSource
from channel_events.topic import TopicReader, until_there
from channel_events.view import OwnLog, Topic

_log = structlog.get_logger("channel_events.subscription")

_LOCK = "select pg_try_advisory_lock(hashtextextended($1, 0))"
_TEND_SECONDS = 0.5
_STATEMENT_SECONDS = 30.0
"""Of one batch's changes to a view, in one statement for each table and shape: far more than any took."""
COUNTING = 0
"""Of all workers of a subscription the one that follows this partition tells how much of it is parked: together they tell it once."""
_DEADLY = 5
"""Attempts without any progress after which an event is parked unapplied: it kills the process."""


class Site(TypedDict, total=False):
    """What a subscription runs on: ``service`` is the own service's name, ``dsn`` its database as the service's role;
    ``check_seconds``: see `TopicSource`."""

    service: Required[str]
    dsn: Required[str]
    broker: Required[Broker]
    check_seconds: float


class Subscription(Lasting):
    """Applies the events of ``source``, each once and in order, whatever happens to broker and database.

    ``subscription`` is the name its progress is kept under, ``title`` is shown in traces. ``registry`` has the classes of the own
    log's events, ``wake`` is set when it grew.
    """

    statement_seconds: float | None = _STATEMENT_SECONDS
    shared = True
    """Whether other workers may follow other partitions of the same topic, where the broker can share them out, and others of this
    process read it together with this one."""
    told = True
    """Whether ``wake`` comes from a log, which sets it whenever it grew."""

    def __init__(
        self, subscription: str, title: str, source: OwnLog | Topic, registry: Registry, wake: asyncio.Event | None, **site: Unpack[Site]
    ) -> None:
        super().__init__(name := f"{subscription}:{source.name}")
        self._lock = name
        self.title, self.source = title, source
        self.meters = Meters(name)
        self._dsn, self._service, self._broker = site["dsn"], site["service"], site["broker"]
        self._topic, self._group = self._broker.topic(source.name), f"{self._broker.topic(self._service)}.{name}"
        self._registry = source.registry if isinstance(source, Topic) else registry
        self._wake, self._check_seconds = wake, site.get("check_seconds", 60.0)
        self._rows: dict[int, Progress] = {}
        self._tried: set[int] = set()
        self._parked = True  # until it was looked at
        self._tended = 0.0
        self._started = self._caught_up = self._near = False

    @abstractmethod
    async def _begin(self, connection: Any, partitions: list[int]) -> tuple[Effect, dict[int, Progress]]:
        """What to do, and from where on; asked whenever the subscription begins again."""

    def caught_up(self) -> bool:
        """Whether everything the source had at the last look, a few seconds ago at most, is applied or parked."""
        return self._caught_up and self._pulse.fresh

    def near(self) -> bool:
        """Whether no more than a batch is left, however fast events come."""
        return self._near

    @property
    def status(self) -> str:
        """As of any part; or ``forked``, ``incomplete``, ``waiting`` for a topic that is not there yet."""
        states = {row.state for row in self._rows.values()}
        return next((state for state in (FORKED, INCOMPLETE) if state in states), super().status)

    @property
    def started(self) -> bool:
        """Whether the database told where it stands, or who else follows it."""
        return self._started or self._pulse.state == STANDING_BY

    def trouble(self) -> str | None:
        if (state := self.status) in (FORKED, INCOMPLETE):
            return f"{state} in partitions {', '.join(str(row.partition) for row in self._rows.values() if row.state == state)}"
        return super().trouble()

    async def _session(self) -> None:
        """One connection and one membership, for as long as nothing fails."""
        try:
            async with self._connection() as connection, self._sharing(connection) as share:
                while True:
                    try:
                        async with share.turn() as partitions:
                            await self._follow(connection, share, partitions)
                    except Zombie as zombie:
                        await self._stand_aside(zombie)
        finally:
            self._caught_up = False

    async def _stand_aside(self, zombie: Zombie) -> None:
        """Another worker is on it: looks again, a moment later, at what it left. After a re-drive that is the same place."""
        self._pulse.enter(STANDING_BY)
        _log.info("subscription_stands_by", subscription=self.name, reason=str(zombie))
        pause = FIRST_PAUSE if self._progressed else STANDBY_SECONDS
        self._caught_up = self._progressed = False
        await asyncio.sleep(pause)

    async def _follow(self, connection: Any, share: Share, partitions: Sequence[int]) -> None:
        """One turn: from reading the rows of these partitions until they are given anew."""
        async with self._open(connection, partitions) as (effect, source):
            turn = Turn(self, connection, effect, source)
            self.meters.states(self._rows.values())
            self._parked = True
            self._pulse.enter(RUNNING)
            while not share.over:
                steps = await source.read()
                telemetry.SOURCE_POSITION.labels(self.name).set(source.seen)
                await turn.take(steps)
                await turn.tend()
                self._near, self._caught_up = source.near, source.caught_up and not steps
                self._pulse.beat()
                if steps or self._caught_up:  # a round in which the broker said nothing is none of the heartbeat's
                    self.meters.beat()
                share.hint({row.partition: row.offset + 1 for row in self._rows.values() if row.offset is not None})
                await share.beat()
                if self._near and not self._parked:
                    await self._sit(connection, turn)
        self._rows, self._caught_up, self._tended = {}, False, 0.0
        self.meters.states(())
        self.meters.parked(0, 0)

    @asynccontextmanager
    async def _sharing(self, connection: Any) -> AsyncIterator[Share]:
        """What this worker may follow beside others."""
        if not (self.shared and isinstance(self.source, Topic) and self._broker.profile.groups):
            # For thrift: two that follow one source would undo each other's work, though never harm it. What decides is the
            # compare-and-set of the progress rows.
            await stand_by(lambda: connection.fetchval(_LOCK, self._lock), self._pulse)
            yield Whole(partitions_of(self.source))
            return
        await self._begin(connection, partitions_of(self.source))
        self._started = True  # whether or not the broker is there
        await until_there(self._broker, self._topic, self._wait)
        async with Member.open(self._broker, self._group, self._topic, self._pulse) as member:
            yield member

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        # Rows and progress are one transaction, so a commit that a crash of the server loses is only done again: a view
        # need not wait for the disk. (What a reaction appends goes through the log, which does wait.)
        seconds, settings = self.statement_seconds, {"synchronous_commit": "off", "lock_timeout": "5s"}
        connection = await connect_as(self._dsn, "qudao-subscription", seconds=seconds, idle=IDLE_SECONDS, **settings)
        try:
            await prepare(connection)
            yield connection
        finally:
            connection.terminate()

    @asynccontextmanager
    async def _open(self, connection: Any, partitions: Sequence[int]) -> AsyncIterator[tuple[Effect, Source]]:
        effect, rows = await self._begin(connection, list(partitions))
        self._rows = {partition: rows[partition] for partition in partitions}
        self._started = True
        if isinstance(self.source, Topic):
            async with TopicReader.open(self._broker, self._topic, partitions, waiting=self._wait, together=self.shared) as reader:
                decoder = Decoder(self.source.name, self.source.registry)
                source = TopicSource(reader, decoder, self._rows, self._check_seconds)
                await source.open()
                yield effect, source
        else:
            row, poll = self._rows[PARTITION], TOLD_SECONDS if self.told and self._wake is not None else POLL_SECONDS
            yield effect, OwnLogSource(connection, self._service, self._registry, self._wake, row, some=self.source.registry, poll=poll)

    async def _sit(self, _connection: Any, _turn: "Turn") -> None:
        """Lets somebody else do the rounds, while there is nothing but them to do."""

    def _wait(self) -> None:
        self._pulse.enter(WAITING, f"topic {self._topic} is not there, the relay of {self.source.name} makes it")


class Turn:
    """From one beginning to the next error: one connection, one reading of the progress rows."""

    def __init__(self, subscription: Subscription, connection: Any, effect: Effect, source: Source) -> None:
        self._s, self._connection, self._effect, self._source = subscription, connection, effect, source

    async def take(self, steps: list[Step]) -> None:
        """All steps in one transaction, for what costs time when caught up is the round trips; each alone when that fails."""
        telemetry.EVENTS.labels(self._s.name, "skipped").inc(sum(step.skipped for step in steps))
        moving = [step for step in steps if step.moves]
        if untried := [step for step in moving if step.partition not in self._s._tried and step.events]:
            slow = await self._first(untried)
            moving = [step for step in moving if step.partition not in slow]
        for part in parted(moving, self._effect.most, self._effect.most_bytes) if moving else ():
            await self._take(part)

    async def _take(self, steps: list[Step]) -> None:
        try:
            await self._apply(steps)
        except Exception as error:
            if not blames_the_event(error):
                raise
            for step in steps:
                telemetry.EVENTS.labels(self._s.name, "retried").inc(len(step.events))
                await isolate(step, self._apply_one, self._park, error)

    async def _first(self, steps: list[Step]) -> set[int]:
        """At a process's first events of a partition: notes the attempt, and goes one by one where the last one died of it."""
        attempts = await self._count(steps)
        slow = {partition for partition, count in attempts.items() if count > 1}
        for step in steps:
            self._s._tried.add(step.partition)
            if step.partition in slow:
                await self._one_by_one(step, attempts[step.partition])
        return slow

    async def _one_by_one(self, step: Step, attempts: int) -> None:
        for n in range(len(step.events)):
            one = step.part(n, n + 1)
            if n:
                attempts = (await self._count([one]))[step.partition]
            if attempts >= _DEADLY:
                await self._park(one, RuntimeError(f"the process died of it, {attempts - 1} times without any progress"))
            else:
                await self._take([one])

    async def _count(self, steps: list[Step]) -> dict[int, int]:
        at = [self._s._rows[step.partition] for step in steps]
        async with self._connection.transaction():
            attempts = await self._effect.table.count_attempt(self._connection, at)
        self.moved([row.bumped() for row in at])
        return attempts

    async def _apply_one(self, step: Step) -> None:
        await self._apply([step])

    async def _apply(self, steps: list[Step]) -> None:
        before = [self._s._rows[step.partition] for step in steps]
        events = [event for step in steps for event in step.events]
        contexts = ((event.trace, event.recorded_at) for event in events)
        with tracing.handling(self._s.title, SpanKind.CONSUMER, contexts, subscription=self._s.name):
            self.moved(await self._effect.write(self._connection, before, steps))
        self._s._progressed = True
        self._s._parked = self._s._parked or self._effect.parking.grew  # a reaction parks what is refused within its unit
        self._s.meters.applied(events, self._s._rows.values())
        for step, was in zip(steps, before, strict=True):
            if step.state != was.state:
                self._say(step)

    async def _park(self, step: Step, error: Exception) -> None:
        (event,) = step.events
        failure = self._effect.failure(error)
        before = self._s._rows[step.partition]
        self.moved([await park_alone(self._effect, self._connection, before, step, failure)])
        self._s._progressed = self._s._parked = True
        self._s._tended = 0.0
        failure.log(self._s.name, step.partition, event)
        if step.state != before.state:
            self._say(step)

    def moved(self, rows: list[Progress]) -> None:
        for row in rows:
            self._s._rows[row.partition] = row
            self._source.committed(row)
        moved(self._effect.table.subscription)

    async def tend(self) -> None:
        """Counts what is parked, and re-drives what has what it waited for; looks whether a fork was dealt with."""
        now = time.monotonic()
        if now - self._s._tended < _TEND_SECONDS:
            return
        self._s._tended = now
        if self._s.status == FORKED and not self._s._rows.items() <= (await self._effect.table.read(self._connection)).items():
            raise Zombie(f"{self._s.name}: somebody dealt with the fork")
        if self._s._parked:
            await self._tend_parked()

    async def _tend_parked(self) -> None:
        if names := await self._effect.parking.waiting(self._connection):
            arrived = await self._effect.arrived(self._connection, names)
            due = await self._effect.parking.due(self._connection, arrived, list(self._s._rows))
            for stream, partition in due:
                await self._redrive(stream, partition)
            if len(due) == TRIED:
                self._s._tended = 0.0  # there are more
        events, oldest = await self._effect.parking.count(self._connection)
        counts = COUNTING in self._s._rows
        self._s.meters.parked(events if counts else 0, oldest if counts else 0)
        self._s._parked, self._effect.parking.grew = events > 0, False

    async def _redrive(self, stream: str, partition: int) -> None:
        while True:
            tried = await self._effect.redrive(self._connection, stream, self._s._rows[partition])
            self.moved([tried.row])
            if tried.flows or tried.failure is not None:
                _log.info("stream_redriven", subscription=self._s.name, stream=stream, done=tried.done, flows=tried.flows)
                return

    def _say(self, step: Step) -> None:
        self._s.meters.states(self._s._rows.values())
        place = step.place
        here = {
            "subscription": self._s.name,
            "partition": step.partition,
            "applied": place.id,
            "applied_position": place.position,
        }
        if step.forked is not None:
            event = step.forked
            _log.error("subscription_forked", **here, event_id=event.id, position=event.position, stream=event.stream)
        elif step.state == INCOMPLETE:
            _log.error("subscription_incomplete", **here)
