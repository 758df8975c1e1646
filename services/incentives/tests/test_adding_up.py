"""What has to add up does, from the first posting to the bank, and what somebody changed by hand is seen; how far a settlement is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from channel_service import Service
from channel_service.testing import Running, running
from incentives.app import SERVICE
from incentives.views.adding_up import gross, imbalance, incentive_cost, statements_unexplained
from incentives.views.funds import POSTING
from incentives.views.ledgers import BALANCE, STANDING
from incentives.views.settlement_periods import TABLE as PERIOD
from incentives.views.settlement_runs import TABLE as RUN
from incentives.views.settlement_runs import duration, last_success, payees_left, waiting_since
from incentives.views.statements import AMOUNT

from .settling import Clock, until
from .test_settling import ID, do, issued

YEAR = date(2026, 12, 31)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def settling(migrated: Callable[[Service], Awaitable[str]], kafka: str, topic_prefix: str, clock: Clock) -> AsyncIterator[Running]:
    url = await migrated(SERVICE)
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix, clock=clock) as one:
        yield one


async def told(client: Running, query: sa.Select[Any]) -> dict[str, Any]:
    async with client.runtime.reading_everything() as read:
        return {row[0]: row[1] for row in await read.execute(query)}


async def number(client: Running, query: sa.Select[Any]) -> float:
    async with client.runtime.reading_everything() as read:
        return float(await read.scalar(query))


async def away(client: Running) -> dict[str, Any]:
    """Of statements from ledgers, once the two views are at one place."""
    async with asyncio.timeout(20):
        while None in (found := await told(client, statements_unexplained())).values():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found


async def spoil(client: Running, statement: str, *values: Any) -> None:
    connection = await asyncpg.connect(client.runtime.settings.database_url)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


async def test_ledgers_and_statements_add_up_at_each_step_and_damage_is_told_by_how_much(settling: Running, clock: Clock) -> None:
    await issued(settling, clock)
    ann, bob = settling.as_("finance", subject="ann"), settling.as_("finance", subject="bob")
    await do(settling.as_("partner", partner_id="p-1"), f"/v1/statements/{ID}/acknowledge")
    await do(ann, "/v1/payouts", payout_id="a", currency="CNY", payments=[{"statement_id": ID, "amount": "7.20"}])
    steps: list[tuple[str, dict[str, Any]]] = [
        ("/v1/payouts/a/approve", {}),
        ("/v1/payouts/a/confirm", {"statement_id": ID, "amount": "3.00", "bank_reference": "b-1"}),
        ("/v1/payouts/a/fail", {"statement_id": ID, "reason": "account closed"}),
    ]
    for path, body in steps:
        done = await do(bob, path, **body)
        await settling.get("/v1/ledger-balances", params={"wait_for": done["token"]})
        assert (await told(settling, imbalance()), await away(settling)) == ({"CNY": 0}, {"CNY": 0}), path
    assert await told(settling, incentive_cost(YEAR)) == {"CNY": Decimal("7.20")}
    await do(ann, f"/v1/statements/{ID}/propose-write-off", currency="CNY", reason="less than the bank charges")
    done = await do(bob, f"/v1/statements/{ID}/write-off")
    await settling.get("/v1/ledger-balances", params={"wait_for": done["token"]})
    assert (await told(settling, imbalance()), await away(settling)) == ({"CNY": 0}, {"CNY": 0})
    assert await told(settling, incentive_cost(YEAR)) == {"CNY": Decimal("3.00")}
    assert (await told(settling, gross(YEAR)), await told(settling, gross(date(2026, 1, 31)))) == ({"CNY": 800}, {})
    await spoil(settling, f"update {AMOUNT.sql.name} set paid = paid + 2")
    assert (await told(settling, imbalance()), await away(settling)) == ({"CNY": 0}, {"CNY": 2})
    await spoil(settling, f"update {BALANCE.sql.name} set amount = amount + 5 where account = 'payable'")
    assert (await told(settling, imbalance()), await away(settling)) == ({"CNY": 5}, {"CNY": 3})


async def test_what_one_ledger_has_too_much_of_makes_up_for_no_other(client: Running) -> None:
    into = f"insert into {POSTING.sql.name} (event_id, account, currency, fund_id, partner_id, amount) values"
    for partner, amount in (("a", 4), ("b", -4)):
        of = f"'CNY', 'f', '{partner}'"
        await spoil(client, f"{into} ('1{partner}', 'fund', {of}, -10), ('1{partner}', 'committed', {of}, 10)")
        await spoil(client, f"{into} ('2{partner}', 'paid', {of}, $1)", amount)
    assert await told(client, imbalance()) == {"CNY": 8}


async def test_a_period_that_is_settled_is_told_with_its_time(settling: Running, clock: Clock) -> None:
    before = datetime.now(UTC).timestamp()
    await issued(settling, clock)
    await until(settling, "/v1/settlement/periods", lambda found: found[-1]["stage"] == "closed")
    async with asyncio.timeout(20):
        while await number(settling, last_success()) < before - 60:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert 0 <= await number(settling, duration()) < 60
    assert (await number(settling, waiting_since()), await number(settling, payees_left())) == (0, 0)


@pytest.mark.parametrize(
    ("done", "waits"),
    [
        ({}, None),
        ({"ended_at": 1}, 1),
        ({"ended_at": 1, "calculated_at": 2}, 1),
        ({"ended_at": 1, "cut_off_at": 3}, None),
        ({"ended_at": 1, "cut_off_at": 3, "calculated_at": 2}, 3),
        ({"ended_at": 1, "cut_off_at": 3, "calculated_at": 5}, 5),
        ({"ended_at": 1, "cut_off_at": 3, "calculated_at": 5, "closed_at": 9}, None),
    ],
)
async def test_what_waits_of_a_settlement_is_told_since_when(client: Running, done: dict[str, int], waits: int | None) -> None:
    noon = datetime(2026, 2, 6, 12, tzinfo=UTC)
    columns, values = ["period", *done], ["2026-01", *(noon + timedelta(hours=hours) for hours in done.values())]
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    await spoil(client, f"insert into {RUN.sql.name} ({', '.join(columns)}) values ({places})", *values)
    assert await number(client, waiting_since()) == (0 if waits is None else (noon + timedelta(hours=waits)).timestamp())
    assert await number(client, duration()) == (4 * 3600 if "closed_at" in done else 0)


async def test_payees_that_have_no_statement_yet_are_counted(client: Running) -> None:
    assert await number(client, payees_left()) == 0
    ledgers = "('partner', 'a', 1, null), ('partner', 'b', 1, '2026-01-31'), ('sales_rep', 'b', 1, '2026-02-28')"
    await spoil(client, f"insert into {STANDING.sql.name} (payee, payee_id, number, stated) values {ledgers}")
    assert await number(client, payees_left()) == 0, "no period is being calculated"
    period = (
        f"insert into {PERIOD.sql.name} (period, stage, zone, first, last) values ('2026-02', 'cut_off', 'UTC', '2026-02-01', '2026-02-28')"
    )
    await spoil(client, period)
    assert await number(client, payees_left()) == 2
