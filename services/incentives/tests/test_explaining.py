"""From an amount to the bank and back, and why a line earns nothing."""

from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running
from incentives.contracts import orders_inventory as told

from .plans import document, go, rule
from .settling import Clock, arrive, begin, posted, rows, until
from .test_earnings_over_http import ORDERS, SLAB, happened, in_log
from .test_settling import ID, clock, do, issued, settling

__all__ = ["clock", "settling"]


async def reasons(client: Running, line: str = "shop:1/1") -> list[dict[str, Any]]:
    answer = await client.get("/v1/why-not", params={"order_line": line})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["reasons"]
    return found


async def approved(client: Running, count: int) -> None:
    await until(client, "/v1/plans", lambda found: len(found) == count, status="approved")


@pytest.mark.row("IN-21")
async def test_an_entry_is_explained_to_the_payout_and_a_payout_back_to_the_events(settling: Running, clock: Clock) -> None:
    await issued(settling, clock)
    ann, bob = settling.as_("finance", subject="ann"), settling.as_("finance", subject="bob")
    partner = settling.as_("partner", partner_id="p-1")
    await do(partner, f"/v1/statements/{ID}/acknowledge")
    await do(ann, "/v1/payouts", payout_id="a", currency="CNY", payments=[{"statement_id": ID, "amount": "7.20"}])
    await do(bob, "/v1/payouts/a/approve")
    done = await do(bob, "/v1/payouts/a/confirm", statement_id=ID, amount="7.20", bank_reference="b-1")
    # Back: from the payout by the statement and its entries to the events of the order.
    [payment] = await rows(partner, "/v1/payout-payments", payout_id="a", wait_for=done["token"])
    entries = await rows(partner, "/v1/ledger-entries", statement_id=payment["statement_id"])
    [earned] = [one for one in entries if one["what"] == "earning_accrued"]
    found = (await partner.get(f"/v1/explain/{earned['entry_id']}")).json()
    assert [one["event_id"] for one in found["lines"]] == ["event-3"]
    [one] = found["posted"]
    assert (one["number"], one["period"], one["amount"], one["statement_id"]) == (earned["number"], "2026-02", "7.20", ID)
    assert one["payments"] == [{"payout_id": "a", "confirmed": "7.20", "bank_reference": "b-1"}]
    shown = (await partner.get(f"/v1/events/{one['event_id']}")).json()
    assert Decimal(shown["data"]["amount"]) == Decimal("7.20")
    [stated] = await reasons(partner)
    assert (stated["why"], stated["entry_id"]) == ("stated", earned["entry_id"])


@pytest.mark.row("IN-39")
async def test_why_a_line_earns_nothing_is_said_for_each_rule(whole: Running) -> None:
    client = whole
    await arrive(client, ORDERS)
    assert [one["why"] for one in await reasons(client)] == ["no_plan"]
    flat = {"flat": {"rate": "0.1"}}
    low = {"slab": {"boundary": "start", "tiers": [{"start": "0", "until": "5000", "rate": "0"}, {"start": "5000", "rate": "0.02"}]}}
    await go(
        client,
        document(
            rule(flat, rule_id="paid", moment="paid"),
            rule(flat, rule_id="arrived", moment="delivered"),
            rule(flat, rule_id="bikes", when="category == 'Bikes'"),
            rule(low, rule_id="tier"),
            rule(flat, rule_id="best", exclusive="one"),
            rule({"flat": {"rate": "0.05"}}, rule_id="less", exclusive="one"),
            rule(flat, rule_id="pays"),
        ),
    )
    await go(client, document(rule(flat), currency="USD"), "dollars")
    await go(client, document(rule(flat), valid_from="2026-06-01"), "later")
    await go(client, document(rule(flat, moment="ordered"), payee="sales_rep"), "reps")
    await approved(client, 4)
    found = await reasons(client)
    assert [(one["plan_id"], one["rule_id"], one["why"]) for one in found] == [
        ("dealers", "paid", "not_yet"),
        ("dealers", "arrived", "not_yet"),
        ("dealers", "bikes", "excluded"),
        ("dealers", "tier", "nothing_paid"),
        ("dealers", "best", "not_posted"),
        ("dealers", "less", "other_rule"),
        ("dealers", "pays", "not_posted"),
        ("dollars", None, "other_currency"),
        ("later", None, "not_in_force"),
        ("reps", "flat", "not_posted"),
    ]
    assert [one["en"] for one in found[:4]] == [
        "no payment for it is here yet",
        "it was not delivered yet",
        "the rule is for lines where category == 'Bikes'",
        "it counts, and the rule pays nothing: tier 1 is reached: 0% of all 1080",
    ]
    own = await reasons(client.as_("partner", partner_id="p-1"))
    assert {one["plan_id"] for one in own} == {"dealers", "dollars", "later"}  # what the brand's sales reps are paid it does not see
    other = client.as_("partner", partner_id="p-2")
    for who, line in ((other, "shop:1/1"), (client, "shop:9/1"), (client, "shop:1/9")):
        answer = await who.get("/v1/why-not", params={"order_line": line})
        assert (answer.status_code, answer.json()["code"]) == (404, "order_line_unknown")


async def test_what_came_back_and_what_no_rep_sold_say_so(whole: Running) -> None:
    client = whole
    back = [happened(told.ReturnReceived, "shop:1", "2026-03-01", 8), happened(told.OrderPlaced, "shop:3", "2026-02-01", 1, sales_rep=None)]
    await arrive(client, in_log(*(one.data for one in ORDERS), *back))
    await go(client, document(rule({"flat": {"rate": "0.1"}})))
    await go(client, document(rule({"flat": {"rate": "0.1"}}), payee="sales_rep"), "reps")
    await approved(client, 2)
    assert [one["why"] for one in await reasons(client)] == ["taken_back", "taken_back"]
    assert [one["why"] for one in await reasons(client, "shop:3/1")] == ["not_yet", "no_payee"]


@pytest.mark.row("IN-39")
async def test_a_period_that_is_not_over_is_why_nothing_is_paid_yet(settling: Running, clock: Clock) -> None:
    await go(settling, document(rule(SLAB, rule_id="volume")))
    await arrive(settling, ORDERS[:3])
    await approved(settling, 1)
    assert [one["why"] for one in await reasons(settling)] == ["not_posted"]
    await begin(settling)
    await posted(settling, "7.20")
    [one] = await reasons(settling)
    assert (one["why"], one["en"]) == ("period_not_over", "it is posted in 2026-02, whose statements are not issued yet")
