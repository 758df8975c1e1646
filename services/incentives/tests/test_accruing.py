"""What is earned is posted as facts come: in open periods, by the version of the sale, once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal

import pytest
from channel_service import Service
from channel_service.testing import Running, running
from incentives.app import SERVICE

from .plans import document, go, rule
from .settling import Clock, arrive, begin, posted, rows, until
from .test_earnings_over_http import BACK, ORDERS, SLAB, in_log

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
