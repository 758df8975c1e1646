"""A view kept up with one of its sources, for ever."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog
from opentelemetry.trace import SpanKind

from channel_events import telemetry, tracing
from channel_events.broker import Broker, topic_of
from channel_events.envelope import Decoder
from channel_events.freshness import Recent
from channel_events.log import Log
from channel_events.log.connect import prepare
from channel_events.partition import PARTITIONS
from channel_events.pure import Recorded, Registry
from channel_events.subscription.failing import Standing, blames_the_event, isolate
from channel_events.subscription.fold import fold
from channel_events.subscription.own_log import PARTITION, OwnLogSource
from channel_events.subscription.progress import FORKED, INCOMPLETE, Progress, ProgressTable, Zombie
from channel_events.subscription.step import Step
from channel_events.subscription.topic_source import TopicSource
from channel_events.topic import TopicReader
from channel_events.view import OwnLog, Topic, View

_log = structlog.get_logger("channel_events.subscription")

_STANDBY_SECONDS = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_STAND_SECONDS = 5.0

Source = OwnLogSource | TopicSource


class ViewSubscription:
    """Applies the events of ``source`` to ``view``, each once and in order, whatever happens to broker and database.

    ``service`` is the own service's name, ``dsn`` its database as the service's role. A source in the own log takes the
    classes of its events from ``registry``, or from ``log``, which also wakes it. ``check_seconds``: see `TopicSource`.
    """

    def __init__(
        self,
        view: View,
        source: OwnLog | Topic,
        *,
        dsn: str,
        bootstrap: str,
        profile: str = "embedded",
        topic_prefix: str = "qudao.",
        service: str,
        log: Log | None = None,
        registry: Registry | None = None,
        check_seconds: float = 60,
        stand_seconds: float = _STAND_SECONDS,
    ) -> None:
        self.view, self.source = view, source
        self.name = f"{view.subscription}:{source.name}"
        self.recent = Recent()
        self._dsn, self._service = dsn, service
        self._broker = Broker(bootstrap, profile)
        self._topic = topic_of(topic_prefix, source.name)
        self._registry = registry if registry is not None else log.registry if log is not None else Registry([])
        self._wake = None if log is None else log.wake()
        self._check_seconds, self._stand_seconds = check_seconds, stand_seconds
        self._table = ProgressTable(view.subscription, source.name)
        self._rows: dict[int, Progress] = {}
        self._standing: set[int] = set()
        self._caught_up = False
        self._running = False
        self._progressed = False

    def caught_up(self) -> bool:
        """Whether everything the source had at the last look is in the view."""
        return self._caught_up

    @property
    def status(self) -> str:
        """``running``, or why not everything flows: ``starting``, ``retrying``, ``standing``, ``forked``, ``incomplete``."""
        states = {row.state for row in self._rows.values()}
        for state in (FORKED, INCOMPLETE):
            if state in states:
                return state
        if self._standing:
            return "standing"
        return "running" if self._running else "retrying" if self._rows else "starting"

    async def run(self) -> None:
        """Until cancelled. Errors are logged and counted, and everything begins again from the database after a pause."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._session()
            except Zombie as zombie:
                # Another worker is on it: stand by, and look again at what it left.
                _log.info("subscription_stands_by", subscription=self.name, reason=str(zombie))
                await asyncio.sleep(_STANDBY_SECONDS)
            except Exception as error:
                pause = _FIRST_PAUSE if self._progressed else min(2 * pause, _LONGEST_PAUSE)
                telemetry.SUBSCRIPTION_ERRORS.labels(self.name).inc()
                _log.warning("subscription_begins_again", subscription=self.name, error=f"{type(error).__name__}: {error}", pause=pause)
                await asyncio.sleep(pause)
            finally:
                self._running = self._progressed = False

    async def _session(self) -> None:
        async with self._connection() as connection, self._open(connection) as source:
            self._alert()
            self._running = True
            while True:
                steps = await source.read()
                telemetry.SOURCE_POSITION.labels(self.name).set(source.seen)
                await self._take(connection, source, steps)
                self._caught_up = source.caught_up and not steps

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        # Rows and progress are one transaction, so a commit that a crash of the server loses is only done again: a view
        # need not wait for the disk.
        settings = {"application_name": "qudao-subscription", "synchronous_commit": "off", "lock_timeout": "5s", "statement_timeout": "60s"}
        connection = await asyncpg.connect(self._dsn, timeout=5, server_settings=settings)
        try:
            await prepare(connection)
            yield connection
        finally:
            connection.terminate()

    @asynccontextmanager
    async def _open(self, connection: Any) -> AsyncIterator[Source]:
        if isinstance(self.source, Topic):
            self._rows = await self._table.load(connection, range(PARTITIONS))
            async with TopicReader.open(self._broker, self._topic) as reader:
                decoder = Decoder(self.source.name, self.source.registry)
                source = TopicSource(reader, decoder, self._rows, self._check_seconds)
                await source.open()
                yield source
        else:
            self._rows = await self._table.load(connection, [PARTITION])
            yield OwnLogSource(connection, self._service, self._registry, self._wake, self._rows[PARTITION])

    async def _take(self, connection: Any, source: Source, steps: list[Step]) -> None:
        """All steps in one transaction, for what costs time when caught up is the round trips; each alone when that fails."""
        moving = [step for step in steps if step.moves]
        telemetry.EVENTS.labels(self.name, "skipped").inc(sum(step.skipped for step in steps))
        if not moving:
            return
        try:
            await self._apply(connection, source, moving)
        except Exception as error:
            if not blames_the_event(error):
                raise
            for step in moving:
                await self._take_alone(connection, source, step, error)
        else:
            self._flow({step.partition for step in moving})

    async def _take_alone(self, connection: Any, source: Source, step: Step, error: Exception) -> None:
        async def apply(part: Step) -> None:
            await self._apply(connection, source, [part])

        telemetry.EVENTS.labels(self.name, "retried").inc(len(step.events))
        try:
            await isolate(step, apply, error)
        except Standing as standing:
            await self._stand(source, step.partition, standing)
        else:
            self._flow({step.partition})

    def _flow(self, partitions: set[int]) -> None:
        if self._standing & partitions:
            self._standing -= partitions
            self._alert()

    async def _stand(self, source: Source, partition: int, standing: Standing) -> None:
        event = standing.event
        self._standing.add(partition)
        self._alert()
        _log.error(
            "subscription_stands", subscription=self.name, partition=partition, error=str(standing),
            event_id=event.id, type=event.type, stream=event.stream, position=event.position,
        )  # fmt: skip
        await source.hold(partition, self._stand_seconds)

    async def _apply(self, connection: Any, source: Source, steps: list[Step]) -> None:
        before = [self._rows[step.partition] for step in steps]
        events = [event for step in steps for event in step.events]
        contexts = ((event.trace, event.recorded_at) for event in events)
        with tracing.handling(f"fold {self.view.name}", SpanKind.CONSUMER, contexts, subscription=self.name):
            after = await fold(connection, self.view, self._table, before, steps)
        self._progressed = True
        for row in after:
            self._rows[row.partition] = row
            source.committed(row)
        self._measure(events)
        for step, was in zip(steps, before, strict=True):
            if step.state != was.state:
                self._say(step)

    def _say(self, step: Step) -> None:
        self._alert()
        here = {"subscription": self.name, "partition": step.partition, "applied": step.place.id, "applied_position": step.place.position}
        if step.forked is not None:
            event = step.forked
            _log.error("subscription_forked", **here, event_id=event.id, position=event.position, stream=event.stream)
        elif step.state == INCOMPLETE:
            _log.error("subscription_incomplete", **here)

    def _measure(self, events: list[Recorded]) -> None:
        now = time.time()
        if not events:
            return
        ignored = sum(event.data is None for event in events)
        telemetry.EVENTS.labels(self.name, "applied").inc(len(events) - ignored)
        telemetry.EVENTS.labels(self.name, "ignored").inc(ignored)
        recorded = [event.recorded_at.timestamp() for event in events]
        ages = [max(0.0, now - moment) for moment in recorded]
        telemetry.FRESHNESS.observe(self.name, ages)
        self.recent.add(recorded, ages)
        telemetry.POSITION.labels(self.name).set(max(row.place.position for row in self._rows.values()))
        telemetry.LAST_EVENT.labels(self.name).set(max(recorded))

    def _alert(self) -> None:
        states = [row.state for row in self._rows.values()]
        for state in (FORKED, INCOMPLETE):
            telemetry.STOPPED.labels(self.name, state).set(states.count(state))
        telemetry.STOPPED.labels(self.name, "standing").set(len(self._standing))
