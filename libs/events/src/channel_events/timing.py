"""Running timers: sleeping until something is due, and acting on it."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import structlog
from prometheus_client import Counter, Gauge, Histogram

from channel_events.lasting import FIRST_PAUSE, Lasting
from channel_events.log import Log, LogFailure
from channel_events.log.connect import connect_as
from channel_events.log.keys import keep
from channel_events.pulse import RUNNING
from channel_events.pure import Rejected
from channel_events.subscription.serving import use_serving
from channel_events.tasks import Settle
from channel_events.timer import Due, Timer
from channel_events.told import told

INSTANTS = Counter("qudao_timer_instants_total", "Instants by what became of them: acted, repeated, refused, failed.", ["timer", "outcome"])
LATENESS = Histogram(
    "qudao_timer_lateness_seconds",
    "How long after its time an instant acted.",
    ["timer"],
    buckets=(0.1, 0.5, 1, 5, 30, 60, 600, 3600, 86_400, 604_800),
)
OVERDUE = Gauge(
    "qudao_timer_overdue_timestamp_seconds", "Since when the oldest instant is due that has not acted; 0 when none is.", ["timer"]
)

AT_ONCE = 100
"""Instants decided in one batch."""
LONGEST_SECONDS = 5.0
"""Between two looks: views of other services' events grow without our log."""
SETTLE_SECONDS = 0.2
"""Between the log's growing and a look: the view has folded it by then, and a busy log is not looked at for each of its events."""
LATE_SECONDS = 60.0
"""From when on a late instant is a warning."""
_LONGEST_REST = 600.0
"""Of an instant that meets a bug again and again."""

_log = structlog.get_logger("channel_events.timing")

Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


class _Failing(NamedTuple):
    """An instant that met a bug: since when it is due, how long it rests, and until when (monotonic)."""

    at: datetime
    rest: float
    until: float


class TimerRun(Lasting):
    """Runs beside others on the same database: whoever comes second finds that it is done."""

    def __init__(self, timer: Timer, *, dsn: str, log: Log, clock: Clock = now) -> None:
        super().__init__(f"timer/{timer.name}")
        self.timer, self._dsn, self._events, self._clock = timer, dsn, log, clock
        self._wake, self._settle = log.wake(), Settle()
        self._failing: dict[str, _Failing] = {}
        key, at, table = f'"{timer.due.key}"', f'"{timer.due.at}"', f'"{timer.due.table.sql.name}"'
        # The name of an instant is exact to the microsecond and the same in every process.
        self._due = f"""
            select key, at, instant from (
              select {key} as key, {at} as at, (extract(epoch from {at}) * 1000000)::bigint || ':' || {key} as instant
                from {table} where {at} <= $1) as due
             where not exists (select from command_key k where k.actor = $2 and k.key = due.instant) and instant <> all($3::text[])
             order by at, key limit {AT_ONCE}
        """
        self._next = f"select min({at}) from {table} where {at} > $1"

    def caught_up(self) -> bool:
        """Whether all that was due at the last look has acted."""
        return self.status == RUNNING and not self._failing

    async def _session(self) -> None:
        connection = await connect_as(self._dsn, "qudao-timer")
        try:
            while True:
                self._wake.clear()  # before the look: what is appended during it sets the event again
                if await self._look(connection):
                    self._settle.found()
                else:
                    self._progressed = True
                    self._pulse.enter(RUNNING)
                    await self._sleep(await self._upcoming(connection))
        finally:
            connection.terminate()

    async def _look(self, connection: Any) -> bool:
        """Acts on what is due, a batch at most; whether there was anything."""
        at, resting = self._clock(), [instant for instant, one in self._failing.items() if one.until > time.monotonic()]
        async with connection.transaction(isolation="repeatable_read"):
            await use_serving(connection)
            rows = await connection.fetch(self._due, at, self.name, resting)
        found = {row["instant"]: Due(row["key"], row["at"]) for row in rows}
        for instant in self._failing.keys() - found.keys() - set(resting):
            del self._failing[instant]  # not due any more
        if found:
            # They reach the committer one after another and it decides them in that order, in one write.
            done = await asyncio.gather(*(self._act(due, instant) for instant, due in found.items()))
            await keep(connection, [(self.name, instant, code) for instant, code in zip(found, done, strict=True) if code])
        oldest = [one.at.timestamp() for one in self._failing.values()]
        OVERDUE.labels(self.timer.name).set(min(oldest, default=0.0))
        return bool(found)

    async def _act(self, due: Due, instant: str) -> str | None:
        """Gives the commands; the code when they are refused."""
        timer, code = self.timer, None
        try:
            appended = await self._events.use(timer.commands, due, by=timer.actor(due), key=timer.key(instant))
            outcome = "repeated" if appended.replayed else "acted"
        except LogFailure:
            raise
        except Rejected as refusal:
            outcome, code = "refused", refusal.code
        except Exception as error:  # a bug concerns this instant alone: the others go on
            before = self._failing.get(instant)
            rest = min(2 * before.rest, _LONGEST_REST) if before else FIRST_PAUSE
            self._failing[instant] = _Failing(due.at, rest, time.monotonic() + rest)
            INSTANTS.labels(timer.name, "failed").inc()
            _log.error("timer_failed", timer=timer.name, instant=instant, error=told(error), again_in=rest)
            return None
        self._failing.pop(instant, None)
        INSTANTS.labels(timer.name, outcome).inc()
        late = max(0.0, (self._clock() - due.at).total_seconds())
        if outcome != "repeated":
            LATENESS.labels(timer.name).observe(late)
            say = _log.warning if late > LATE_SECONDS or code else _log.info
            say("timer_" + outcome, timer=timer.name, instant=instant, late_seconds=round(late, 1), code=code)
        return code

    async def _upcoming(self, connection: Any) -> float:
        """How many seconds there are until the next instant, or the next look."""
        at = self._clock()
        async with connection.transaction(isolation="repeatable_read"):
            await use_serving(connection)
            upcoming = await connection.fetchval(self._next, at)
        waits = [one.until - time.monotonic() for one in self._failing.values()]
        until = LONGEST_SECONDS if upcoming is None else float((upcoming - at).total_seconds())
        return min([LONGEST_SECONDS, until, *waits])

    async def _sleep(self, seconds: float) -> None:
        await self._settle.woken(self._wake, seconds, SETTLE_SECONDS)
