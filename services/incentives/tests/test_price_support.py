"""Support of prices through HTTP: each claim is worked out by what is agreed, never for more than there is, and never twice."""

import asyncio
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running, fold
from channel_testing import given
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from incentives.domain.support_claim.purchases import Moved, units_bought
from incentives.domain.support_limit import SUPPORT_LIMIT, FreeLimit, TakeLimit
from incentives.views.movements import MOVEMENTS

from .test_earnings_over_http import BACK, ORDERS, in_log
from .test_funds_over_http import done, refused

AGREED: dict[str, Any] = {
    "partner_id": "p-1",
    "customer": "City school board",
    "currency": "CNY",
    "first": "2026-02-01",
    "last": "2026-04-30",
    "items": [{"sku": "PEN", "price": "90.00", "rate": "75.50", "units": 10}],
}
CLAIMS = "/v1/support-claims"


def sale(quantity: int, reference: str, **more: Any) -> dict[str, Any]:
    return {"sku": "PEN", "quantity": quantity, "reference": reference, "sold_on": "2026-03-15"} | more


def claim(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"partner_id": "p-1", "agreement_id": "sd-1", "lines": list(lines)} | more


async def decided(client: Running, claim_id: str, what: str, by: str, **said: Any) -> dict[str, Any]:
    return await done(client.as_("finance", subject=by), "POST", f"{CLAIMS}/{claim_id}/{what}", said)


@pytest.fixture
async def client(whole: Running) -> Running:
    """12 pens at 90.00 were shipped to p-1: 8 in February, 4 in April."""
    await fold(whole.runtime.settings.database_url, MOVEMENTS, ORDERS)
    return whole


@pytest.mark.row("IN-30")
async def test_ship_and_debit_pays_the_price_less_the_rate_for_what_was_sold_once(client: Running) -> None:
    ann, partner = client.as_("channel_manager", subject="ann"), client.as_("partner", partner_id="p-1")
    await done(ann, "PUT", "/v1/support-agreements/sd-1", AGREED)
    path = f"{CLAIMS}/ship-and-debit"
    assert await refused(partner, "PUT", f"{path}/a", claim(sale(1, "INV-1"))) == (404, "support_agreement_unknown")
    mine = client.as_("finance", subject="ann")
    assert await refused(mine, "POST", "/v1/support-agreements/sd-1/approve", {}) == (409, "support_four_eyes")
    await done(client.as_("finance", subject="bob"), "POST", "/v1/support-agreements/sd-1/approve", {})
    assert await refused(ann, "PUT", "/v1/support-agreements/sd-1", AGREED | {"last": "2026-05-01"}) == (409, "support_agreement_fixed")
    assert await refused(client.as_("partner", partner_id="p-2"), "PUT", f"{path}/a", claim(sale(1, "I"))) == (403, "not_yours")
    late = sale(1, "INV-1", sold_on="2026-05-01")
    assert await refused(partner, "PUT", f"{path}/a", claim(late)) == (422, "support_not_agreed")
    assert await refused(partner, "PUT", f"{path}/a", claim(sale(1, "INV-1", price="90.01"))) == (422, "support_price_wrong")
    await done(partner, "PUT", f"{path}/a", claim(sale(6, "INV-1"), sale(1, "INV-2", price="80.00")))
    assert (await done(partner, "PUT", f"{path}/a", claim(sale(6, "INV-1"), sale(1, "INV-2", price="80.00"))))["changed"] is False
    found = (await partner.get(f"{CLAIMS}/a")).json()
    assert (found["amount"], [one["amount"] for one in found["lines"]]) == ("91.50", ["87.00", "4.50"])
    assert await refused(partner, "PUT", f"{path}/b", claim(sale(1, "INV-1"))) == (409, "support_exceeded")  # a duplicate
    assert await refused(partner, "PUT", f"{path}/b", claim(sale(1, "INV-3"), sale(1, "INV-3"))) == (409, "support_exceeded")
    assert await refused(partner, "PUT", f"{path}/b", claim(sale(4, "INV-3"))) == (409, "support_exceeded")  # ten are agreed
    await decided(client, "a", "approve", "bob")
    assert await refused(client.as_("finance", subject="bob"), "POST", f"{CLAIMS}/a/credit", {"reference": "CN-1"}) == (
        409,
        "support_four_eyes",
    )
    await decided(client, "a", "credit", "eve", reference="CN-1")
    await done(partner, "PUT", f"{path}/b", claim(sale(3, "INV-3")))
    await decided(client, "b", "deny", "bob", reason="another customer")
    receipt = await done(partner, "PUT", f"{path}/c", claim(sale(3, "INV-3")))  # what was denied is free again
    rows = (await partner.get(CLAIMS, params={"wait_for": receipt["token"]})).json()["items"]
    assert [(one["claim_id"], one["status"], one["amount"]) for one in rows] == [
        ("a", "credited", "91.50"),
        ("b", "denied", "43.50"),
        ("c", "submitted", "43.50"),
    ]
    other = client.as_("partner", partner_id="p-2")
    assert (await other.get(CLAIMS)).json()["items"] == []
    assert (await other.get(f"{CLAIMS}/a")).status_code == 404
    assert len((await partner.get("/v1/support-agreements")).json()["items"]) == 1


@pytest.mark.row("IN-30")
async def test_of_claims_at_once_only_so_many_units_as_were_bought_are_taken(client: Running) -> None:
    many = AGREED | {"items": [AGREED["items"][0] | {"units": 1000}]}
    await done(client.as_("channel_manager", subject="ann"), "PUT", "/v1/support-agreements/sd-1", many)
    await done(client.as_("finance", subject="bob"), "POST", "/v1/support-agreements/sd-1/approve", {})
    partner = client.as_("partner", partner_id="p-1")
    bodies = [claim(sale(5, f"INV-{number}")) for number in range(8)]
    answers = await asyncio.gather(*(partner.put(f"{CLAIMS}/ship-and-debit/c{at}", json=body) for at, body in enumerate(bodies)))
    assert sorted(one.status_code for one in answers) == [201] * 2 + [409] * 6  # 12 were bought


@pytest.mark.row("IN-31")
async def test_price_protection_is_for_what_was_held_when_the_price_fell(client: Running) -> None:
    ann, partner = client.as_("channel_manager", subject="ann"), client.as_("partner", partner_id="p-1")
    fell = {"sku": "PEN", "currency": "CNY", "changed_on": "2026-04-03", "before": "90.00", "after": "81.90"}
    await done(ann, "PUT", "/v1/price-protections/april", fell)
    await done(ann, "PUT", "/v1/price-protections/window", fell | {"changed_on": "2026-04-04", "bought_within": 30})
    assert await refused(ann, "PUT", "/v1/price-protections/april", fell | {"after": "80.00"}) == (409, "price_protection_exists")
    path = f"{CLAIMS}/price-protection"
    # 8 were bought before; the 4 of the day of the change cost the new price, whatever is held today.
    assert await refused(partner, "PUT", f"{path}/a", {"partner_id": "p-1", "protection_id": "april", "quantity": 9}) == (
        409,
        "support_exceeded",
    )
    await done(partner, "PUT", f"{path}/a", {"partner_id": "p-1", "protection_id": "april", "quantity": 6})
    assert (await partner.get(f"{CLAIMS}/a")).json()["amount"] == "48.60"
    assert await refused(partner, "PUT", f"{path}/b", {"partner_id": "p-1", "protection_id": "april", "quantity": 3}) == (
        409,
        "support_exceeded",
    )
    within = {"partner_id": "p-1", "protection_id": "window", "quantity": 5}
    assert await refused(partner, "PUT", f"{path}/c", within) == (409, "support_exceeded")  # in 30 days 4 were bought
    receipt = await done(partner, "PUT", f"{path}/c", within | {"quantity": 4})
    [row] = (await partner.get("/v1/price-protections", params={"q": "april", "wait_for": receipt["token"]})).json()["items"]
    assert row["after"] == "81.90"
    # What came back afterwards was held on the day; what came back before was not.
    await fold(client.runtime.settings.database_url, MOVEMENTS, in_log(BACK))
    await done(ann, "PUT", "/v1/price-protections/may", fell | {"changed_on": "2026-05-02"})
    gone = {"partner_id": "p-1", "protection_id": "may", "quantity": 9}
    assert await refused(partner, "PUT", f"{path}/d", gone) == (409, "support_exceeded")
    await done(partner, "PUT", f"{path}/d", gone | {"quantity": 8})


@pytest.mark.row("IN-32")
async def test_stock_is_given_back_up_to_a_share_of_what_was_bought(client: Running) -> None:
    finance, partner = client.as_("finance", subject="eve"), client.as_("partner", partner_id="p-1")
    terms = {"currency": "CNY", "share": "0.25", "bought_from": "2026-01-01", "bought_until": "2026-03-31"}
    days = {"first": "2026-04-01", "last": "2030-04-30"}
    await done(finance, "PUT", "/v1/stock-rotations/q1", terms | days)
    receipt = await done(finance, "PUT", "/v1/stock-rotations/old", terms | days | {"last": "2026-04-30"})
    assert await refused(partner, "PUT", "/v1/stock-rotations/q2", terms | days) == (403, "forbidden")
    path, back = f"{CLAIMS}/stock-rotation", {"partner_id": "p-1", "rotation_id": "q1"}
    two = [{"sku": "PEN", "quantity": 2, "price": "90.00"}]
    assert await refused(partner, "PUT", f"{path}/a", back | {"rotation_id": "old", "lines": two}) == (409, "stock_rotation_over")
    dear = [{"sku": "PEN", "quantity": 2, "price": "90.01"}]
    assert await refused(partner, "PUT", f"{path}/a", back | {"lines": dear}) == (409, "support_exceeded")  # a quarter of 720.00
    await done(partner, "PUT", f"{path}/a", back | {"lines": two})
    one = [{"sku": "PEN", "quantity": 1, "price": "0.01"}]
    assert await refused(partner, "PUT", f"{path}/b", back | {"lines": one}) == (409, "support_exceeded")
    await decided(client, "a", "approve", "bob")
    log = [json.loads(one) for one in (await client.get("/v1/exports/events")).text.splitlines()]
    [approved] = [one["data"] for one in log if one["type"] == "incentives.support_claim_approved"]
    assert approved["postings"] == []  # the return credits it
    listed = (await partner.get("/v1/stock-rotations", params={"wait_for": receipt["token"]})).json()["items"]
    assert [row["rotation_id"] for row in listed] == ["old", "q1"]


def test_what_is_held_on_a_day_is_what_was_bought_until_then_less_what_had_come_back() -> None:
    moved = [Moved(date(2026, 2, day), units, Decimal(0)) for day, units in ((1, 8), (10, -3), (20, 4))]
    assert [units_bought(moved, until=date(2026, 2, day)) for day in (1, 9, 10, 28)] == [8, 8, 5, 9]
    assert units_bought([Moved(date(2026, 2, 1), -3, Decimal(0))]) == 0


@settings(max_examples=100, deadline=None)
@drawn(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(0, 20), st.booleans()), max_size=30))
def test_all_claims_together_never_take_more_of_a_limit_than_there_was(steps: list[tuple[int, int, int, bool]]) -> None:
    events: list[Any] = []
    most = Decimal(20)
    for claim_id, amount, fewer, free in steps:
        most -= 1 if fewer == 0 else 0  # what was bought may come back
        about: dict[str, Any] = {"limit": "l", "claim_id": str(claim_id)}
        command: Any = FreeLimit(**about) if free else TakeLimit(**about, amount=Decimal(amount), most=most)
        decided_ = given(SUPPORT_LIMIT, *events).when(command)
        events += decided_.events
        taken = sum(SUPPORT_LIMIT.fold(events).values(), Decimal(0))
        assert taken <= 20
        if not free and decided_.rejected is None:
            assert taken <= most
