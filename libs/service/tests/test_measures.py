"""Measures: what the database is asked for now and then shows in Prometheus, also after a query that failed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from channel_service import Measure
from channel_service.measures import keep
from channel_service.testing import Running
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncConnection


@pytest.fixture
def measure() -> Any:
    measure = Measure("qudao_specimen_heads", "Heads of the log.", lambda: sa.select(sa.func.count()).select_from(sa.table("log_head")))
    yield measure
    REGISTRY.unregister(measure.gauge)


async def shown(measure: Measure, value: float) -> None:
    async with asyncio.timeout(20):
        while REGISTRY.get_sample_value(measure.name) != value:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_measure_shows_what_its_query_says_and_goes_on_after_a_failure(client: Running, measure: Measure) -> None:
    tries = 0

    @asynccontextmanager
    async def reading() -> AsyncIterator[AsyncConnection]:
        nonlocal tries
        tries += 1
        if tries == 2:
            raise ConnectionRefusedError(111, "the database is away")
        async with client.runtime.reading_everything() as connection:
            yield connection

    keeping = asyncio.create_task(keep([measure], reading, every=0.02))
    await shown(measure, 1)
    measure.gauge.set(7)
    await shown(measure, 1)
    assert tries > 2
    keeping.cancel()
