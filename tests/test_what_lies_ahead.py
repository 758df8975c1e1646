"""What may be dated ahead can be withdrawn, in every service: then it is as if nobody had planned it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib import import_module
from typing import Any, NamedTuple, get_type_hints

import pytest
from channel_events.pure import Decider, Known, Rejected, command_type
from channel_terms import PLANNED, Reader
from channel_testing import TODAY
from incentives.domain.cost import COST, SetCost
from incentives.domain.coupon import IssueCoupon
from incentives.domain.fund.budget import OpenFund, SetBudget
from incentives.domain.fund_part.commands import EndFundRequest, RequestFund
from incentives.domain.payout_share import PAYOUT_SHARE, SharePayout
from incentives.domain.plan.commands import ApprovePlan, DraftPlan, SimulatePlan, SubmitPlan, WithdrawPlan
from incentives.domain.plan.decide import PLAN
from incentives.domain.promotion.commands import DefinePromotion, EndPromotion
from incentives.domain.quota import QUOTA, SetQuota
from incentives.domain.responsibility import RESPONSIBILITY, SetResponsibility
from incentives.domain.stock_rotation import OpenStockRotation, WithdrawStockRotation
from incentives.domain.superior import SUPERIOR, SetSuperior, WithdrawSuperior
from incentives.domain.support_agreement import AgreeSupport, WithdrawSupport
from msgspec import Struct
from orders_inventory.domain.price import PRICE, SetPrice, WithdrawPrice
from partner_registry.domain.partner import (
    PARTNER,
    ApplyPartner,
    GrantChildrenAccess,
    MovePartner,
    RevokeChildrenAccess,
    WithdrawChildrenAccess,
    WithdrawMove,
)
from qudao_checks.rooms import SERVICES

NOW, AHEAD = TODAY.isoformat(), (TODAY + timedelta(days=60)).isoformat()
DAYS = [TODAY + timedelta(days=days) for days in (0, 59, 60, 400)]


class Case(NamedTuple):
    """``tells`` of a state what holds on a day."""

    decider: Decider[Any, Any, Any]
    before: list[Struct]
    planned: list[Struct]
    withdrawn: Struct
    tells: Callable[[Any, date], Any]


def of(cls: type[Struct], **said: Any) -> Struct:
    return Reader(cls).read(said)


def plan(title: str, valid_from: str) -> list[Struct]:
    rule = {
        "rule_id": "all", "pays": {"flat": {"rate": "0.05"}}, "base": "net", "moment": "ordered", "window": "year",
        "examples": [{"says": "a hundred", "lines": [{"on": valid_from, "net": "100.00"}], "pays": "5.00"}],
    }  # fmt: skip
    about = {"payee": "partner", "currency": "CNY", "rounding": "half_up", "exclusive": "best", "rules": [rule]}
    version = 1 if title == "old" else 2
    return [
        of(DraftPlan, plan_id="p", by="ann", title=title, valid_from=valid_from, **about),
        *(of(step, plan_id="p", version=version, by="ann") for step in (SimulatePlan, SubmitPlan)),
        of(ApprovePlan, plan_id="p", version=version, by="bob"),
    ]


PARTNER_THERE = of(ApplyPartner, partner_id="p", name="P", channel_type="retailer", territory="CN", on="2026-01-01")
GRANT = of(GrantChildrenAccess, partner_id="p", agreement="A-1", on="2026-02-01")
ACCESS_BACK = of(WithdrawChildrenAccess, partner_id="p", on=AHEAD)
_price = {"price_list": "retail", "currency": "CNY", "sku": "A"}
_quota = {"payee": "partner", "payee_id": "p", "measure": "net"}
_cost = {"sku": "A", "currency": "CNY"}
_responsible = {"payee": "partner", "territory": "CN", "payee_id": "p"}


def _shared(member: str) -> dict[str, Any]:
    return {"payee": "partner", "payee_id": "p", "members": [{"member": "partner", "member_id": member, "share": "1"}]}


OTHERWISE: dict[type[Struct], type[Struct] | str] = {
    OpenFund: SetBudget,
    RequestFund: EndFundRequest,
    DefinePromotion: EndPromotion,
    IssueCoupon: "only its end is dated",
    AgreeSupport: WithdrawSupport,
    OpenStockRotation: WithdrawStockRotation,
}
"""What takes these back is no matter of days: it can be done before and after."""


def price_on(prices: Any, day: date) -> Any:
    return next((price for since, price in sorted(prices.items(), reverse=True) if since <= day), None)


def agreement(partner: Any, day: date) -> Any:
    return partner.agreement_on(day)


def rating_on(plan: Any, day: date) -> Any:
    """The version by which lines of the day are rated, as the list and as the calculation find it."""
    rated = {number: plan.rated(number) for number in range(1, len(plan.versions) + 1)}
    found = [number for number, one in rated.items() if one is not None and one.life.first <= day <= one.life.last]
    return plan.in_force(day).plan.title, found


CASES = {
    "move": Case(
        PARTNER,
        [PARTNER_THERE],
        [of(MovePartner, partner_id="p", territory="CN-E", on=AHEAD)],
        of(WithdrawMove, partner_id="p", on=AHEAD),
        lambda partner, day: partner.place_on(day),
    ),
    "grant": Case(PARTNER, [PARTNER_THERE], [of(GrantChildrenAccess, partner_id="p", agreement="A-1", on=AHEAD)], ACCESS_BACK, agreement),
    "other agreement": Case(
        PARTNER, [PARTNER_THERE, GRANT], [of(GrantChildrenAccess, partner_id="p", agreement="A-2", on=AHEAD)], ACCESS_BACK, agreement
    ),
    "revocation": Case(PARTNER, [PARTNER_THERE, GRANT], [of(RevokeChildrenAccess, partner_id="p", on=AHEAD)], ACCESS_BACK, agreement),
    "price": Case(
        PRICE,
        [of(SetPrice, **_price, unit_price="3.50", valid_from="2026-01-01")],
        [of(SetPrice, **_price, unit_price="4.00", valid_from=AHEAD)],
        of(WithdrawPrice, **_price, valid_from=AHEAD),
        price_on,
    ),
    "plan": Case(
        PLAN,
        plan("old", "2026-01-01"),
        plan("new", AHEAD),
        of(WithdrawPlan, plan_id="p", version=2, by="bob"),
        rating_on,
    ),
    "quota": Case(
        QUOTA,
        [of(SetQuota, **_quota, first="2026-01-01", last=NOW, amount="100.00")],
        [of(SetQuota, **_quota, first=AHEAD, last=AHEAD, amount="200.00")],
        of(SetQuota, **_quota, first=AHEAD, last=AHEAD, amount="0"),
        lambda quotas, day: {one for one in quotas if one.first <= day <= one.last},
    ),
    "cost": Case(
        COST,
        [of(SetCost, **_cost, since="2026-01-01", unit_cost="2.00")],
        [of(SetCost, **_cost, since=AHEAD, unit_cost="3.00")],
        of(SetCost, **_cost, since=AHEAD),
        price_on,
    ),
    "payout shares": Case(
        PAYOUT_SHARE,
        [of(SharePayout, **_shared("p-1"), since="2026-01-01")],
        [of(SharePayout, **_shared("p-2"), since=AHEAD)],
        of(SharePayout, payee="partner", payee_id="p", since=AHEAD),
        lambda held, day: [one.members for one in sorted(held, key=lambda one: one.since) if one.since <= day][-1:],
    ),
    "responsibility": Case(
        RESPONSIBILITY,
        [of(SetResponsibility, **_responsible, first="2026-01-01", last=NOW)],
        [of(SetResponsibility, **_responsible, first=AHEAD)],
        of(SetResponsibility, **_responsible, first=AHEAD, share="0"),
        lambda held, day: {one.first for one in held if one.holds(day)},
    ),
    "superior": Case(
        SUPERIOR,
        [of(SetSuperior, payee_id="ann", above="bob", since="2026-01-01")],
        [of(SetSuperior, payee_id="ann", above="cid", since=AHEAD)],
        of(WithdrawSuperior, payee_id="ann", since=AHEAD),
        lambda links, day: [one.above for one in links["ann"] if one.since <= day][-1],
    ),
}
SET_AGAIN = {"quota", "cost", "responsibility", "payout shares"}
"""Taken back by the same command, which says another thing of the same day: that is a change, also of what has begun."""


def after(decider: Decider[Any, Any, Any], commands: list[Struct]) -> Any:
    state = decider.initial
    for command in commands:
        for event in list(decider.decide(command, state, Known(TODAY))):
            state = decider.evolve(state, event)
    return state


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_was_planned_and_is_withdrawn_never_holds(case: Case) -> None:
    without, planned, withdrawn = (
        [case.tells(after(case.decider, commands), day) for day in DAYS]
        for commands in (case.before, [*case.before, *case.planned], [*case.before, *case.planned, case.withdrawn])
    )
    assert planned[:2] == without[:2]
    assert planned[2:] != without[2:]
    assert withdrawn == without


@pytest.mark.parametrize(
    "case", [one for name, one in CASES.items() if name not in SET_AGAIN], ids=[one for one in CASES if one not in SET_AGAIN]
)
def test_what_has_begun_is_not_withdrawn_but_by_a_history_that_is_brought_in(case: Case) -> None:
    state = after(case.decider, [*case.before, *case.planned])
    day = TODAY + timedelta(days=60)
    with pytest.raises(Rejected):
        list(case.decider.decide(case.withdrawn, state, Known(day)))
    assert list(case.decider.decide(case.withdrawn, state, Known(day, imported=True)))


def test_every_command_that_may_be_dated_ahead_is_among_them() -> None:
    for name in SERVICES:
        import_module(f"{name}.app")
    dated = {cls for cls in structs(Struct) if is_command(cls) and may_lie_ahead(cls)} - OTHERWISE.keys()
    ways_back = {type(case.withdrawn) for case in CASES.values()}
    assert {type(case.planned[0]) for case in CASES.values()} == dated - (ways_back - {SetQuota, SetCost, SetResponsibility, SharePayout})


def structs(cls: type) -> Iterator[type[Any]]:
    subclasses: list[type[Any]] = cls.__subclasses__()
    for one in subclasses:
        yield one
        yield from structs(one)


def is_command(cls: type) -> bool:
    try:
        return command_type(cls) is not None and cls.__module__.split(".")[0] in SERVICES
    except TypeError:
        return False


def may_lie_ahead(cls: type) -> bool:
    return any(PLANNED in getattr(hint, "__metadata__", ()) for hint in get_type_hints(cls, include_extras=True).values())
