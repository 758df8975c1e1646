"""Running a sender: claiming in the log what is due, sending it, telling the log how it ended.

Nothing is sent inside a transaction. A try is claimed by an event before it is made, so two processes never make the same one, and
one that was killed leaves a try without an end: after its time it is made again, under the same id. Only one process sends, the others
stand by; that is thrift, and what makes limits hold for all of them: should two ever send, the claims still keep them apart.
"""

import asyncio
import random
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Gauge, Histogram

from channel_events import tracing
from channel_events.lasting import FIRST_PAUSE, LONGEST_PAUSE, Lasting
from channel_events.log import Log, LogFailure
from channel_events.log.connect import connect_as
from channel_events.pulse import RUNNING
from channel_events.pure import Actor, CommandKey, On, Recorded, Rejected
from channel_events.sending.deliveries import DeliveryFailed, DeliveryGivenUp, DeliveryTried, Failed, Sent, Try
from channel_events.sending.gates import Gates
from channel_events.sending.sender import NotSent, Outgoing, Send, Sender
from channel_events.sending.standing import SenderStanding, sender_standing
from channel_events.standby import stand_by
from channel_events.subscription.serving import use_serving
from channel_events.tasks import woken
from channel_events.timing import Clock, now
from channel_events.told import told

TRIES = Counter("qudao_sender_tries_total", "Tries by how they ended: sent, failed, given_up.", ["sender", "outcome"])
SECONDS = Histogram("qudao_sender_try_seconds", "How long tries took.", ["sender"])
DELIVERIES = Gauge("qudao_sender_deliveries", "Deliveries that are not sent: waiting, given_up.", ["sender", "state"])
OLDEST = Gauge("qudao_sender_oldest_timestamp_seconds", "When the oldest delivery that waits was wanted; 0 when none does.", ["sender"])
BROKEN = Gauge("qudao_sender_broken_targets", "Targets that do not answer and are left alone for a while.", ["sender"])
ACTIVE = Gauge("qudao_sender_active", "1 in the process that sends.", ["sender"])

_FIRST_REST, LONGEST_SECONDS = 0.25, 5.0
"""Between two looks: the first after the log grew, and the longest when it does not."""
SETTLE_SECONDS = 0.05
"""Between the log's growing and a look, which the view needs to fold it; and five times what the last look took, whatever waits."""
GRACE = timedelta(seconds=15)
"""Behind a try's longest time, before it counts as dead: it may still be telling the log."""
_COUNT_SECONDS = 15.0
_PASSED_SECONDS = 2.0
"""How long the view may still show what was done here; longer only costs a claim that is refused."""
_FINISH_SECONDS = 1.0
_IDLE_SECONDS = 30.0
"""A process that stands still answers nobody, yet its connection lives: the server ends it, and with it the lock."""
_LOCK_SPACE = 0x71736E64  # "qsnd"
_LOCK = "select pg_try_advisory_lock($1, hashtext($2))"

_log = structlog.get_logger("channel_events.sending")


class SenderRun(Lasting):
    """One sender in one process. ``given`` is handed to what opens its sending."""

    def __init__(self, sender: Sender, *, dsn: str, log: Log, given: Any = None, clock: Clock = now) -> None:
        super().__init__(f"sender/{sender.name}")
        self.sender, self._dsn, self._events, self._given, self._clock = sender, dsn, log, given, clock
        self._gates = Gates(sender.limit, sender.breaker, sender.each)
        self._wake = log.wake()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._passed: dict[str, float] = {}
        self._rest = _FIRST_REST
        self._counted = 0.0
        self.standing = SenderStanding()
        table = f'"{sender.table.sql.name}"'
        self._due = f"""
            select id, intent, target, tries, first from {table}
             where due_at <= $1 and target <> all($2::text[]) and id <> all($3::text[]) order by due_at, id limit $4
        """
        self._next = f"select min(due_at) from {table} where due_at > $1 and target <> all($2::text[])"

    def trouble(self) -> str | None:
        """Also of what it sends: what was given up, and who does not answer."""
        said = ((self.standing.given_up, "given up"), (self._gates.broken(), "targets do not answer"))
        return ", ".join(filter(None, [super().trouble(), *(f"{count} {what}" for count, what in said if count)])) or None

    async def run(self) -> None:
        """Until cancelled; tries under way then have a moment to end."""
        try:
            await super().run()
        finally:
            await self._finish()

    async def _session(self) -> None:
        connection = await connect_as(self._dsn, "qudao-sender", idle=_IDLE_SECONDS)

        async def ours() -> bool:
            await self._count(connection)
            return bool(await connection.fetchval(_LOCK, _LOCK_SPACE, self.name))

        try:
            await stand_by(ours, self._pulse)
            ACTIVE.labels(self.sender.name).set(1)
            async with self.sender.send(self._given) as send:
                while True:
                    self._wake.clear()  # before the look: what ends or is appended during it sets the event again
                    began = time.monotonic()
                    wait = await self._look(connection, send)
                    settle = max(SETTLE_SECONDS, 5 * (time.monotonic() - began))
                    self._progressed = True
                    self._pulse.enter(RUNNING)
                    await self._count(connection)
                    await self._sleep(wait, settle)
        finally:
            ACTIVE.labels(self.sender.name).set(0)
            connection.terminate()  # and with it the lock

    async def _look(self, connection: Any, send: Send) -> float:
        """Begins the tries that are due; how many seconds may pass before the next look."""
        at, moment = self._clock(), time.monotonic()
        self._passed = {id_: until for id_, until in self._passed.items() if until > moment}
        shut = self._gates.shut(moment)
        free = self.sender.at_once - len(self._under_way)
        async with connection.transaction(isolation="repeatable_read"):
            await use_serving(connection)
            skipped = [*self._under_way, *self._passed]
            rows = await connection.fetch(self._due, at, list(shut), skipped, free) if free else ()
            upcoming = await connection.fetchval(self._next, at, list(shut))
        for row in rows:
            if self._gates.enter(row["target"], moment):
                self._under_way[row["id"]] = asyncio.create_task(self._carry(send, row), name=f"{self.name} {row['id']}")
        if rows and len(rows) == free:
            return 0.0 if len(self._under_way) < self.sender.at_once else LONGEST_SECONDS  # woken when one ends
        waits = [opens - moment for opens in self._gates.shut(moment).values()]
        until = LONGEST_SECONDS if upcoming is None else float((upcoming - at).total_seconds())
        return min([LONGEST_SECONDS, until, *waits])

    async def _carry(self, send: Send, row: Mapping[str, Any]) -> None:
        """One try from its claim to its end; what it raises concerns nobody else."""
        answered: bool | None = None
        try:
            # The delivery began after it, in the same log: it is there.
            [intent] = filter(None, [await self._events.event(row["intent"])])
            if await self._claim(row, by := self.sender.actor(intent)):
                answered = await self._try(send, row, intent, by)
        except Exception as error:  # the log is away: a try that was claimed is made again when its time is over
            _log.warning("try_abandoned", sender=self.sender.name, delivery=row["id"], error=told(error))
        finally:
            self._gates.leave(row["target"], time.monotonic(), answered=answered)
            self._passed[row["id"]] = time.monotonic() + _PASSED_SECONDS
            self._under_way.pop(row["id"], None)
            self._wake.set()

    async def _claim(self, row: Mapping[str, Any], by: Actor) -> bool:
        """Says in the log that the try begins; False when it may not."""
        at = self._clock()
        command = Try(row["tries"] + 1, at, at + timedelta(seconds=self.sender.seconds) + GRACE)
        try:
            done = await self._events.execute(On(self.sender.deliveries, row["id"], command), by=by)
        except Rejected:  # the view is behind, or another process was first
            return False
        for event in done.events:
            if isinstance(event.data, DeliveryGivenUp):
                self._tell(row["id"], event.data)
        return any(isinstance(event.data, DeliveryTried) for event in done.events)

    async def _try(self, send: Send, row: Mapping[str, Any], intent: Recorded, by: Actor) -> bool | None:
        """Whether the target answered as it should; None when that says nothing about it."""
        number, began = row["tries"] + 1, time.monotonic()
        told_so: bool | None = True
        try:
            with tracing.handling(f"send {self.sender.name}", SpanKind.CLIENT, [(intent.trace, intent.recorded_at)]):
                async with asyncio.timeout(self.sender.seconds):
                    end: Sent | Failed = Sent(number, await send(Outgoing(row["id"], number, intent)))
        except NotSent as error:
            end, told_so = self._failed(row, error.reason, error.again_after, for_good=error.for_good), None if error.for_good else False
        except TimeoutError:
            end, told_so = self._failed(row, f"no answer within {self.sender.seconds:g} s"), False
        except Exception as error:
            end, told_so = self._failed(row, told(error)), False
        SECONDS.labels(self.sender.name).observe(time.monotonic() - began)
        await self._end(row["id"], end, by)
        return told_so

    def _failed(self, row: Mapping[str, Any], reason: str, again_after: float = 0.0, *, for_good: bool = False) -> Failed:
        number = row["tries"] + 1
        pause = max(again_after, self.sender.retry.pause(number - row["first"], random.random()))  # noqa: S311 - no secret
        return Failed(number, reason, None if for_good else self._clock() + timedelta(seconds=pause))

    async def _end(self, id_: str, end: Sent | Failed, by: Actor) -> None:
        """Tells the log, for as long as it takes: a try whose end is not told is made again."""
        key, pause = CommandKey(f"{id_}:{end.number}", b""), FIRST_PAUSE
        while True:
            try:
                done = await self._events.execute(On(self.sender.deliveries, id_, end), by=by, key=key)
            except LogFailure:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            for event in done.events:
                self._tell(id_, event.data)
            return

    def _tell(self, id_: str, end: Any) -> None:
        facts = {"sender": self.sender.name, "delivery": id_, "number": end.number}
        match end:
            case DeliveryFailed(reason=reason, again_at=again_at):
                outcome = "failed"
                _log.warning("delivery_failed", **facts, reason=reason, again_at=None if again_at is None else again_at.isoformat())
            case DeliveryGivenUp(reason=reason):
                outcome = "given_up"
                _log.error("delivery_given_up", **facts, reason=reason)
            case _:
                outcome = "sent"
        TRIES.labels(self.sender.name, outcome).inc()

    async def _count(self, connection: Any) -> None:
        BROKEN.labels(self.sender.name).set(self._gates.broken())
        if time.monotonic() - self._counted < _COUNT_SECONDS:
            return
        self._counted = time.monotonic()
        async with connection.transaction(isolation="repeatable_read"):
            await use_serving(connection)
            self.standing = standing = await sender_standing(connection.fetch, self.sender)
        DELIVERIES.labels(self.sender.name, "waiting").set(standing.waiting)
        DELIVERIES.labels(self.sender.name, "given_up").set(standing.given_up)
        OLDEST.labels(self.sender.name).set(standing.oldest.timestamp() if standing.oldest else 0.0)

    async def _sleep(self, seconds: float, settle: float) -> None:
        """Less and less often while nothing happens: a view that folds later than the settling is met soon after, and rest is rest."""
        woke = await woken(self._wake, min(seconds, self._rest), settle)
        self._rest = _FIRST_REST if woke else min(2 * self._rest, LONGEST_SECONDS)

    async def _finish(self) -> None:
        """A try that is cut off here is made again by whoever comes next, so it may have its second."""
        tasks = list(self._under_way.values())
        if tasks:
            await asyncio.wait(tasks, timeout=_FINISH_SECONDS)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
