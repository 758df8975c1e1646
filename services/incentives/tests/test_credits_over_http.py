"""Who is credited, at which rate and with which guarantees, through the doors: told there, and seen by a plan."""

from datetime import date
from typing import Any

import pytest
from channel_events import Recorded
from channel_service.partners import PartnerApplied
from channel_service.testing import Running, fold
from channel_testing import recorded
from incentives.contracts import orders_inventory as told
from incentives.contracts.partner_registry import TerritoryDefined
from incentives.views.movements import MOVEMENTS
from incentives.views.partner_copy import PARTNERS

from .plans import document, go, rule
from .test_earnings_over_http import ORDERS, earned, happened, in_log


def later(*events: Any) -> list[Recorded]:
    """What happened after `ORDERS`."""
    return [recorded(one, position=at, id=f"event-{at}") for at, one in enumerate(events, len(ORDERS) + 1)]


FLAT = {"flat": {"rate": "0.1"}}
NEW_YEAR = date(2026, 1, 1)


async def put(client: Running, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.put(f"/v1/{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def seen(client: Running, path: str, receipt: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/{path}", params={"wait_for": receipt["token"]})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def amounts(client: Running, *payees: str) -> list[str]:
    return [(await earned(client, payee))["amount"] for payee in payees]


@pytest.fixture
async def finance(whole: Running) -> Running:
    """Twelve pens of p-1, sold by ann in CN-E; p-1 is under p-0, CN-E in CN."""
    url = whole.runtime.settings.database_url
    await fold(url, MOVEMENTS, ORDERS)
    partners = [PartnerApplied("p-0", "Jade Group", "distributor", "CN", NEW_YEAR)]
    partners += [PartnerApplied(name, name, "store", "CN-E", NEW_YEAR, parent="p-0") for name in ("p-1", "p-2")]
    await fold(url, PARTNERS, in_log(TerritoryDefined(territory="CN-E", parent="CN"), *partners))
    return whole.as_("finance")


@pytest.mark.row("IN-12")
async def test_an_order_is_split_and_more_than_all_of_it_counts_only_where_the_plan_declares_overlays(finance: Running) -> None:
    plan = document(rule(FLAT, moment="ordered"), payee="sales_rep")
    await go(finance, plan)
    await go(finance, plan | {"overlays": True}, "overlaid")
    shares = [{"payee_id": "ann", "share": "0.75"}, {"payee_id": "bob", "share": "0.25"}]
    shares.append({"payee_id": "eve", "share": "0.5", "counts": "overlay"})
    receipt = await put(finance, "splits/sales_rep/shop:1", shares=shares)
    assert [(one["payee_id"], one["share"], one["counts"]) for one in await seen(finance, "splits", receipt)] == [
        ("ann", "0.75", "credit"),
        ("bob", "0.25", "credit"),
        ("eve", "0.5", "overlay"),
    ]
    assert await amounts(finance, "ann", "bob", "eve") == ["90.00", "18.00", "0"]  # 720 are split, the other 360 are ann's
    overlaid = [(await finance.get(f"/v1/plans/overlaid/versions/1/payees/{one}")).json()["amount"] for one in ("ann", "bob", "eve")]
    assert overlaid == ["90.00", "18.00", "36.00"]
    [entry] = (await earned(finance, "bob"))["entries"]
    [line] = (await finance.get(f"/v1/explain/{entry['entry_id']}")).json()["lines"]
    assert (line["order_id"], line["share"], line["counted"]) == ("shop:1", "0.25", "180.00")
    # Told late, it gives other entries; taken back, the old ones.
    receipt = await put(finance, "splits/sales_rep/shop:1", shares=[{"payee_id": "bob", "share": "1"}])
    assert [one["payee_id"] for one in await seen(finance, "splits", receipt)] == ["bob"]
    assert await amounts(finance, "ann", "bob") == ["36.00", "72.00"]
    assert await seen(finance, "splits", await put(finance, "splits/sales_rep/shop:1", shares=[])) == []
    assert await amounts(finance, "ann", "bob") == ["108.00", "0"]


@pytest.mark.row("IN-12")
@pytest.mark.parametrize(
    "shares",
    [
        [{"payee_id": "ann", "share": "0.75"}, {"payee_id": "bob", "share": "0.5"}],
        [{"payee_id": "ann", "share": "0.75"}],
        [{"payee_id": "ann", "share": "1", "counts": "overlay"}],
        [{"payee_id": "ann", "share": "0.5"}, {"payee_id": "ann", "share": "0.5"}],
        [{"payee_id": "ann", "share": "1"}, {"payee_id": "bob", "share": "0"}],
    ],
)
async def test_shares_come_to_all_of_it(client: Running, shares: list[dict[str, str]]) -> None:
    answer = await client.as_("finance").put("/v1/splits/sales_rep/shop:1", json={"shares": shares})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.row("IN-13")
async def test_overrides_and_level_differences_follow_the_hierarchy_of_partners(finance: Running) -> None:
    tiers = [{"start": "0", "until": "1500", "rate": "0.03"}, {"start": "1500", "rate": "0.05"}]
    await fold(
        finance.runtime.settings.database_url,
        MOVEMENTS,
        later(happened(told.OrderPlaced, "shop:9", "2026-03-01", 10, partner_id="p-0")),
    )
    override = rule({"override": {"rates": ["0.02"]}}, credit="above", moment="ordered")
    difference = rule({"level_difference": {"boundary": "start", "tiers": tiers}}, credit="group", moment="ordered")
    await go(finance, document(override, difference))
    above, below = await earned(finance, "p-0"), await earned(finance, "p-1")
    # 2 % of the 1,080 below; 5 % of its own 900, and the 2 % more than p-1 of the 1,080 below.
    assert [one["amount"] for one in above["entries"]] == ["21.60", "66.60"]
    assert [one["amount"] for one in below["entries"]] == ["32.40"]
    lines = (await finance.get(f"/v1/explain/{above['entries'][0]['entry_id']}")).json()["lines"]
    assert {tuple(one["through"]) for one in lines} == {("p-1",)}
    # Who is above sees what it earns by it, and of whose orders nothing that it may not see anyway.
    own = finance.as_("partner", partner_id="p-0")
    assert await earned(own, "p-0") == above
    shown = (await own.get(f"/v1/explain/{above['entries'][0]['entry_id']}")).json()["lines"]
    assert {(one["order_id"], one["event_id"], *one["through"]) for one in shown} == {("", "", "")}
    assert [one["counted"] for one in shown] == [one["counted"] for one in lines]
    assert (await own.get("/v1/plans/dealers/versions/1/payees/p-1")).status_code == 404


@pytest.mark.row("IN-13")
async def test_overrides_follow_the_superiors_of_sales_reps_as_they_were_on_the_day(finance: Running) -> None:
    await go(finance, document(rule({"override": {"rates": ["0.02", "0.01"]}}, credit="above", moment="ordered"), payee="sales_rep"))
    await put(finance, "superiors/ann", above="bob", since="2026-01-01")
    await put(finance, "superiors/bob", above="cid", since="2026-01-01")
    receipt = await put(finance, "superiors/ann", above="eve", since="2026-02-02")
    assert [(one["payee_id"], one["above"]) for one in await seen(finance, "superiors", receipt)] == [
        ("ann", "bob"),
        ("ann", "eve"),
        ("bob", "cid"),
    ]
    assert await amounts(finance, "bob", "cid", "eve") == ["21.60", "10.80", "0"]
    ring = await finance.put("/v1/superiors/cid", json={"above": "ann", "since": "2026-01-15"})
    assert ring.json()["code"] == "superior_ring"
    await put(finance, "superiors/cid", since="2026-01-01")
    await put(finance, "superiors/cid", above="ann", since="2026-02-02")  # from when ann is under eve, it is no ring


@pytest.mark.row("IN-12")
async def test_territories_are_credited_and_never_come_to_more_than_all_of_it(finance: Running) -> None:
    await go(finance, document(rule(FLAT, credit="territory", moment="ordered"), payee="sales_rep"))
    await put(finance, "responsibilities/sales_rep/CN/cid", first="2026-01-01")
    receipt = await put(finance, "responsibilities/sales_rep/CN-E/ann", first="2026-01-01", share="0.6")
    assert len(await seen(finance, "responsibilities", receipt)) == 2
    assert await amounts(finance, "ann", "cid") == ["64.80", "0"]
    too_much = await finance.put("/v1/responsibilities/sales_rep/CN-E/bob", json={"first": "2026-03-01", "share": "0.5"})
    assert too_much.json()["code"] == "responsibility_too_much"
    twice = await finance.put("/v1/responsibilities/sales_rep/CN-E/ann", json={"first": "2026-03-01", "share": "0.1"})
    assert twice.json()["code"] == "responsibility_twice"
    receipt = await put(finance, "responsibilities/sales_rep/CN-E/ann", first="2026-01-01", share="0")
    assert len(await seen(finance, "responsibilities", receipt)) == 1
    assert await amounts(finance, "ann", "cid") == ["0", "108.00"]
    other = finance.as_("partner", partner_id="cid")
    assert (await other.get("/v1/responsibilities")).json()["items"] == []  # a partner is no sales rep that is called like it


@pytest.mark.row("IN-35")
async def test_what_is_earned_in_one_currency_is_paid_in_another_at_a_rate_that_stays(finance: Running) -> None:
    abroad = happened(told.OrderPlaced, "shop:9", "2026-03-01", 10, currency="USD")
    await fold(finance.runtime.settings.database_url, MOVEMENTS, later(abroad))
    await go(finance, document(rule(FLAT, moment="ordered", window="quarter"), foreign="exchanged", pays_in="JPY"))
    assert (await earned(finance))["amount"] == "0"
    await put(finance, "exchange-rates/USD/CNY/2026-02-20", rate="7.2")
    receipt = await put(finance, "exchange-rates/CNY/JPY/2026-03-31", rate="20.123")
    assert len(await seen(finance, "exchange-rates", receipt)) == 2
    found = await earned(finance)
    assert (found["currency"], found["amount"]) == ("JPY", "15213")  # a tenth of 1,080 and of 900 at 7.2 is 756, at 20.123
    explained = (await finance.get(f"/v1/explain/{found['entries'][0]['entry_id']}")).json()
    assert (explained["unrounded"], explained["exchanged"]) == (
        "756",
        {"base": "CNY", "quote": "JPY", "on": "2026-03-31", "rate": "20.123"},
    )
    assert [one["exchanged"] and one["exchanged"]["rate"] for one in explained["lines"]] == [None, None, "7.2"]
    again = await finance.put("/v1/exchange-rates/CNY/JPY/2026-03-31", json={"rate": "21"})
    assert again.json()["code"] == "exchange_rate_exists"
    await seen(finance, "exchange-rates", await put(finance, "exchange-rates/CNY/JPY/2026-04-01", rate="30"))
    assert await earned(finance) == found


@pytest.mark.row("IN-11")
async def test_a_margin_is_net_without_the_cost_of_its_day(finance: Running) -> None:
    await go(finance, document(rule(FLAT, moment="ordered", base="margin")))
    assert (await earned(finance))["amount"] == "0.00"
    await put(finance, "costs/PEN/CNY", since="2026-01-01", unit_cost="50.00")
    receipt = await put(finance, "costs/PEN/CNY", since="2026-06-01", unit_cost="80.00")
    assert len(await seen(finance, "costs", receipt)) == 2
    assert (await earned(finance))["amount"] == "48.00"  # a tenth of 12 at 90 - 50
    assert (await finance.as_("partner", partner_id="p-1").get("/v1/costs")).status_code == 403
    await seen(finance, "costs", await put(finance, "costs/PEN/CNY", since="2026-01-01"))
    assert (await earned(finance))["amount"] == "0.00"


@pytest.mark.row("IN-14")
@pytest.mark.parametrize(
    ("limits", "window", "amounts"),
    [
        ({"most_counted": "1000"}, "year", ["100.00"]),
        ({"most_each": "500"}, "year", ["86.00"]),  # 720 and 360
        ({"most_paid": "50.00"}, "year", ["50.00"]),
        ({"most_paid": "50.00"}, "deal", ["50.00", "36.00"]),
        ({"least_paid": "50.00"}, "deal", ["72.00", "0.00"]),
        ({"guaranteed": "50.00"}, "deal", ["72.00", "50.00"]),
        ({"guaranteed": "200.00"}, "year", ["200.00"]),
    ],
)
async def test_caps_floors_and_minima_of_a_deal_or_a_period(finance: Running, limits: Any, window: str, amounts: list[str]) -> None:
    await go(finance, document(rule(FLAT, moment="ordered", window=window, limits=limits)))
    assert [one["amount"] for one in (await earned(finance))["entries"]] == amounts


@pytest.mark.row("IN-14")
@pytest.mark.row("IN-15")
@pytest.mark.parametrize(("recovered", "made_up"), [(False, ["92.00", "200.00", "0.00"]), (True, ["92.00", "200.00", "-292.00"])])
async def test_draws_are_made_up_when_the_month_is_over_and_recovered_or_kept(finance: Running, recovered: Any, made_up: list[str]) -> None:
    sold = happened(told.OrderPlaced, "shop:9", "2026-04-01", 100)
    await fold(finance.runtime.settings.database_url, MOVEMENTS, later(sold))
    pays = {"guarantee": {"of": ["flat"], "measure": "draw", "recovered": recovered}}
    await go(finance, document(rule(FLAT, moment="ordered", window="month"), rule(pays, base="earned", window="month")))
    for month, last in (("02", "28"), ("03", "31")):
        receipt = await put(finance, "quotas/partner/p-1/draw", first=f"2026-{month}-01", last=f"2026-{month}-{last}", amount="200")
    await seen(finance, "quotas", receipt)
    entries = (await earned(finance))["entries"]
    assert [one["amount"] for one in entries if one["rule_id"] == "guarantee"] == made_up
    assert next(one for one in entries if one["rule_id"] == "guarantee")["en"] == [
        "made up to what is guaranteed, or recovered of it: 100% of 92"
    ]
