"""KPI changes as they happen: what a stream tells, how it goes on where it ended, and when it ends."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from channel_events import Recorded
from channel_service.testing import Running, listening
from metrics.app import KPIS

from .examples import MONDAY, placed, returned, sales
from .examples import told as event
from .live import follow, told
from .requests import values


@pytest.fixture
async def url(empty: Running) -> AsyncIterator[str]:
    async with listening(empty) as url:
        yield url


def order(position: int, **facts: object) -> Recorded:
    return event(placed(order_id=f"direct:{position}", **facts), position, MONDAY, partition=position % 3)


async def test_a_stream_begins_with_all_values_and_goes_on_with_those_that_change(url: str, metrics_url: str) -> None:
    await told(metrics_url, [order(1), order(2, channel_type="agent")])
    async with follow(url, kpi="orders,gross", by=["", "channel_type"]) as stream:
        first = await stream.next()
        assert (first.name, first.value("orders"), first.value("gross", currency="CNY")) == ("snapshot", "2", "40.00")
        assert first.value("orders", channel_type="agent") == "1"
        await told(metrics_url, [order(3)])
        (change,) = await stream.changes("orders", "3")
        assert change.name == "changes"
        assert change.value("gross", channel_type="retailer", currency="CNY") == "40.00"
        assert change.value("orders", channel_type="agent") is None, "it did not change"


async def test_what_came_in_between_is_told_to_who_comes_back(url: str, metrics_url: str) -> None:
    async with follow(url, kpi="orders") as stream:
        seen = await stream.next()
        await told(metrics_url, [order(1)])
        (seen,) = await stream.changes("orders", "1")
    async with follow(url, kpi="orders") as other:
        await other.next()
        await told(metrics_url, [order(2)])
        await other.changes("orders", "2")
        await told(metrics_url, [order(3)])
        missed = await other.changes("orders", "3")
        async with follow(url, after=seen.id, kpi="orders") as stream:
            back = await stream.until(str(missed[-1].id))
    assert [one.name for one in back] == ["changes", "changes"]
    assert [one.value("orders") for one in back] == ["2", "3"]


@pytest.mark.parametrize("after", ["7-00000000", "1-00000000"])
async def test_who_comes_back_from_what_is_not_known_begins_with_all_values(url: str, metrics_url: str, after: str) -> None:
    await told(metrics_url, [order(1)])
    async with follow(url, after=after, kpi="orders") as stream:
        first = await stream.next()
    assert (first.name, first.value("orders")) == ("snapshot", "1")


async def test_filters_dates_and_periods_hold_for_what_comes_in(url: str, metrics_url: str) -> None:
    async with follow(url, kpi="gross", by="month,partner", partner=["p-1", "p-2"], from_="2026-01-05", to="2026-01-31") as stream:
        await stream.next()
        await told(
            metrics_url,
            [
                order(1),
                order(2, partner_id="p-3"),
                event(placed(order_id="x", occurred_on=MONDAY.replace(month=2)), 3, MONDAY),
                order(4, partner_id="p-2", currency="USD"),
            ],
        )
        change = await stream.next()
    assert change.data["values"] == [
        {
            "kpi": "gross",
            "by": ["month", "partner"],
            "group": {"month": "2026-01", "partner": "p-1", "currency": "CNY"},
            "value": "20.00",
            "reason": None,
            "numerator": "20",
            "denominator": None,
            "currency": "CNY",
            "facts": "/v1/kpis/gross/facts?from=2026-01-05&to=2026-01-31&partner=p-1&currency=CNY",
        },
        change.data["values"][1],
    ]
    assert change.value("gross", month="2026-01", partner="p-2", currency="USD") == "20.00"
    assert len(change.data["values"]) == 2


async def test_whatever_is_told_is_what_a_question_answers(url: str, empty: Running, metrics_url: str) -> None:
    history, groupings = sales(seed=3, orders=60), ["week", "segment,source"]
    last: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    async with follow(url, kpi=sorted(KPIS), by=groupings) as stream:
        for begin in range(0, len(history), 20):
            await told(metrics_url, history[begin : begin + 20])
        await told(metrics_url, [order(9999, segment="the last")])
        while ("orders", "segment,source", "the last, direct") not in last:
            for one in (await stream.next()).data["values"]:
                last[one["kpi"], ",".join(one["by"]), _name(one)] = _told(one)
    for by in groupings:
        for kpi in KPIS:
            answered = {(kpi, by, _name(one)): _told(one) for one in await values(empty, kpi, group_by=by)}
            assert {key: value for key, value in last.items() if key[:2] == (kpi, by)} == answered


def _name(one: dict[str, Any]) -> str:
    return ", ".join(str(key) for key in one["group"].values())


def _told(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["value"], one["reason"], Decimal(one["numerator"]), one["denominator"] and Decimal(one["denominator"]), one["facts"]


async def test_a_value_told_leads_to_its_facts(url: str, empty: Running, metrics_url: str) -> None:
    await told(metrics_url, [order(1), event(returned(order_id="direct:1", occurred_on=MONDAY), 4, MONDAY, partition=1)])
    async with follow(url, kpi="net", by="channel_type") as stream:
        first = await stream.next()
    facts = (await empty.get(first.data["values"][0]["facts"])).json()["items"]
    assert [(one["kind"], one["numerator"]) for one in facts] == [("placed", "20"), ("returned", "-20")]
