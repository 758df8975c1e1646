"""From a period's end to the bank: statements, disputes, payouts, over HTTP with a clock that is moved."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from channel_service import Service
from channel_service.testing import Running, running
from incentives.app import SERVICE

from .plans import document, go, rule
from .settling import Clock, arrive, begin, posted, rows, until
from .test_earnings_over_http import BACK, ORDERS, SLAB, in_log

Migrated = Callable[[Service], Awaitable[str]]
ID = "partner~p-1~2026-02"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def settling(migrated: Migrated, kafka: str, topic_prefix: str, clock: Clock) -> AsyncIterator[Running]:
    url = await migrated(SERVICE)
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix, clock=clock) as one:
        yield one


async def issued(client: Running, clock: Clock, day: str = "2026-03-10", count: int = 1, **calendar: Any) -> list[dict[str, Any]]:
    """February is settled: 1 % of 720; who objects may do so for a long time, since what is asked is asked today."""
    await go(client, document(rule(SLAB, rule_id="volume")))
    await begin(client, **{"begins": "2026-02-01", "objection_days": 366} | calendar)
    await arrive(client, ORDERS[:3])
    await posted(client, "7.20")
    clock.at(day)
    return await until(client, "/v1/statements", lambda found: len(found) == count)


async def do(client: Running, path: str, code: str | None = None, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    found: dict[str, Any] = answer.json()
    assert (answer.status_code < 300, found.get("code")) == (code is None, code), answer.text
    return found


async def owed(client: Running, token: str, statement_id: str = ID) -> list[Decimal]:
    found = await rows(client, "/v1/statement-amounts", statement_id=statement_id, wait_for=token)
    return [Decimal(found[0][name]) for name in ("payable", "ordered", "paid", "written_off", "owed")]


@pytest.mark.row("IN-23")
@pytest.mark.row("IN-40")
async def test_a_period_is_cut_off_after_its_days_of_grace_and_its_statement_issued_on_its_day(settling: Running, clock: Clock) -> None:
    await go(settling, document(rule(SLAB, rule_id="volume")))
    await begin(settling, begins="2026-02-01")
    await arrive(settling, ORDERS[:3])
    await posted(settling, "7.20")
    clock.at("2026-03-06")
    found = await until(settling, "/v1/settlement/periods", lambda found: [one["stage"] for one in found] == ["open", "cut_off"])
    assert [one["period"] for one in found] == ["2026-03", "2026-02"]
    late = in_log(*(one.data for one in ORDERS[:3]), *(one.data for one in ORDERS[3:4]), ORDERS[4].data, ORDERS[1].data)
    await arrive(settling, late[3:5])
    await posted(settling, "7.20", "14.40")
    assert await rows(settling, "/v1/statements") == []
    clock.at("2026-03-10")
    [one] = await until(settling, "/v1/statements", lambda found: len(found) == 1)
    assert (one["statement_id"], one["issued_on"], one["status"]) == (ID, "2026-03-10", "issued")
    [of] = await rows(settling, "/v1/statement-amounts", statement_id=ID)
    assert (of["accrued"], of["payable"], of["owed"]) == ("7.20", "7.20", "7.20")
    balance = {one["account"]: one["amount"] for one in await rows(settling, "/v1/ledger-balances", payee_id="p-1")}
    assert balance == {"expense": "21.60", "payable": "-7.20", "accrued": "-14.40"}
    partner = settling.as_("partner", partner_id="p-1")
    assert [one["statement_id"] for one in await rows(partner, "/v1/statements")] == [ID]
    assert await rows(settling.as_("partner", partner_id="p-2"), "/v1/statements") == []


@pytest.mark.row("IN-34")
async def test_what_comes_late_is_a_delta_of_the_open_period_and_the_statement_stays(settling: Running, clock: Clock) -> None:
    before = await issued(settling, clock)
    await until(settling, "/v1/settlement/periods", lambda found: found[-1]["stage"] == "closed")
    back = in_log(*(one.data for one in ORDERS[:3]), type(BACK)(**_said(BACK) | {"order_id": "shop:1", "lines": ORDERS[1].data.lines}))
    await arrive(settling, back[3:])
    found = await posted(settling, "7.20", "-7.20")
    assert [one["period"] for one in found] == ["2026-02", "2026-05"]  # it came back in May
    assert await rows(settling, "/v1/statements") == before
    balance = {one["account"]: Decimal(one["amount"]) for one in await rows(settling, "/v1/ledger-balances", payee_id="p-1")}
    assert balance["expense"] + balance["clawed_back"] == 0  # a whole return leaves nothing


def _said(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


@pytest.mark.row("IN-20")
async def test_a_statement_is_paid_once_in_parts_by_two_people(settling: Running, clock: Clock) -> None:
    await issued(settling, clock)
    ann, bob = settling.as_("finance", subject="ann"), settling.as_("finance", subject="bob")
    partner = settling.as_("partner", partner_id="p-1")
    payments = [{"statement_id": ID, "amount": "7.20"}]
    await do(ann, "/v1/payouts", payout_id="a", currency="CNY", payments=payments)
    await do(ann, "/v1/payouts", payout_id="a", currency="CNY", payments=payments)
    await do(ann, "/v1/payouts", code="payout_exists", payout_id="a", currency="USD", payments=payments)
    await do(ann, "/v1/payouts/a/approve", code="payout_four_eyes")
    await do(bob, "/v1/payouts/a/approve", code="statement_not_accepted")
    await do(partner, f"/v1/statements/{ID}/acknowledge")
    done = await do(bob, "/v1/payouts/a/approve")
    assert await owed(bob, done["token"]) == list(map(Decimal, ("7.20", "7.20", "0", "0", "0")))
    await do(bob, "/v1/payouts/a/confirm", code="payment_not_ordered", statement_id=ID, amount="7.21", bank_reference="b-0")
    part = {"statement_id": ID, "amount": "3.00", "bank_reference": "b-1"}
    await do(bob, "/v1/payouts/a/confirm", **part)
    again = await do(bob, "/v1/payouts/a/confirm", **part)
    assert again["events"] == []
    await do(bob, "/v1/payouts/a/confirm", code="bank_reference_was_used", **part | {"amount": "4.20"})
    failed = await do(bob, "/v1/payouts/a/fail", statement_id=ID, reason="account closed")
    assert await owed(bob, failed["token"]) == list(map(Decimal, ("7.20", "0", "3.00", "0", "4.20")))
    # What failed is owed again, and paid by another payout.
    await do(ann, "/v1/payouts", payout_id="b", currency="CNY", payments=[{"statement_id": ID, "amount": "4.20"}])
    await do(bob, "/v1/payouts/b/approve")
    last = await do(bob, "/v1/payouts/b/confirm", statement_id=ID, amount="4.20", bank_reference="b-2")
    assert await owed(bob, last["token"]) == list(map(Decimal, ("7.20", "0", "7.20", "0", "0")))
    assert [one["status"] for one in await rows(partner, "/v1/statements")] == ["settled"]
    told = await rows(partner, "/v1/payout-payments", wait_for=last["token"])
    assert [(one["payout_id"], one["confirmed"], one["failed"]) for one in told] == [("a", "3.00", "4.20"), ("b", "4.20", "0")]
    assert [one["confirmed"] for one in await rows(bob, "/v1/payouts")] == ["3.00", "4.20"]
    balance = {one["account"]: one["amount"] for one in await rows(settling, "/v1/ledger-balances", payee_id="p-1")}
    assert {name: Decimal(amount) for name, amount in balance.items() if Decimal(amount)} == {
        "expense": Decimal("7.20"),
        "paid": Decimal("-7.20"),
    }


@pytest.mark.row("IN-22")
async def test_a_dispute_stops_the_payment_and_what_is_upheld_is_paid_beside_the_statement(settling: Running, clock: Clock) -> None:
    await issued(settling, clock)
    partner, other = settling.as_("partner", partner_id="p-1", subject="jade"), settling.as_("partner", partner_id="p-2")
    eve, bob = settling.as_("finance", subject="eve"), settling.as_("finance", subject="bob")
    said = {"statement_id": ID, "currency": "CNY", "expected": "9.00", "reason": "shop:2 is ours", "order_id": "shop:2", "line_id": "1"}
    await do(other, "/v1/disputes", code="not_yours", dispute_id="d", **said)
    await do(partner, "/v1/disputes", dispute_id="d", **said)
    await do(partner, f"/v1/statements/{ID}/acknowledge", code="statement_disputed")
    await do(eve, "/v1/payouts", payout_id="a", currency="CNY", payments=[{"statement_id": ID, "amount": "7.20"}])
    await do(bob, "/v1/payouts/a/approve", code="statement_disputed")
    [one] = await rows(eve, "/v1/disputes")
    assert (one["expected"], one["outcome"], one["overdue"], one["by"]) == ("9.00", None, False, "jade")
    clock.at(str(date.fromisoformat(one["decide_until"]) + timedelta(days=2)))
    await until(eve, "/v1/disputes", lambda found: len(found) == 1, overdue=True)
    await do(eve, "/v1/disputes/d/decide", code="dispute_amount_wrong", outcome="rejected", amount="1", reason="no")
    await do(eve, "/v1/disputes/d/decide", outcome="upheld", amount="1.80", reason="it was theirs")
    await do(eve, "/v1/disputes/d/decide", code="dispute_was_decided", outcome="rejected", reason="no")
    await do(bob, "/v1/payouts/a/approve", code="statement_not_accepted")
    done = await do(partner, f"/v1/statements/{ID}/acknowledge")
    assert await owed(eve, done["token"]) == list(map(Decimal, ("7.20", "0", "0", "0", "7.20")))
    found = [one for one in await rows(partner, "/v1/ledger-entries") if one["what"] == "adjustment_posted"]
    assert [one["amount"] for one in found] == ["1.80"]
    await do(bob, "/v1/payouts/a/approve")


async def test_what_is_not_paid_is_written_off_by_two_people(settling: Running, clock: Clock) -> None:
    await issued(settling, clock)
    ann, bob = settling.as_("finance", subject="ann"), settling.as_("finance", subject="bob")
    await do(bob, f"/v1/statements/{ID}/write-off", code="write_off_unknown")
    await do(ann, f"/v1/statements/{ID}/propose-write-off", code="nothing_owed", currency="USD", reason="small")
    await do(ann, f"/v1/statements/{ID}/propose-write-off", currency="CNY", reason="less than the bank charges")
    await do(ann, f"/v1/statements/{ID}/write-off", code="write_off_four_eyes")
    done = await do(bob, f"/v1/statements/{ID}/write-off")
    assert await owed(bob, done["token"]) == list(map(Decimal, ("7.20", "0", "0", "7.20", "0")))
    await do(ann, "/v1/payouts", payout_id="a", currency="CNY", payments=[{"statement_id": ID, "amount": "7.20"}])
    await do(bob, "/v1/payouts/a/approve", code="statement_not_accepted")


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/statements/partner~p-9~2026-02/acknowledge", {}), ("/v1/statements/nothing/acknowledge", {})],
)
async def test_a_statement_that_is_not_there_is_unknown(client: Running, path: str, body: dict[str, Any]) -> None:
    await do(client.as_("finance"), path, code="statement_unknown", **body)


async def test_who_does_not_pay_does_not_approve(client: Running) -> None:
    for who in ("ops", "auditor", "channel_manager"):
        for path in ("/v1/payouts/a/approve", f"/v1/statements/{ID}/write-off", "/v1/disputes/d/decide"):
            assert (await client.as_(who).post(path, json={})).status_code == 403
    for path in ("/v1/payouts", "/v1/payouts/a/approve"):
        assert (await client.as_("partner", partner_id="p-1").post(path, json={})).status_code == 403
    assert isinstance(await rows(client.as_("auditor"), "/v1/payouts"), Sequence)
