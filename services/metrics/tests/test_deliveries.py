"""Delivered lines: how long after their order, and what half and nine tenths of them came within."""

from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

import pytest
from channel_service.testing import Running
from channel_testing import feed
from hypothesis import given
from hypothesis import strategies as st
from metrics.domain.kpi import Figures, Quantile
from metrics.domain.tally import found
from metrics.facts.deliveries import CYCLE_DAYS, DELIVERIES
from metrics.views.fact_tables import tables_of

from .examples import MONDAY, delivered, line, returned, told
from .folding import count
from .requests import all_facts, by, only, summed, values


def after(days: int, number: int = 1, lines: int = 1, **facts: Any) -> Any:
    several = tuple(line(n, f"s-{n}", 1) for n in range(1, lines + 1))
    return delivered(order_id=f"direct:{number}", occurred_on=MONDAY + timedelta(days=days), lines=several, **facts)


def test_a_delivery_is_a_fact_per_line_with_its_days_and_a_row_of_sums() -> None:
    fed = feed(tables_of(DELIVERIES).view, after(3, lines=2))
    assert [(row["kind"], row["product"], row["cycle_days"], row["units"]) for row in fed.rows()] == [
        ("delivered", "s-1", 3, 1),
        ("delivered", "s-2", 3, 1),
    ]
    (row,) = fed.rows("deliveries_rollup")
    assert (row["cycle_days"], row["occurred_on"], row["placed_on"], row["lines"], row["units"]) == (3, date(2026, 1, 8), MONDAY, 2, 2)


@pytest.fixture
async def client(empty: Running, metrics_url: str) -> Running:
    """Ten lines: six after 2 days, two after 5, one after 9, one after 40; the last is known only in March."""
    events = [after(2, 1, lines=6), after(5, 2, lines=2, partner_id="p-2"), after(9, 3), after(40, 4)]
    await count(metrics_url, [told(event, n, event.occurred_on, partition=n % 3) for n, event in enumerate(events, 1)])
    return empty


async def test_the_value_is_a_number_of_days_and_its_two_counts_show_that_it_is_right(client: Running) -> None:
    for kpi, value, within in (("cycle_time", "2", "6"), ("cycle_time_p90", "9", "9")):
        one = await only(client, kpi)
        assert (one["value"], one["exact"], one["unit"], one["numerator"], one["denominator"]) == (value, value, "days", within, "10")
        facts = [fact async for fact in all_facts(client, one["facts"], limit=3)]
        assert [fact["numerator"] for fact in facts] == ["1" if fact["cycle_days"] <= int(value) else "0" for fact in facts]
        assert await summed(client, one["facts"]) == (Decimal(within), Decimal(10))


async def test_the_distribution_is_the_same_kpi_by_its_days(client: Running) -> None:
    found = await values(client, "cycle_time", group_by="cycle_days")
    assert [(one["group"]["cycle_days"], one["denominator"]) for one in found] == [("2", "6"), ("5", "2"), ("9", "1"), ("40", "1")]
    assert (await only(client, "cycle_time", cycle_days=[5, 9]))["denominator"] == "3"


async def test_it_is_asked_as_of_a_date_as_known_on_a_day_and_by_a_partner(client: Running) -> None:
    assert (await only(client, "cycle_time_p90", as_of=MONDAY + timedelta(days=8)))["value"] == "5"
    assert (await only(client, "cycle_time_p90", known_at=MONDAY + timedelta(days=2)))["value"] == "2"
    assert await by(client, "cycle_time", "month") == {"2026-01": "2", "2026-02": "40"}
    assert (await only(client.as_("partner", partner_id="p-2"), "cycle_time"))["denominator"] == "2"


async def test_days_are_ordered_as_numbers(client: Running) -> None:
    found = await values(client, "cycle_time", group_by="day", order="-value")
    assert [one["value"] for one in found] == ["40", "9", "5", "2"]


async def test_of_no_deliveries_there_is_no_value(empty: Running) -> None:
    one = await only(empty, "cycle_time")
    assert (one["value"], one["exact"], one["reason"], one["denominator"]) == (None, None, "denominator_zero", "0")


@pytest.mark.parametrize("days", ["soon", "1.5", "", "99999999999"])
async def test_days_that_are_no_number_are_refused(empty: Running, days: str) -> None:
    answer = await empty.get("/v1/kpis/cycle_time", params={"cycle_days": days})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("asked", [{"cycle_days": 3}, {"group_by": "cycle_days"}])
async def test_what_is_not_delivered_is_not_asked_by_its_days(empty: Running, asked: dict[str, Any]) -> None:
    answer = await empty.get("/v1/kpis/net", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "parameter_unknown" if "cycle_days" in asked else "group_unknown")
    assert "cycle_days" not in answer.json()["facts"]["allowed"]


async def test_a_ratio_over_two_kinds_of_facts_leads_to_those_of_both(client: Running, metrics_url: str) -> None:
    back = returned(order_id="direct:2", occurred_on=MONDAY + timedelta(days=30), lines=(line(1, "s-1", 1), line(2, "s-2", 1)))
    await count(metrics_url, [told(back, 9, MONDAY, partition=1)])
    rate = await only(client, "return_rate")
    assert (rate["value"], rate["numerator"], rate["denominator"]) == ("0.200000", "2", "10")
    for limit in (1, 3, 1000):
        assert await summed(client, rate["facts"], limit) == (Decimal(2), Decimal(10))
    kinds = [(fact["facts"], fact["kind"], fact["cycle_days"] is None) async for fact in all_facts(client, rate["facts"])]
    assert kinds == [("deliveries", "delivered", False)] * 10 + [("sales", "returned", True)] * 2


@given(st.lists(st.integers(-5, 60), min_size=1, max_size=60), st.integers(1, 100))
def test_a_quantile_is_the_least_number_that_so_many_do_not_exceed(numbers: list[int], percent: int) -> None:
    spread = {number: Decimal(numbers.count(number)) for number in numbers}
    value = sorted(numbers)[ceil(len(numbers) * percent / 100) - 1]
    within = sum(number <= value for number in numbers)
    assert found(Quantile(CYCLE_DAYS, percent), spread) == Figures(Decimal(within), Decimal(len(numbers)), Decimal(value))
