"""The relay: carries a log's public events to the service's topic, and sees to it that they stay there."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import structlog
from opentelemetry.trace import SpanKind

from channel_events import telemetry, tracing
from channel_events.bell import ring
from channel_events.broker import Broker, TopicRefused, cluster_id
from channel_events.envelope import Encoder
from channel_events.log.connect import IDLE_SECONDS, connect_as, prepare
from channel_events.log.restored import TOPIC
from channel_events.pulse import AUDITING, RETRYING, RUNNING, Pulse
from channel_events.refusal import BrokerRefused
from channel_events.relay.audit import audit
from channel_events.relay.looking import Looking
from channel_events.relay.publishing import Publisher
from channel_events.relay.state import BATCH, LOCK, Mark, RelayState, Remembered
from channel_events.standby import stand_by
from channel_events.tasks import next_tick, woken
from channel_events.told import told
from channel_events.topic import TopicReader

_log = structlog.get_logger("channel_events.relay")

AUDIT_EVERY_SECONDS = 600.0
POLL_SECONDS, TOLD_SECONDS = 0.25, 2.0
"""Between two looks; the second where the log tells when it grew, and only a word that was lost makes anybody wait for a look."""
_STATEMENT_SECONDS = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


class NotPrimary(Exception):
    """The database is a standby: what it has not got yet would look like events that are lost."""


class TopicRenewed(Exception):
    """The topic held what the log has lost and is empty now."""


class _Place(msgspec.Struct):
    """Where a relay is: what an audit found, moved on by what was confirmed since."""

    position: int
    cluster: str
    reached: list[int]
    """Per partition the position up to which the audit found everything in the topic."""
    remembered: dict[int, Remembered]
    lost: bool
    """Whether the topic holds what the log has not."""


class Relay:
    """Carries the public events of ``service``'s log, in the database at ``dsn``, to its topic.

    ``wake`` is set by the log when it grew; without it the log is looked at four times a second. ``restored`` (that of
    the `Log`) is called when the topic holds what the log has lost.
    """

    name = "relay"

    def __init__(
        self,
        *,
        service: str,
        dsn: str,
        broker: Broker,
        wake: asyncio.Event | None = None,
        restored: Callable[[str], Awaitable[object]] | None = None,
        audit_seconds: float = AUDIT_EVERY_SECONDS,
    ) -> None:
        self._service, self._dsn, self._broker = service, dsn, broker
        self._topic = broker.topic(service)
        self._wake, self._restored = wake or asyncio.Event(), restored
        self._poll = POLL_SECONDS if wake is None else TOLD_SECONDS
        self._audit_seconds = audit_seconds
        self._lock = LOCK
        self._tried = 0
        self._confirmed = 0
        self._caught_up = False
        self._pulse = Pulse(self.name)
        self._heartbeat = telemetry.HEARTBEAT.labels(self.name)
        self._heartbeat.set_to_current_time()

    def caught_up(self) -> bool:
        """Whether the broker had confirmed all events of the log at the last look, a few seconds ago at most."""
        return self._caught_up and self._pulse.fresh

    @property
    def status(self) -> str:
        """``running``, ``auditing``, ``standing by`` while another process is the relay; or ``starting``, ``retrying``,
        ``stalled``: nothing is sent."""
        return self._pulse.status

    @property
    def ran(self) -> bool:
        """Whether it ever was ``running``."""
        return self._pulse.ran

    def trouble(self) -> str | None:
        """Why nothing is sent, in words, when that lasts."""
        return self._pulse.trouble()

    async def run(self) -> None:
        """Until cancelled. After any error everything begins again, with an audit: nothing in memory is believed.

        `TopicRefused` ends it: the topic has another number of partitions, and no waiting mends that. So does `BrokerRefused`, unless
        it ever ran: then somebody changes users or certificates, and will be done.
        """
        pause = _FIRST_PAUSE
        while True:
            started = time.monotonic()
            try:
                await self._session()
            except TopicRefused:
                raise
            except Exception as error:
                if isinstance(error, BrokerRefused) and not self.ran:
                    raise
                self._pulse.enter(RETRYING, type(error).__name__)
                pause = _FIRST_PAUSE if time.monotonic() - started > 10 * _LONGEST_PAUSE else min(2 * pause, _LONGEST_PAUSE)
                telemetry.RELAY_ERRORS.labels(self._service).inc()
                _log.warning("relay_begins_again", service=self._service, error=told(error), pause=pause)
                await asyncio.sleep(pause)
            finally:
                self._caught_up = False

    async def _session(self) -> None:
        """Audits, then sends until the next audit is due."""
        async with self._locked() as state:
            if not await state.primary():
                raise NotPrimary("the relay's database is a standby")
            position, known_cluster, remembered = await state.load()
            self._confirmed = max(self._confirmed, position)
            telemetry.RELAY_OLDEST.labels(self._service).set(await state.oldest_unsent(position))
            async with self._broker.admin() as admin:
                cluster = await cluster_id(admin)
                if cluster != known_cluster and self._broker.profile.volatile:
                    await self._broker.renew_topic(admin, self._topic)
                await self._broker.ensure_topic(admin, self._topic)
                # A topic that was made anew is empty only until the audit is done: who reads it has to see that now, or takes what is in
                # it then for what follows (test_a_missing_record_stops_its_partition_until_the_audit_repairs_the_topic).
                ring(self._broker, self._topic)
                self._pulse.enter(AUDITING)
                place = await self._audit(state, remembered, cluster)
                if place.lost and self._broker.profile.volatile:
                    await self._broker.renew_topic(admin, self._topic)
                    await state.save(0, cluster, {})
                    raise TopicRenewed(f"{self._topic} is filled again")
                async with (
                    Publisher.open(self._broker, self._topic, Encoder(self._service)) as sender,
                    Looking.at(admin, cluster) as looking,
                ):
                    await self._send(state, sender, place, looking)

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[RelayState]:
        """Waits until no other relay works, for thrift only: two would send the same records.

        The lock lives as long as the connection, and each batch is read on that very connection: whoever reads one has it.
        """
        # The row ``relay`` holds hints, so its commits need not wait for the disk.
        connection = await connect_as(self._dsn, "qudao-relay", seconds=_STATEMENT_SECONDS, idle=IDLE_SECONDS, synchronous_commit="off")
        try:
            await prepare(connection)
            state = RelayState(connection)
            await stand_by(lambda: state.lock(self._lock), self._pulse)
            yield state
        finally:
            connection.terminate()

    async def _audit(self, state: RelayState, remembered: dict[int, Remembered], cluster: str) -> _Place:
        """Finds what the topic really holds, and the place from which the log has to be sent."""
        marks = [mark for known in remembered.values() for mark in (known.first, known.last)]
        if not await state.has(marks):
            remembered = {}

        async def unknown(marks: list[Mark]) -> set[Mark]:
            self._pulse.beat()
            return await state.unknown(marks)

        async with TopicReader.open(self._broker, self._topic) as topic:
            walked = await audit(topic, remembered, unknown)
        if cut := [partition for partition, one in enumerate(walked) if not one.begins]:
            _log.warning("topic_lacks_its_beginning", service=self._service, topic=self._topic, partitions=cut, do="keep retention.ms=-1")
        lost = [one.lost for one in walked if one.lost]
        telemetry.RELAY_AHEAD.labels(self._service).set(len(lost))
        if lost:
            await self._tell(state, lost)
        reached = [one.position for one in walked]
        tails = await state.tails()
        missing = await state.first_missing(reached, tails)
        position = min(missing.values()) - 1 if missing else max(tails)
        if position < self._confirmed:
            _log.warning("relay_refills", service=self._service, topic=self._topic, confirmed=self._confirmed, position=position)
        found = {partition: known for partition, one in enumerate(walked) if (known := one.remembered)}
        await state.save(position, cluster, found)
        return _Place(position, cluster, reached, found, lost=bool(lost))

    async def _tell(self, state: RelayState, lost: list[Mark]) -> None:
        """The topic holds records that the log has not: the log was restored, whether or not that was noticed.

        Readers that took them in learn it from the ``log_restored`` that follows, unless one does already. Those that did
        not will, as long as the records are there: the topic has to be made anew, here where the broker keeps nothing
        anyway, else by ``channel-operate reset-topic``.
        """
        last = max(lost, key=lambda one: one.position)
        _log.error(
            "topic_holds_what_the_log_has_not", service=self._service, topic=self._topic, partitions=len(lost),
            position=last.position, event_id=last.id, do="channel-operate reset-topic",
        )  # fmt: skip
        if self._restored and not await state.told_restored(last.position):
            await self._restored(TOPIC)

    async def _send(self, state: RelayState, sender: Publisher, place: _Place, looking: Looking) -> None:
        self._pulse.enter(RUNNING)
        # At once, and not at the next confirmation: readers who see less than this have another topic before them.
        telemetry.RELAY_POSITION.labels(self._service).set(place.position)
        audit_at = time.monotonic() + self._audit_seconds
        while True:
            looking.check()
            self._wake.clear()  # before the look: what is appended during it sets the event again
            rows = await state.unsent(place.position)
            telemetry.RELAY_OLDEST.labels(self._service).set(rows[0]["recorded_at"].timestamp() if rows else 0)
            if rows:
                self._caught_up = False
                await self._confirm(state, sender, place, rows, looking)
            if len(rows) == BATCH:
                continue
            telemetry.RELAY_OLDEST.labels(self._service).set(0)
            self._caught_up = True
            if looking.fresh:
                self._pulse.beat()
                self._heartbeat.set_to_current_time()
            if time.monotonic() > audit_at:
                return
            await woken(self._wake, next_tick(self._poll))

    async def _confirm(self, state: RelayState, sender: Publisher, place: _Place, rows: list[Any], looking: Looking) -> None:
        """Sends rows, and only when all of them are confirmed moves the position."""
        absent = [row for row in rows if row["position"] > place.reached[row["partition"]]]
        tried, self._tried = self._tried, max(self._tried, rows[-1]["position"])
        with tracing.handling("relay", SpanKind.PRODUCER, ((row["trace"], row["recorded_at"]) for row in absent), topic=self._topic):
            await self._watched(sender.send(absent, place.remembered), looking)
        self._pulse.beat()
        place.position = rows[-1]["position"]
        await state.save(place.position, place.cluster, place.remembered)
        self._count(absent, tried)
        self._confirmed = max(self._confirmed, place.position)
        telemetry.RELAY_POSITION.labels(self._service).set(place.position)
        self._heartbeat.set_to_current_time()

    async def _watched(self, sending: Coroutine[Any, Any, None], looking: Looking) -> None:
        """Waits for the sending, but not on a broker that is another one by now, where it would wait until its time is up."""
        task = asyncio.create_task(sending)
        try:
            await asyncio.wait([task, looking.task], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                looking.check()
            await task
        finally:
            task.cancel()

    def _count(self, rows: list[Any], tried: int) -> None:
        refilled = sum(row["position"] <= self._confirmed for row in rows)
        resent = sum(self._confirmed < row["position"] <= tried for row in rows)
        for outcome, count in (("refilled", refilled), ("resent", resent), ("sent", len(rows) - refilled - resent)):
            telemetry.RELAY_RECORDS.labels(self._service, outcome).inc(count)
