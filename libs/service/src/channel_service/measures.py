"""Numbers that the database is asked for now and then, for Prometheus: what has to be zero, what services agree on, how business goes.

At rest one small question in half a minute is all: whether anything moved.
"""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from channel_events.subscription import moved_query
from channel_events.tasks import next_tick
from channel_events.told import told
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

LOOK_SECONDS = 30.0
"""Between two looks whether any view moved, or the day is another."""
SURE_SECONDS = 3600.0
"""After so long a measure is asked though nothing moved: what somebody changed by hand moved nothing."""
RECONCILED_SECONDS = 1800.0
OVER_DAYS = 2
"""Services are reconciled on days that were over so long ago that little is still told of them, so neither waits for an event."""

TOLD = Gauge(
    "qudao_measure_timestamp_seconds",
    "When a number that the database is asked for was last known to be right; at first the start.",
    ["measure"],
)
RECONCILED = Gauge(
    "qudao_reconciled",
    "What a service says of days that were over two days ago; all that say it by one name have to say the same.",
    ["what", "currency"],
)
_log = structlog.get_logger("channel_service.measures")

Query = Callable[[date], sa.Select[Any]]
Reading = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Measure:
    """The gauge ``name`` shows what ``query(today)`` selects: a row of one number, or with ``labels`` a row for each of their values, the
    number last. A null says that nothing can be told now, and what was shown stays. Asked again ``every`` so many seconds at most, and
    only after a view moved. Declared once, where the query is used."""

    def __init__(self, name: str, meaning: str, query: Query, *, labels: Sequence[str] = (), every: float = 0.0) -> None:
        self._begin(name, Gauge(name, meaning, labels), query, every)

    def _begin(self, name: str, gauge: Gauge, query: Query, every: float, own: tuple[str, ...] = ()) -> None:
        self.name, self.gauge, self.query, self.every, self._own = name, gauge, query, every, own
        self._shown: set[tuple[str, ...]] = set()

    def show(self, rows: Sequence[Sequence[Any]]) -> None:
        """Takes these rows in place of those before."""
        if any(row[-1] is None for row in rows):
            return
        found = {(*self._own, *map(str, row[:-1])): float(row[-1]) for row in rows}
        for labels, number in found.items():
            (self.gauge.labels(*labels) if labels else self.gauge).set(number)
        for labels in self._shown - found.keys():
            self.gauge.remove(*labels)
        self._shown = set(found)


class Reconciled(Measure):
    """What a service says of something that others tell, too, under the same name: ``query(last)`` selects it of all days up to the
    last one that is reconciled, a row per currency (``""`` of what is no money)."""

    def __init__(self, what: str, query: Query) -> None:
        days = timedelta(days=OVER_DAYS)
        self._begin(f"reconciled {what}", RECONCILED, lambda today: query(today - days), RECONCILED_SECONDS, (what,))


async def keep(measures: Sequence[Measure], reading: Reading, today: Callable[[], date], every: float = LOOK_SECONDS) -> None:
    """Until cancelled. A gauge whose query fails keeps its last value: the database being away has alerts of its own."""
    kept = [_Kept(measure) for measure in measures]
    while kept:
        try:
            day = today()
            async with reading() as connection:
                moved = (day, *(await connection.execute(moved_query())).one())
            for one in kept:
                await one.look(reading, day, moved)
        except Exception as error:
            _log.warning("measures_not_asked", error=told(error))
        await asyncio.sleep(next_tick(every))


class _Kept:
    """A measure, when it was asked last (monotonic), and where views were before that."""

    def __init__(self, measure: Measure) -> None:
        self._measure, self._asked, self._moved = measure, -math.inf, object()
        TOLD.labels(measure.name).set_to_current_time()  # one that can never be asked is old some day, too

    async def look(self, reading: Reading, day: date, moved: object) -> None:
        passed = time.monotonic() - self._asked
        if passed < self._measure.every:
            return
        if moved != self._moved or passed > SURE_SECONDS:
            try:
                async with reading() as connection:
                    self._measure.show((await connection.execute(self._measure.query(day))).all())
            except Exception as error:  # one that is wrong keeps no other away
                _log.warning("measure_failed", measure=self._measure.name, error=told(error))
                return
            self._asked, self._moved = time.monotonic(), moved
        TOLD.labels(self._measure.name).set_to_current_time()
