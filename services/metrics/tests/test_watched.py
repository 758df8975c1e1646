"""What Prometheus is told of the business is what the KPIs say when they are asked."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from channel_service.testing import Running
from metrics.app import CATALOGUE, SERVICE
from metrics.views.watched import PERIODS, over_days, reconciled

from .examples import MONDAY
from .requests import values


async def rows(client: Running, query: sa.Select[Any]) -> dict[tuple[str, ...], Decimal]:
    async with client.runtime.reading_everything() as read:
        return {tuple(row[:-1]): row[-1] for row in await read.execute(query)}


@pytest.mark.parametrize(
    ("kpi", "by"), [("net", "channel_type"), ("orders", "channel_type"), ("fill_rate", "channel_type"), ("incentive_cost", "")]
)
async def test_sums_over_days_are_those_of_the_kpi(client: Running, kpi: str, by: str) -> None:
    today, found = MONDAY + timedelta(days=40), 0
    grouped = [by] if by else []
    for part in ("numerator", "denominator") if kpi == "fill_rate" else ("numerator",):
        told = await rows(client, over_days(CATALOGUE.kpi(kpi), today, *grouped, part=part))
        for period, days in PERIODS.items():
            dates = {"from_": today - timedelta(days=days - 1), "to": today, **({"group_by": by} if by else {})}
            wanted = {}
            for one in await values(client, kpi, **dates):
                key = (*one["group"].values(),) if one["group"] else ()
                wanted[period, *key] = Decimal(one[part] if kpi == "fill_rate" else one["exact"])
            have = {key: Decimal(value) for key, value in told.items() if key[0] == period}
            assert {key: value for key, value in have.items() if value} == {key: value for key, value in wanted.items() if value}
            found += len(have)
    assert found


@pytest.mark.parametrize("kpi", ["orders", "gross", "incentive_cost"])
async def test_what_is_compared_is_the_kpi_of_all_days_up_to_the_last(client: Running, kpi: str) -> None:
    for last in (MONDAY + timedelta(days=30), date(2027, 1, 1)):
        wanted = {(one["currency"] or "",): Decimal(one["exact"]) for one in await values(client, kpi, to=last)}
        assert {key: Decimal(value) for key, value in (await rows(client, reconciled(CATALOGUE.kpi(kpi), last))).items()} == wanted


async def test_what_is_told_has_few_labels_whatever_there_is(client: Running) -> None:
    """A measure brings a row for each series."""
    for measure in SERVICE.measures:
        async with client.runtime.reading_everything() as read:
            found = (await read.execute(measure.query(MONDAY + timedelta(days=40)))).all()
        assert 0 < len(found) <= 7 * 3 * len(PERIODS), measure.name
