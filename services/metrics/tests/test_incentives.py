"""Incentives in the KPIs: what they cost is at every moment what is accrued, payable and paid."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running
from channel_testing import feed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from metrics.domain.facts import Amount, Facts, Unit
from metrics.facts.incentives import INCENTIVES
from metrics.views.fact_tables import tables_of

from .examples import MONDAY, told
from .folding import count
from .ledgers import adjusted, clawed_back, earned, paid, stated, written_off
from .requests import all_facts, by, only, summed, values

BALANCES = ("incentives_accrued", "incentives_payable", "incentives_paid")


def test_a_statement_over_two_currencies_is_a_fact_and_a_sum_of_each() -> None:
    fed = feed(tables_of(INCENTIVES).view, stated(("10.50", "CNY"), ("3", "USD")))
    told_of = [(row["kind"], row["currency"], row["accrued"], row["payable"], row["statement"], row["plan"]) for row in fed.rows()]
    assert told_of == [("stated", "CNY", Decimal("-10.50"), Decimal("10.50"), "s-1", ""), ("stated", "USD", -3, 3, "s-1", "")]
    for sums in ("incentives_rollup", "incentives_overall"):
        assert [(row["currency"], row["payable"], row["lines"]) for row in fed.rows(sums)] == [("CNY", Decimal("10.50"), 1), ("USD", 3, 1)]


def test_what_counts_events_is_not_summed_up_apart() -> None:
    counted = [Amount("statements", "How many.", Unit.LINES, counts="events")]
    with pytest.raises(ValueError, match="would count in each sum"):
        Facts("x", of="y", kinds={}, ids=[], dimensions=INCENTIVES.dimensions, amounts=counted, fold=lambda _: [], apart=["currency"])


@pytest.fixture
async def december(empty: Running, metrics_url: str) -> Running:
    """One payee: 100 earned by one rule, 40 by another, 30 taken back, 5 decided beside them; stated, 80 of it paid, 10 written off."""
    events: list[Any] = [
        earned("100"), earned("40", rule="growth"), clawed_back("30"), adjusted("5"), stated(("115", "CNY")),
        paid("80", occurred_on=MONDAY + timedelta(days=9)), written_off("10", occurred_on=MONDAY + timedelta(days=20)),
    ]  # fmt: skip
    await count(metrics_url, [told(event, n, event.occurred_on) for n, event in enumerate(events, 1)])
    return empty


async def test_what_is_accrued_payable_and_paid_is_asked_as_of_a_day(december: Running) -> None:
    found = {
        days: [(await only(december, kpi, as_of=MONDAY + timedelta(days=days)))["value"] for kpi in ("incentive_cost", *BALANCES[:2])]
        for days in (0, 9, 20)
    }
    assert found == {0: ["115.00", "0.00", "115.00"], 9: ["115.00", "0.00", "35.00"], 20: ["105.00", "0.00", "25.00"]}
    assert (await only(december, "incentives_paid"))["value"] == "80.00"


async def test_the_cost_is_asked_by_payee_plan_rule_and_period_down_to_its_events(december: Running) -> None:
    assert await by(december, "incentive_cost", "rule", plan="dealers") == {"growth": "40.00", "volume": "70.00"}
    assert await by(december, "incentive_cost", "settled_in") == {"2025-12": "105.00"}
    assert await by(december, "incentive_cost", "payee_id") == {"p-1": "105.00"}
    one = await only(december, "incentive_cost", rule="volume")
    facts = [fact async for fact in all_facts(december, one["facts"])]
    assert [(fact["kind"], fact["entry_id"], fact["numerator"], fact["service"]) for fact in facts] == [
        ("earned", "dealers~1~volume", "100", "incentives"),
        ("clawed_back", "dealers~1~volume", "-30", "incentives"),
    ]
    assert facts[0]["event"].startswith("/v1/events/")


async def test_a_partner_and_a_sales_rep_of_one_id_are_two(empty: Running, metrics_url: str) -> None:
    events: list[Any] = [earned("100"), earned("40", payee="sales_rep", partner_id=None)]
    await count(metrics_url, [told(event, n, event.occurred_on) for n, event in enumerate(events, 1)])
    assert await by(empty, "incentive_cost", "payee", payee_id="p-1") == {"partner": "100.00", "sales_rep": "40.00"}
    assert await by(empty, "incentive_cost", "payee_id", payee="sales_rep") == {"p-1": "40.00"}


async def test_a_partner_sees_what_it_earned_and_nobody_elses(december: Running) -> None:
    assert (await only(december.as_("partner", partner_id="p-1"), "incentives_paid"))["value"] == "80.00"
    assert await values(december.as_("partner", partner_id="p-2"), "incentives_paid") == []


@given(days=st.integers(0, 110), group=st.sampled_from(["", "payee", "payee_id", "settled_in", "partner"]), known=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_cost_is_what_is_accrued_payable_and_paid_on_every_day(client: Running, days: int, group: str, known: bool) -> None:
    asked = {"known_at" if known else "as_of": MONDAY + timedelta(days=days), **({"group_by": group} if group else {})}
    sums: dict[str, dict[Any, Decimal]] = {"cost": {}, "balances": {}}
    for kpi in ("incentive_cost", *BALANCES):
        side = sums["cost" if kpi == "incentive_cost" else "balances"]
        for one in await values(client, kpi, **asked):
            key = (one["currency"], *one["group"].values())
            side[key] = side.get(key, Decimal(0)) + Decimal(one["numerator"])
    assert sums["cost"] == sums["balances"]


async def test_the_facts_behind_a_ratio_are_what_was_posted_and_what_was_sold(client: Running) -> None:
    months = await values(client, "incentive_cost_ratio", group_by="month")
    assert len([one for one in months if Decimal(one["numerator"])]) > 3
    for one in months:
        assert await summed(client, one["facts"], limit=200) == (Decimal(one["numerator"]), Decimal(one["denominator"]))
