"""Numbers that the database is asked for now and then, for Prometheus: what has to be zero, in most cases."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import sqlalchemy as sa
import structlog
from channel_events.told import told
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

EVERY_SECONDS = 60.0
_log = structlog.get_logger("channel_service.measures")

Reading = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Measure:
    """The gauge ``name`` shows what ``query()`` selects: one row of one number. Declared once, where the query is."""

    def __init__(self, name: str, meaning: str, query: Callable[[], sa.Select[Any]]) -> None:
        self.name, self.gauge = name, Gauge(name, meaning)
        self.query = query


async def keep(measures: Sequence[Measure], reading: Reading, every: float = EVERY_SECONDS) -> None:
    """Until cancelled. A gauge whose query fails keeps its last value: the database being away has alerts of its own."""
    while True:
        for measure in measures:
            try:
                async with reading() as connection:
                    measure.gauge.set(await connection.scalar(measure.query()))
            except Exception as error:
                _log.warning("measure_failed", measure=measure.name, error=told(error))
        await asyncio.sleep(every)
