"""What is earned is posted as facts come: in open periods, by the version of the sale, once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_events import Ask, Current, Rejected
from channel_service import Service
from channel_service.testing import Running, running
from incentives.app import SERVICE
from incentives.application.working_out import posting
from incentives.contracts import orders_inventory as told
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.plan.document import Payee
from incentives.domain.settlement import CALENDAR, SETTLEMENT
from incentives.views.touched import touched

from .ledgers import posting as january
from .ledgers import worked
from .plans import document, go, rule
from .settling import Clock, arrive, begin, posted, rows, until
from .test_earnings_over_http import BACK, ORDERS, SLAB, happened, in_log
from .test_settlement import CUT_OFF, ENDED, SET

Migrated = Callable[[Service], Awaitable[str]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def settling(migrated: Migrated, kafka: str, topic_prefix: str, clock: Clock) -> AsyncIterator[Running]:
    url = await migrated(SERVICE)
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix, clock=clock) as one:
        yield one


@pytest.mark.row("IN-18")
@pytest.mark.row("IN-19")
async def test_what_is_earned_is_posted_and_what_comes_back_reversed_by_the_version_of_the_sale(settling: Running) -> None:
    await go(settling, document(rule(SLAB, rule_id="volume")))
    await go(settling, document(rule({"flat": {"rate": "0.5"}}), valid_from="2026-04-10"))
    await begin(settling)
    await arrive(settling, ORDERS)
    found = await posted(settling, "7.20", "14.40")
    assert [(one["period"], one["version"], one["what"]) for one in found] == [
        ("2026-02", 1, "earning_accrued"),
        ("2026-04", 1, "earning_accrued"),
    ]
    await arrive(settling, in_log(*[BACK] * 7)[6:])
    found = await posted(settling, "7.20", "14.40", "-14.40")
    assert (found[-1]["period"], found[-1]["version"], found[-1]["what"]) == ("2026-05", 1, "earning_reversed")
    balance = {one["account"]: Decimal(one["amount"]) for one in await rows(settling, "/v1/ledger-balances", payee_id="p-1")}
    assert balance == {"expense": Decimal("21.60"), "clawed_back": Decimal("-14.40"), "accrued": Decimal("-7.20")}
    seen = await rows(settling.as_("partner", partner_id="p-2"), "/v1/ledger-entries")
    assert seen == []


async def test_without_a_calendar_nothing_is_posted(settling: Running) -> None:
    await go(settling, document(rule(SLAB, rule_id="volume")))
    await arrive(settling, ORDERS)
    await begin(settling)
    await posted(settling, "7.20", "14.40")


@pytest.mark.row("IN-40")
async def test_a_period_takes_what_arrives_within_its_days_of_grace_and_then_no_more(settling: Running, clock: Clock) -> None:
    await go(settling, document(rule(SLAB, rule_id="volume")))
    await begin(settling, begins="2026-02-01")
    clock.at("2026-03-05")
    await arrive(settling, ORDERS[:3])
    await posted(settling, "7.20", period="2026-02")
    clock.at("2026-03-06")
    await until(settling, "/v1/settlement/periods", lambda found: [one["stage"] for one in found] == ["open", "cut_off"])


def by_month(count: int) -> list[Any]:
    """An order a month of ten pens, shipped on its day; a quarter of what was shipped in March comes back in May."""
    events: list[Any] = []
    for month in range(1, count + 1):
        day = f"2026-{month:02}-10"
        shipped = happened(told.ShipmentHandedOver, f"shop:{month}", day, 10, placed_on=date.fromisoformat(day))
        events += [happened(told.OrderPlaced, f"shop:{month}", day, 10), shipped]
        if month == 5:
            events += [happened(told.ReturnReceived, "shop:3", "2026-05-20", 5, placed_on=date(2026, 3, 10))]
    return events


YEARLY = {"slab": {"boundary": "start", "tiers": [{"start": "0", "until": "2000", "rate": "0.01"}, {"start": "2000", "rate": "0.02"}]}}


@pytest.mark.row("IN-08")
async def test_closing_each_month_comes_to_what_the_year_comes_to(settling: Running, clock: Clock) -> None:
    await go(settling, document(rule(YEARLY, rule_id="year"), rule(YEARLY, rule_id="quarter", window="quarter")))
    await begin(settling)
    events = by_month(6)
    log = in_log(*events)
    for month in range(1, 7):
        day = f"2026-{month:02}"
        some = [one for one in log if str(one.data.occurred_on).startswith(day)]
        await arrive(settling, some)
        await worked_out(settling)
        clock.at(f"2026-{month + 1:02}-15")
        await until(settling, "/v1/settlement/periods", lambda found, day=day: found[0]["stage"] == "closed", period=day)
    plan = (await settling.get("/v1/plans/dealers/versions/1/payees/p-1")).json()
    found = [one for one in await rows(settling, "/v1/ledger-entries") if one["what"].startswith("earning_")]
    sums: dict[str, Decimal] = {}
    for one in found:
        sums[one["entry_id"]] = sums.get(one["entry_id"], Decimal(0)) + Decimal(one["amount"])
    assert {name: total for name, total in sums.items() if total} == {
        one["entry_id"]: Decimal(one["amount"]) for one in plan["entries"] if Decimal(one["amount"])
    }
    assert [one["what"] for one in found if one["period"] == "2026-05"] != []
    stated = await rows(settling, "/v1/statement-amounts")
    assert sum(Decimal(one["payable"]) for one in stated) == Decimal(plan["amount"])
    assert len(stated) == 6


@pytest.mark.row("IN-40")
async def test_a_settlement_that_begins_with_history_states_each_month_as_it_was(settling: Running, clock: Clock) -> None:
    """All periods have ended when they are opened: what is there is posted before each of them is cut off."""
    await go(settling, document(rule({"flat": {"rate": "0.1"}})))
    await arrive(settling, in_log(*by_month(6)))
    clock.at("2026-08-01")
    await begin(settling)
    found = await until(settling, "/v1/statement-amounts", lambda found: len(found) == 6)
    assert [(one["period"], one["payable"]) for one in found] == [
        *((f"2026-{month:02}", "90.00") for month in (1, 2, 3, 4)),
        ("2026-05", "45.00"),  # of March's sale a half came back
        ("2026-06", "90.00"),
    ]


def test_what_is_worked_out_for_a_period_that_is_cut_off_meanwhile_is_not_posted() -> None:
    asking: Any = posting(january(worked("100.00")))
    assert next(asking) == Ask(SETTLEMENT, CALENDAR)
    with pytest.raises(Rejected, match="period_cut_off"):
        asking.send(Current(SETTLEMENT.fold([SET, ENDED, CUT_OFF]), 3, "event"))
    again: Any = posting(january(worked("100.00")))
    next(again)
    assert again.send(Current(SETTLEMENT.fold([SET, ENDED]), 2, "event")).decider is LEDGER


async def worked_out(client: Running) -> None:
    """Until nobody is left of whose facts more was told than is posted."""
    async with asyncio.timeout(30):
        while True:
            async with client.runtime.reading_everything() as read:
                if not await touched(read, [Payee.PARTNER], 1):
                    return
            await asyncio.sleep(0.05)


async def test_two_workers_that_are_ended_and_begun_again_post_everything_once(
    migrated: Migrated, kafka: str, topic_prefix: str, clock: Clock
) -> None:
    shared: dict[str, Any] = {"database_url": await migrated(SERVICE), "kafka": kafka, "topic_prefix": topic_prefix, "clock": clock}
    async with running(SERVICE, **shared) as one:
        await go(one, document(rule({"flat": {"rate": "0.1"}}, window="month")))
        await begin(one)
        await arrive(one, in_log(*(_of(event, f"p-{payee}") for payee in range(20) for event in by_month(2))))
    async with running(SERVICE, **shared) as one, running(SERVICE, **shared):
        await until(one, "/v1/ledger-balances", lambda found: len(found) >= 6)
    async with running(SERVICE, **shared), running(SERVICE, **shared) as one:
        await worked_out(one)
        found = await rows(one, "/v1/ledger-entries", what="earning_accrued")
        twice = sorted((f"p-{number}", "90.00") for number in range(20) for _ in (1, 2))
        assert sorted((entry["payee_id"], entry["amount"]) for entry in found) == twice


def _of(event: Any, partner_id: str) -> Any:
    said = {name: getattr(event, name) for name in event.__struct_fields__}
    return type(event)(**said | {"partner_id": partner_id, "order_id": f"{partner_id}:{event.order_id}"})


@pytest.mark.row("IN-18")
async def test_a_payment_that_came_to_nothing_is_clawed_back(settling: Running) -> None:
    await go(settling, document(rule({"flat": {"rate": "0.1"}}, moment="paid")))
    await begin(settling)
    await arrive(settling, ORDERS[:2])
    finance = settling.as_("finance")
    body = {"partner_id": "p-1", "currency": "CNY", "amount": "300.00", "on": "2026-02-16"}
    assert (await finance.put("/v1/payments/shop:1/a", json=body)).status_code == 201
    await posted(settling, "30.00")
    assert (await finance.delete("/v1/payments/shop:1/a")).status_code == 200
    await posted(settling, "30.00", "-30.00")
