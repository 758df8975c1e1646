"""Estimates: how far it is to the next tier, what an open order will earn, and that who is near is told so once."""

from datetime import date

import pytest
from channel_service.testing import Running, fold
from channel_testing import given
from incentives.contracts import orders_inventory as told
from incentives.domain.near_tier import NEAR_TIER, NearNextTier, near
from incentives.domain.rule_types import RULE_TYPES
from incentives.views.movements import MOVEMENTS

from .plans import document, entries, go, line, plan, quota, rule
from .settling import arrive, begin, posted, until
from .test_credits_over_http import later
from .test_earnings_over_http import ORDERS, happened

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
    done = (await own.get(path, params={"order_id": "shop:1"})).json()
    assert done["amount"] == "18.00"  # 2 % of 1,080, without it 1 % of 360
    assert (await own.get(path)).json()["amount"] == "0"
    assert (await own.get(path, params={"order_id": "shop:404"})).json()["code"] == "order_unknown"
    assert (await other.get(path)).status_code == 404


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
