"""Promotions through HTTP: by doors and by events, many at once within a budget, and rolled back with the lines that come back."""

import asyncio
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running, fold
from channel_testing import on
from incentives.app import SERVICE
from incentives.application.promotions import REDEEM
from incentives.contracts import orders_inventory as told
from incentives.views.movements import MOVEMENTS

from .test_earnings_over_http import happened, in_log
from .test_funds_over_http import done, refused

SPRING: dict[str, Any] = {
    "title": "Spring pens",
    "currency": "CNY",
    "first": "2026-01-01",
    "last": "2026-12-31",
    "effect": {"percent": "0.1"},
    "funding": [{"payer": "brand", "share": "0.7"}, {"payer": "p-1", "share": "0.3"}],
}
LINES = [
    {"line_id": "1", "sku": "PEN", "quantity": 4, "unit_price": "100.00"},
    {"line_id": "2", "sku": "INK", "quantity": 1, "unit_price": "9.99"},
]
ORDER: dict[str, Any] = {"partner_id": "p-1", "channel_type": "store", "currency": "CNY", "lines": LINES, "on": "2026-03-01"}


async def started(client: Running, name: str = "spring", **more: Any) -> dict[str, Any]:
    await done(client.as_("channel_manager", subject="ann"), "PUT", f"/v1/promotions/{name}", SPRING | more)
    return await done(client.as_("finance", subject="bob"), "POST", f"/v1/promotions/{name}/start", {})


async def redeemed(client: Running, order: str, **more: Any) -> list[str]:
    """The promotions that the order redeemed; as soon as the view of running ones has seen what was started."""
    receipt = await done(client.as_("ops"), "POST", f"/v1/redemptions/{order}", ORDER | more)
    return [one["type"] for one in receipt["events"]]


async def seen(client: Running, receipt: dict[str, Any]) -> None:
    """Waits until what was written is seen by decisions, too."""
    assert (await client.get("/v1/promotions", params={"wait_for": receipt["token"]})).status_code == 200


@pytest.mark.row("IN-27")
async def test_an_order_redeems_what_is_for_it_and_everybody_bears_their_share(whole: Running) -> None:
    ann, bob = whole.as_("channel_manager", subject="ann"), whole.as_("finance", subject="bob")
    await done(ann, "PUT", "/v1/promotions/spring", SPRING)
    assert await refused(ann, "POST", "/v1/promotions/spring/start", {}) == (403, "forbidden")
    shares = SPRING | {"funding": [{"payer": "brand", "share": "0.7"}]}
    assert (await refused(ann, "PUT", "/v1/promotions/x", shares))[0] == 422
    assert (await refused(ann, "PUT", "/v1/promotions/x", SPRING | {"when": "units +"}))[0] == 422
    two = {"percent": "0.1", "amount": "5.00"}
    assert (await refused(ann, "PUT", "/v1/promotions/x", SPRING | {"effect": two}))[0] == 422
    assert await redeemed(whole, "shop:0") == []  # a draft
    await seen(whole, await done(bob, "POST", "/v1/promotions/spring/start", {}))
    assert await redeemed(whole, "shop:1") == ["promotion_redeemed", "promotion_budget_spent"]
    assert await redeemed(whole, "shop:1") == []
    await seen(whole, await started(whole, "once", effect={"amount": "50.00"}, per_partner=1, when="sku == 'INK'", priority=1))
    both = [*["promotion_redeemed"] * 2, "promotion_budget_spent", "promotion_use_counted", "promotion_budget_spent"]
    assert await redeemed(whole, "shop:2") == both
    receipt = await done(whole.as_("ops"), "POST", "/v1/redemptions/shop:3", ORDER)
    rows = (await ann.get("/v1/redemptions", params={"wait_for": receipt["token"]})).json()["items"]
    found = [(one["order_id"], one["promotion_id"], one["amount"], one["reason"]) for one in rows]
    assert found == [
        ("shop:1", "spring", "41.00", None),
        ("shop:2", "once", "9.99", None),
        ("shop:2", "spring", "40.00", None),
        ("shop:3", "once", "0", "partner_limit"),
        ("shop:3", "spring", "41.00", None),
    ]
    costs = (await whole.as_("auditor").get("/v1/promotion-costs", params={"promotion_id": "spring"})).json()["items"]
    assert [(one["payer"], one["amount"]) for one in costs] == [("brand", "85.40"), ("p-1", "36.60")]
    own, other = whole.as_("partner", partner_id="p-1"), whole.as_("partner", partner_id="p-2")
    assert len((await own.get("/v1/redemptions")).json()["items"]) == 5
    assert (await other.get("/v1/redemptions")).json()["items"] == []
    assert (await own.get("/v1/promotion-costs")).status_code == 403
    assert await refused(own, "POST", "/v1/redemptions/shop:9", ORDER) == (403, "forbidden")
    shown = (await bob.get("/v1/promotions/spring")).json()
    assert (shown["status"], shown["writers"], shown["terms"]["effect"]["percent"]) == ("running", ["ann"], "0.1")


@pytest.mark.row("IN-27")
async def test_a_budget_holds_however_many_come_at_once(whole: Running) -> None:
    """Of 60 orders of 41.00 each only those that fit are given; by orders, by money, by partner and by coupon."""
    await started(whole, "money", budgets=[{"spend": "500.00"}])
    await started(whole, "orders", budgets=[{"uses": 7}])
    await started(whole, "each", per_partner=2)
    await seen(whole, await started(whole, "coupon", coupon=True))
    await done(whole.as_("channel_manager"), "PUT", "/v1/coupons/C-1", {"promotion_id": "coupon"})
    ops = whole.as_("ops")
    bodies = [ORDER | {"partner_id": f"p-{number % 3}", "coupons": ["C-1"]} for number in range(60)]
    answers = await asyncio.gather(*(ops.post(f"/v1/redemptions/shop:{number}", json=body) for number, body in enumerate(bodies)))
    assert {one.status_code for one in answers} == {200}
    waiting = {"wait_for": answers[-1].json()["token"], "limit": "200"}
    given = Counter[str]()
    for answer in answers:
        waiting["wait_for"] = max(waiting["wait_for"], answer.json()["token"], key=lambda token: int(token.partition(";")[0]))
    cursor: dict[str, str] = {}
    while True:
        page = (await ops.get("/v1/redemptions", params=waiting | cursor)).json()
        for one in page["items"]:
            given[one["promotion_id"]] += one["reason"] is None
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    money = (await ops.get("/v1/promotions/money")).json()["budgets"][0]
    assert Decimal(money["spent"]) <= 500
    assert money["used"] == given["money"] >= 500 // Decimal("41.00")
    assert given["orders"] == 7
    assert given["each"] == 6
    assert given["coupon"] == 1
    assert [one["used"] for one in (await ops.get("/v1/coupons")).json()["items"]] == [1]


@pytest.mark.row("IN-28")
async def test_a_promotion_of_some_channels_with_a_budget_for_each(whole: Running) -> None:
    budgets = [{"channel_type": "store", "spend": "41.00"}, {"channel_type": "online", "uses": 1}]
    await seen(whole, await started(whole, channels=["store", "online"], budgets=budgets))
    given = ["promotion_redeemed", "promotion_budget_spent"]
    assert await redeemed(whole, "a", channel_type="store") == given
    assert await redeemed(whole, "b", channel_type="store") == ["promotion_passed_over"]
    assert await redeemed(whole, "c", channel_type="online") == given
    assert await redeemed(whole, "d", channel_type="online") == ["promotion_passed_over"]
    assert await redeemed(whole, "e", channel_type="distributor") == []
    await done(whole.as_("ops"), "POST", "/v1/redemptions/a/roll-back", BACK | {"lines": [{"line_id": "1", "quantity": 4}, UNIT]})
    assert await redeemed(whole, "b", channel_type="store") == given  # the budget of the stores is free again


UNIT = {"line_id": "2", "quantity": 1}
BACK = {"lines": [UNIT], "reference": "RMA-1", "reason": "broken", "on": "2026-03-02"}


@pytest.mark.row("IN-29")
async def test_what_comes_back_takes_its_share_back_and_a_coupon_may_be_used_again(whole: Running) -> None:
    await seen(whole, await started(whole, coupon=True, per_partner=1, budgets=[{"spend": "41.00", "uses": 1}]))
    manager, ops = whole.as_("channel_manager"), whole.as_("ops")
    assert await refused(manager, "PUT", "/v1/coupons/C-1", {"promotion_id": "nothing"}) == (404, "promotion_unknown")
    await done(manager, "PUT", "/v1/coupons/C-1", {"promotion_id": "spring", "partner_id": "p-1"})
    unknown = ORDER | {"coupons": ["C-2"]}
    assert await refused(ops, "POST", "/v1/redemptions/shop:1", unknown) == (404, "coupon_unknown")
    assert len(await redeemed(whole, "shop:1", coupons=["C-1"])) == 4
    assert await redeemed(whole, "shop:2", coupons=["C-1"]) == ["promotion_passed_over"]
    back = "/v1/redemptions/shop:1/roll-back"
    three = BACK | {"lines": [{"line_id": "1", "quantity": 3}], "reference": "RMA-0"}
    assert [one["type"] for one in (await done(ops, "POST", back, three))["events"]] == ["redemption_rolled_back", "promotion_budget_spent"]
    assert (await done(ops, "POST", back, three))["changed"] is False
    budget = (await ops.get("/v1/promotions/spring")).json()["budgets"][0]
    assert (budget["spent"], budget["used"]) == ("11.00", 1)
    rest = BACK | {"lines": [{"line_id": "1", "quantity": 1}, UNIT]}
    assert len((await done(ops, "POST", back, rest))["events"]) == 4
    budget = (await ops.get("/v1/promotions/spring")).json()["budgets"][0]
    assert (budget["spent"], budget["used"]) == ("0.00", 0)
    receipt = await done(ops, "POST", "/v1/redemptions/shop:2", ORDER | {"coupons": ["C-1"]})
    assert len(receipt["events"]) == 4
    await seen(whole, receipt)
    [first, second] = (await ops.get("/v1/redemptions", params={"promotion_id": "spring"})).json()["items"]
    assert (first["amount"], first["rolled_back"]) == ("41.00", "41.00")
    assert (second["order_id"], second["coupon"]) == ("shop:2", "C-1")


async def test_events_of_orders_redeem_and_roll_back(whole: Running) -> None:
    """As the reaction does it, in the log itself; on other events of orders it has nothing to say."""
    await fold(
        whole.runtime.settings.database_url,
        MOVEMENTS,
        in_log(told.ProductDefined(sku="PEN", occurred_on=date(2026, 1, 1), category="Pens")),
    )
    await seen(whole, await started(whole, when="category == 'Pens' && first_purchase"))
    placed, cancelled, back = (
        happened(told.OrderPlaced, "shop:1", "2026-02-01", 8),
        happened(told.OrderCancelled, "shop:1", "2026-02-02", 3),
        happened(told.ReturnReceived, "shop:1", "2026-02-09", 5),
    )
    found = []
    for event in in_log(placed, cancelled, back):
        for _ in range(2):
            done_ = await whole.runtime.log.use(REDEEM.commands, event, by=REDEEM.actor(event), key=REDEEM.key(event))
        [row] = (await whole.get("/v1/redemptions", params={"promotion_id": "spring", "wait_for": done_.token})).json()["items"]
        found.append((row["amount"], row["rolled_back"]))
    assert found == [("72.00", "0"), ("72.00", "27.00"), ("72.00", "72.00")]
    assert REDEEM in SERVICE.reactions
    with pytest.raises(AssertionError, match="does not look at"):
        on(REDEEM, happened(told.DeliveryConfirmed, "shop:1", "2026-02-02", 3))
