"""What is credited through others is posted as facts come: for whom an order was split, who is above, who is responsible, what was told
late of them, and what is made up when a period is over."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from channel_service import Service
from channel_service.partners import PartnerApplied
from channel_service.testing import Running, fold, running
from incentives.app import SERVICE
from incentives.views.partner_copy import PARTNERS

from .plans import document, go, rule
from .settling import Clock, arrive, begin, posted
from .test_credits_over_http import FLAT, put
from .test_earnings_over_http import ORDERS, in_log

Migrated = Callable[[Service], Awaitable[str]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def settling(migrated: Migrated, kafka: str, topic_prefix: str, clock: Clock) -> AsyncIterator[Running]:
    """1,080 of p-1, under p-0, sold by ann; 720 of it are order shop:1."""
    url = await migrated(SERVICE)
    partners = [PartnerApplied("p-0", "Jade Group", "distributor", "CN", date(2026, 1, 1))]
    partners.append(PartnerApplied("p-1", "Jade", "store", "CN-E", date(2026, 1, 1), parent="p-0"))
    await fold(url, PARTNERS, in_log(*partners))
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix, clock=clock) as one:
        await arrive(one, ORDERS)
        yield one.as_("finance")


async def test_an_override_is_posted_for_who_is_above(settling: Running) -> None:
    await go(settling, document(rule({"override": {"rates": ["0.02"]}}, credit="above", moment="ordered")))
    await begin(settling)
    await posted(settling, "21.60", payee="p-0")
    assert await posted(settling, payee="p-1") == []


@pytest.mark.row("IN-34")
async def test_a_split_that_is_told_late_is_posted_as_differences(settling: Running) -> None:
    await go(settling, document(rule(FLAT, moment="ordered"), payee="sales_rep"))
    await begin(settling)
    await posted(settling, "108.00", payee="ann")
    await put(settling, "splits/sales_rep/shop:1", shares=[{"payee_id": "ann", "share": "0.5"}, {"payee_id": "bob", "share": "0.5"}])
    await posted(settling, "36.00", payee="bob")
    await posted(settling, "108.00", "-36.00", payee="ann")
    await put(settling, "splits/sales_rep/shop:1", shares=[])
    await posted(settling, "36.00", "-36.00", payee="bob")
    await posted(settling, "108.00", "-36.00", "36.00", payee="ann")


async def test_a_responsibility_is_posted_and_moves_to_another_when_it_does(settling: Running) -> None:
    await go(settling, document(rule(FLAT, moment="ordered", credit="territory"), payee="sales_rep"))
    await put(settling, "responsibilities/sales_rep/CN-E/cid", first="2026-01-01")
    await begin(settling)
    await posted(settling, "108.00", payee="cid")
    await put(settling, "responsibilities/sales_rep/CN-E/cid", first="2026-01-01", share="0")
    await put(settling, "responsibilities/sales_rep/CN-E/eve", first="2026-01-01")
    await posted(settling, "108.00", "-108.00", payee="cid")
    await posted(settling, "108.00", payee="eve")


async def test_what_is_posted_in_another_currency_keeps_its_rate(settling: Running) -> None:
    await go(settling, document(rule(FLAT, moment="ordered", window="quarter"), pays_in="JPY"))
    await begin(settling)
    await put(settling, "exchange-rates/CNY/JPY/2026-01-01", rate="20.123")
    [entry] = await posted(settling, "2173")
    assert entry["currency"] == "JPY"
    data: dict[str, Any] = (await settling.get(f"/v1/events/{entry['event_id']}")).json()["data"]
    assert data["entry"]["exchanged"] == {"base": "CNY", "quote": "JPY", "on": "2026-01-01", "rate": "20.123"}


@pytest.mark.row("IN-15")
async def test_a_draw_is_posted_when_its_month_is_over_also_for_who_sold_nothing(settling: Running, clock: Clock) -> None:
    pays = {"guarantee": {"of": ["flat"], "measure": "draw", "recovered": True}}
    await go(settling, document(rule(FLAT, moment="ordered", window="month"), rule(pays, base="earned", window="month")))
    for payee in ("p-0", "p-1"):
        await put(settling, f"quotas/partner/{payee}/draw", first="2026-02-01", last="2026-02-28", amount="200")
    await begin(settling, begins="2026-02-01")
    await posted(settling, "108.00")
    assert await posted(settling, payee="p-0") == []
    clock.at("2026-03-06")
    await posted(settling, "108.00", "92.00")
    await posted(settling, "200.00", payee="p-0")
