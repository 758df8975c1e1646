"""Measures: what the database is asked for now and then shows in Prometheus, also after a query that failed, and costs nothing at rest."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from channel_service import Measure, Reconciled
from channel_service.measures import RECONCILED, TOLD, keep
from channel_service.testing import Running
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncConnection

MONDAY = date(2026, 3, 2)
MOVED = """
insert into progress (subscription, source, partition, position) values ('v', 's', 0, 1)
on conflict (subscription, source, partition) do update set revision = progress.revision + 1
"""


class Asked:
    """A measure that counts how often it was asked, of a number that a test sets; and what `keep` is given."""

    def __init__(self, client: Running) -> None:
        self.client, self.times, self.looks, self.number, self.away, self.day = client, 0, 0, 1, False, MONDAY
        self.measure = Measure("qudao_specimen_number", "A number.", self.query)

    def query(self, today: date) -> sa.Select[Any]:
        self.times += 1
        return sa.select(sa.literal(self.number))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        self.looks += 1
        if self.away:
            raise ConnectionRefusedError(111, "the database is away")
        async with self.client.runtime.reading_everything() as connection:
            yield connection

    async def move(self) -> None:
        async with self.client.runtime.engine.execution_options(postgresql_readonly=False, isolation_level="AUTOCOMMIT").connect() as own:
            await own.exec_driver_sql(MOVED)

    async def looked(self) -> None:
        """When it was looked twice at least, whether or not anything was asked: a round opens two connections at most."""
        until = self.looks + 5
        async with asyncio.timeout(20):
            while self.looks < until:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@pytest.fixture
def asked(client: Running) -> Iterator[Asked]:
    asked = Asked(client)
    yield asked
    REGISTRY.unregister(asked.measure.gauge)


@asynccontextmanager
async def kept(asked: Asked) -> AsyncIterator[None]:
    keeping = asyncio.create_task(keep([asked.measure], asked.reading, lambda: asked.day, every=0.02))
    try:
        yield
    finally:
        keeping.cancel()


async def shown(asked: Asked, value: float) -> None:
    async with asyncio.timeout(20):
        while REGISTRY.get_sample_value(asked.measure.name) != value:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_measure_shows_what_its_query_says_and_goes_on_after_a_failure(asked: Asked) -> None:
    async with kept(asked):
        await shown(asked, 1)
        asked.away, asked.number = True, 2
        await asked.move()
        TOLD.labels(asked.measure.name).set(0)
        await asked.looked()  # and nothing is said of what cannot be asked
        assert (TOLD.labels(asked.measure.name)._value.get(), REGISTRY.get_sample_value(asked.measure.name)) == (0, 1)
        asked.away = False
        await shown(asked, 2)


async def test_where_nothing_moved_nothing_is_asked(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    async with kept(asked):
        await asked.looked()
        assert asked.times == 1
        await asked.move()
        await asked.looked()
        assert asked.times == 2
        asked.day += timedelta(days=1)
        await asked.looked()
        assert asked.times == 3
        monkeypatch.setattr("channel_service.measures.SURE_SECONDS", 0)
        await asked.looked()
        assert asked.times > 3


async def test_a_measure_that_is_dear_is_asked_seldom_however_much_moves(asked: Asked) -> None:
    asked.measure.every = 3600
    async with kept(asked):
        await shown(asked, 1)
        asked.number = 2
        await asked.move()
        await asked.looked()
    assert (asked.times, REGISTRY.get_sample_value(asked.measure.name)) == (1, 1)


def test_rows_take_the_place_of_those_before_and_a_null_leaves_all_as_it_is() -> None:
    one, other = (
        Reconciled("specimens", lambda last: sa.select(sa.literal(last))),
        Reconciled("others", lambda last: sa.select(sa.literal(last))),
    )
    try:
        other.show([("", 7)])
        one.show([("CNY", 1), ("USD", 2)])
        one.show([("EUR", None)])
        assert of("specimens") == {"CNY": 1, "USD": 2}
        one.show([("CNY", 3)])
        assert (of("specimens"), of("others")) == ({"CNY": 3}, {"": 7})
    finally:
        one.show([])
        other.show([])


def of(what: str) -> dict[str, float]:
    return {one.labels["currency"]: one.value for family in RECONCILED.collect() for one in family.samples if one.labels["what"] == what}


def test_services_are_compared_by_days_that_are_long_over() -> None:
    (last,) = Reconciled("days", lambda last: sa.select(sa.literal(last).label("last"))).query(MONDAY).compile().params.values()
    assert last == date(2026, 2, 28)
