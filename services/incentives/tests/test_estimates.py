"""Estimates: how far it is to the next tier, what an open order will earn, and that who is near is told so once."""

from datetime import date
from typing import Any

import pytest
from channel_service.partners import PartnerApplied
from channel_service.testing import Running, fold
from channel_testing import given
from incentives.contracts import orders_inventory as told
from incentives.domain.near_tier import NEAR_TIER, NearNextTier, near
from incentives.domain.rule_types import RULE_TYPES
from incentives.views.movements import MOVEMENTS
from incentives.views.partner_copy import PARTNERS

from .plans import document, entries, go, line, plan, quota, rule
from .settling import arrive, begin, posted, until
from .test_credits_over_http import NEW_YEAR, later
from .test_earnings_over_http import ORDERS, happened, in_log

TIERS = [
    {"start": "0", "until": "1000", "rate": "0.01"},
    {"start": "1000", "until": "3000", "rate": "0.02"},
    {"start": "3000", "rate": "0.03"},
]
SLAB = {"slab": {"boundary": "start", "tiers": TIERS}}
AHEAD = {
    "slab": 1000,
    "stepped": 1000,
    "rolling": 1000,
    "total": 1000,
    "bonus": 100_000,
    "increment": 1000,
    "interpolated": 100_000,
    "attainment": 50_000,  # all of the quota
}


@pytest.mark.parametrize("name", AHEAD)
def test_an_entry_knows_from_where_on_more_is_paid(name: str) -> None:
    made = plan(rule({name: RULE_TYPES[name].example}, window="quarter"))
    [one] = entries(made, line(1, 900), quotas=[quota(50_000, "2026-01-01", "2026-03-31")])
    assert one.ahead == AHEAD[name]
    assert one.rated == 900
    beyond = entries(made, line(1, 10_000_000), quotas=[quota(50_000, "2026-01-01", "2026-03-31")])
    assert beyond[0].ahead is None or name == "increment"


def test_who_is_near_is_told_once_while_the_window_lasts() -> None:
    made = plan(rule(SLAB, window="quarter"), near="0.1")
    [far], [close] = entries(made, line(1, 899)), entries(made, line(1, 900))
    assert near(made, far) is None
    assert near(plan(rule(SLAB)), close) is None
    note = near(made, close)
    assert note is not None
    assert (note.counted, note.ahead, note.missing) == ("900", "1000", "100")
    said = {name: getattr(note, name) for name in note.__struct_fields__}
    event = NearNextTier(**said, occurred_on=note.last)
    given(NEAR_TIER).known(today=note.last).when(note).then(event)
    given(NEAR_TIER, event).known(today=note.last).when(note).then_nothing()
    given(NEAR_TIER).known(today=note.last.replace(year=2027)).when(note).then_nothing()


@pytest.mark.row("IN-37")
async def test_a_partner_sees_what_it_misses_and_what_an_open_order_will_earn(whole: Running) -> None:
    await fold(whole.runtime.settings.database_url, MOVEMENTS, [*ORDERS, *later(happened(told.OrderPlaced, "shop:9", "2026-03-01", 30))])
    await go(whole, document(rule(SLAB, rule_id="volume", window="life")))
    own, other = whole.as_("partner", partner_id="p-1"), whole.as_("partner", partner_id="p-2")
    path = "/v1/plans/dealers/versions/1/payees/p-1/estimate"
    found = (await own.get(path, params={"order_id": "shop:9"})).json()
    [tier] = found["next_tiers"]
    assert (tier["counted"], tier["ahead"], tier["missing"]) == ("1080", "3000", "1920")
    # 3 % of 3,780 instead of 2 % of 1,080: what the earlier orders earn more by it is its doing.
    assert (found["amount"], [one["amount"] for one in found["order"]]) == ("91.80", ["91.80"])
    assert found["order"][0]["en"] == ["tier 3 is reached: 3% of all 3780"]
    done = (await own.get(path, params={"order_id": "shop:1"})).json()
    assert done["amount"] == "18.00"  # 2 % of 1,080, without it 1 % of 360
    assert (await own.get(path)).json()["amount"] == "0"
    assert (await own.get(path, params={"order_id": "shop:404"})).json()["code"] == "order_unknown"
    assert (await other.get(path)).status_code == 404


def draft(quantity: int, partner_id: str = "p-1", **more: Any) -> dict[str, Any]:
    """Of as many pens as that, at 90 each."""
    lines = [{"sku": "PEN", "quantity": quantity, "unit_price": "100", "discount": str(10 * quantity)}]
    return {"partner_id": partner_id, "currency": "CNY", "lines": lines} | more


@pytest.fixture
async def known(whole: Running) -> Running:
    """Twelve pens of p-1 are shipped. It is under p-2, as p-3 is, who has none."""
    url = whole.runtime.settings.database_url
    await fold(url, MOVEMENTS, ORDERS)
    partners = [PartnerApplied(name, name, "store", "CN-E", NEW_YEAR, parent=above) for name, above in (("p-1", "p-2"), ("p-3", "p-2"))]
    await fold(url, PARTNERS, in_log(PartnerApplied("p-2", "p-2", "dealer", "CN", NEW_YEAR), *partners))
    return whole


async def drafted(client: Running, plan_id: str, payee_id: str, body: dict[str, Any]) -> Any:
    return (await client.post(f"/v1/plans/{plan_id}/versions/1/payees/{payee_id}/estimate", json=body)).json()


@pytest.mark.row("IN-37")
async def test_an_order_that_is_not_placed_is_worth_what_it_is_worth_when_it_is(known: Running) -> None:
    pens = {"when": "category == 'Pens' && channel_type == 'store' && territory == 'CN-E'"}
    first = rule({"flat": {"rate": "0.5"}}, rule_id="first", moment="ordered", window="life", when="first_purchase")
    await go(known, document(rule(SLAB, rule_id="volume", window="life", **pens), first))
    own, at = known.as_("partner", partner_id="p-1"), await known.runtime.log.head()
    found = await drafted(own, "dealers", "p-1", draft(30))
    assert (found["order_id"], found["amount"], [one["rule_id"] for one in found["order"]]) == (None, "91.80", ["volume"])
    assert found["order"][0]["en"] == ["tier 3 is reached: 3% of all 3780"]
    assert await drafted(own, "dealers", "p-1", draft(30)) == found
    assert await known.runtime.log.head() == at  # nothing of it is kept
    new = await drafted(known, "dealers", "p-3", draft(10, "p-3"))
    assert [(one["rule_id"], one["amount"]) for one in new["order"]] == [("first", "450.00"), ("volume", "9.00")]
    placed = happened(told.OrderPlaced, "shop:9", "2026-11-01", 30)
    await fold(known.runtime.settings.database_url, MOVEMENTS, later(placed))
    path = "/v1/plans/dealers/versions/1/payees/p-1/estimate"
    real = (await own.get(path, params={"order_id": "shop:9"})).json()
    assert real["order"] == found["order"]


@pytest.mark.row("IN-37")
async def test_an_order_that_is_not_placed_is_credited_as_one_that_is(known: Running) -> None:
    pays = rule({"override": {"rates": ["0.1"]}}, credit="above", moment="ordered", window="life", when="!first_purchase")
    await go(known, document(pays))
    assert (await drafted(known, "dealers", "p-2", draft(10)))["amount"] == "90.00"
    assert (await drafted(known, "dealers", "p-2", draft(10, "p-3")))["amount"] == "0"  # its first
    assert (await drafted(known, "dealers", "p-3", draft(10)))["amount"] == "0"  # nobody is under it
    reps = rule(SLAB, window="life", moment="ordered", when="!first_purchase")
    await go(known, document(reps, payee="sales_rep"), "reps")
    # bob never sold to p-1, whose orders tell that this is not its first.
    assert (await drafted(known, "reps", "bob", draft(10, sales_rep="bob")))["amount"] == "9.00"


async def test_who_may_not_see_a_partner_learns_nothing_of_it_by_an_order_that_is_not_placed(known: Running) -> None:
    await go(known, document(rule(SLAB, rule_id="volume", window="life")))
    own = known.as_("partner", partner_id="p-1")
    assert (await drafted(own, "dealers", "p-2", draft(1)))["code"] == "plan_unknown"
    assert (await drafted(own, "dealers", "p-1", draft(1, "p-3")))["code"] == "partner_unknown"
    assert (await drafted(known, "dealers", "p-1", draft(1, "p-404")))["code"] == "partner_unknown"
    wrong = draft(1, lines=[{"sku": "PEN", "quantity": 1, "unit_price": "1.00", "discount": "1.01"}])
    bodies: tuple[Any, ...] = (wrong, draft(0), draft(1, lines=[]), draft(1) | {"note": "x"}, draft(1, currency="cny"), [])
    for body in bodies:
        assert (await known.post("/v1/plans/dealers/versions/1/payees/p-1/estimate", json=body)).status_code == 422


@pytest.mark.row("IN-37")
async def test_that_a_payee_is_near_is_an_event_once(whole: Running) -> None:
    await go(whole, document(rule(SLAB, rule_id="volume", window="life"), near="0.65"))
    await arrive(whole, ORDERS)
    await begin(whole, begins="2026-11-01")
    told_of = {"stream": "near_tier/dealers~1~volume~~p-1~2026-01-01/3000"}
    [event] = await until(whole, "/v1/events", lambda found: len(found) > 0, **told_of)
    assert (event["data"]["payee_id"], event["data"]["ahead"], event["data"]["missing"]) == ("p-1", "3000", "1920")
    await arrive(whole, later(happened(told.ShipmentHandedOver, "shop:9", "2026-03-01", 1, placed_on=date(2026, 3, 1))))
    await posted(whole, "21.60", "1.80")
    assert len(await until(whole, "/v1/events", bool, **told_of)) == 1
