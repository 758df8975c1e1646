"""A partner and a sales rep of one id: what is told of the one is nothing of the other's, wherever a payee is named."""

from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running, fold
from hypothesis import given as drawn
from hypothesis import strategies as st
from incentives.contracts import orders_inventory as told
from incentives.domain.calculation import calculate, encoded
from incentives.domain.facts import Facts, Moment
from incentives.domain.words import Payee
from incentives.views.movements import MOVEMENTS

from .plans import document, go, line, plan, quota, rule, ruling
from .settling import rows
from .test_credits_over_http import FLAT, put, seen
from .test_earnings_over_http import happened, in_log
from .test_funds_over_http import done, refused
from .test_points import PROGRAMME

ID = "281"
TIERS = [{"start": "0", "until": "1", "rate": "0.01"}, {"start": "1", "rate": "0.1"}]
ATTAINED = {"attainment": {"measure": "sales", "on": "whole", "prorated": False, "boundary": "start", "tiers": TIERS}}
LESS = {"sanction": {"of": ["attainment"], "causes": ["cross_region"], "takes": "0.5"}}
RULES = (rule(ATTAINED, moment="ordered"), rule(LESS, base="earned", moment="ordered"))
DAYS = ("2026-01-01", "2026-12-31")
YEAR = dict(zip(("first", "last"), DAYS, strict=True))
BOTH = [one.value for one in Payee]
SOLD = in_log(happened(told.OrderPlaced, "shop:1", "2026-02-01", 10, partner_id=ID, sales_rep=ID))
"""900.00, of the partner and by the sales rep."""


async def both(client: Running, **more: Any) -> dict[str, str]:
    """A plan for each kind, of the same rules, and what it pays."""
    found = {}
    for payee in BOTH:
        await go(client, document(*RULES, payee=payee), f"for-{payee}")
        found[payee] = (await client.get(f"/v1/plans/for-{payee}/versions/1/payees/{ID}")).json()["amount"]
    return found


async def test_each_is_measured_by_its_own_quota_and_punished_by_its_own_ruling(whole: Running) -> None:
    await fold(whole.runtime.settings.database_url, MOVEMENTS, SOLD)
    finance, own = whole.as_("finance"), whole.as_("partner", partner_id=ID)
    await put(finance, f"quotas/partner/{ID}/sales", **YEAR, amount="100")
    await seen(finance, "quotas", await put(finance, f"quotas/sales_rep/{ID}/sales", **YEAR, amount="1000"))
    about = {"payee": "sales_rep", "payee_id": ID, "cause": "cross_region", "reason": "seen in CN-W", "on": "2026-02-02"}
    await seen(finance, "rulings", await put(finance, "rulings/case-1", **about))
    assert await both(whole) == {"partner": "90.00", "sales_rep": "4.50"}  # a tenth; and the half of a hundredth
    assert [(one["payee"], one["amount"]) for one in await rows(own, "/v1/quotas")] == [("partner", "100")]
    assert await rows(own, "/v1/rulings") == []
    assert {one["payee"] for one in await rows(finance, "/v1/quotas", payee_id=ID)} == set(BOTH)
    assert [one["amount"] for one in await rows(finance, "/v1/quotas", payee_id=ID, payee="sales_rep")] == ["1000"]


async def test_points_and_plans_of_a_sales_rep_are_not_a_partners_of_its_id(whole: Running) -> None:
    finance, own = whole.as_("finance", subject="eve"), whole.as_("partner", partner_id=ID)
    await put(finance, "points-programmes/club", **PROGRAMME)
    for payee, points in zip(BOTH, (7, 9), strict=True):
        await done(finance, "POST", f"/v1/points/club/{payee}/{ID}/give", {"points": points, "reason": "-", "reference": "r"})
        await go(whole, document(*RULES, payee=payee), f"for-{payee}")
        await put(finance, f"plans/for-{payee}/assignments/{payee}/{ID}")
    assert [(await finance.get(f"/v1/points/club/{payee}/{ID}")).json()["balance"] for payee in BOTH] == [7, 9]
    assert [one["points"] for one in await rows(own, "/v1/points-movements")] == [7]
    assert [one["balance"] for one in await rows(own, "/v1/points")] == [7]
    assert (await own.get(f"/v1/points/club/sales_rep/{ID}")).json()["code"] == "points_unknown"
    redeem = {"reward_id": "mug", "reference": "r-1"}
    assert await refused(own, "POST", f"/v1/points/club/sales_rep/{ID}/redeem", redeem) == (403, "not_yours")
    assert [one["plan_id"] for one in await rows(own, "/v1/assignments")] == ["for-partner"]
    its = f"/v1/plans/for-sales_rep/assignments/sales_rep/{ID}"
    assert (await own.get(its)).json()["code"] == "assignment_unknown"
    assert await refused(own, "POST", f"{its}/acknowledge", {"version": 1}) == (404, "assignment_unknown")


async def test_a_plan_pays_one_kind_of_payees_for_ever(whole: Running) -> None:
    finance = whole.as_("finance", subject="eve")
    await go(whole, document(rule(FLAT)))
    others = document(rule(FLAT), payee="sales_rep")
    assert await refused(finance, "PUT", "/v1/plans/dealers", others) == (409, "plan_pays_others")
    assert await refused(finance, "PUT", f"/v1/plans/dealers/assignments/sales_rep/{ID}", {}) == (409, "plan_pays_others")
    await put(finance, "points-programmes/club", **PROGRAMME)
    asked = {"plan_id": "dealers", "version": 1}
    assert await refused(finance, "POST", f"/v1/points/club/sales_rep/{ID}/earn", asked) == (409, "plan_pays_others")


@pytest.mark.parametrize("payee", list(Payee))
@drawn(amounts=st.lists(st.integers(1, 2_000), min_size=1, max_size=4, unique=True), cause=st.sampled_from(["cross_region", "low_price"]))
def test_what_is_told_of_the_other_kind_changes_no_byte(payee: Payee, amounts: list[int], cause: str) -> None:
    made = plan(*RULES, payee=payee.value)
    other = next(one for one in Payee if one is not payee)
    lines = [line(at, 400, moment=Moment.ORDERED, sales_rep="p-1") for at in range(3)]
    own = Facts(lines=lines, quotas=(quota(1_000, *DAYS, payee=payee),), rulings=(ruling("cross_region", "2026-02-02", payee=payee),))
    strange = Facts(
        quotas=tuple(quota(one, *DAYS, payee=other) for one in amounts),
        rulings=(ruling(cause, "2026-02-03", "s", payee=other),),
    )
    mixed = Facts(lines=lines, quotas=(*strange.quotas, *own.quotas), rulings=(*strange.rulings, *own.rulings))
    found = calculate("dealers", 1, made, own)
    assert encoded(calculate("dealers", 1, made, mixed)) == encoded(found)
    assert sum((one.amount for one in found), Decimal(0)) > 0
