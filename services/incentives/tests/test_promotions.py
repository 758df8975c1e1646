"""Promotions: what an order redeems, to the cent, and what of it comes back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_testing import feed, given
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from incentives.domain.coupon import COUPON, Coupon, CouponGivenBack, CouponIssued, CouponUsed, GiveBackCoupon, IssueCoupon, UseCoupon
from incentives.domain.promotion.commands import DefinePromotion, EndPromotion, PausePromotion, Spend, StartPromotion
from incentives.domain.promotion.decide import PROMOTION, Promotion, PromotionStatus, Spent
from incentives.domain.promotion.events import PromotionBudgetSpent, PromotionDefined, PromotionPaused, PromotionStarted
from incentives.domain.promotion.terms import Budget, Effect, FreeUnits, Funding, PromotionTerms
from incentives.domain.redemption.choosing import Candidate
from incentives.domain.redemption.commands import Redeem, RedeemPromotions, RollBackRedemption, UnitsBack
from incentives.domain.redemption.decide import REDEMPTION
from incentives.domain.redemption.events import PromotionPassedOver, PromotionRedeemed, RedemptionRolledBack
from incentives.domain.redemption.needs import FirstOrder
from incentives.domain.redemption.order import OrderedLine
from incentives.views.promotions import PROMOTIONS
from msgspec.structs import asdict, replace

DAY = date(2026, 3, 10)
BRAND = (Funding(payer="brand", share=Decimal("0.7")), Funding(payer="partner", share=Decimal("0.3")))
TENTH = Effect(percent=Decimal("0.1"))
TERMS = PromotionTerms(title="Spring", currency="CNY", first=date(2026, 3, 1), last=date(2026, 5, 31), effect=TENTH, funding=BRAND)


def running(name: str = "spring", *, used: int = 0, coupons: tuple[Coupon, ...] = (), spent: Any = None, **more: Any) -> Candidate:
    terms = replace(TERMS, **more)
    sums = tuple(Spent() for _ in terms.budgets) if spent is None else spent
    promotion = Promotion(terms=terms, status=PromotionStatus.RUNNING, spent=sums)
    return Candidate(promotion_id=name, promotion=promotion, used=used, coupons=coupons)


def line(line_id: str, quantity: int, price: str, **more: Any) -> OrderedLine:
    return OrderedLine(line_id=line_id, sku=f"SKU-{line_id}", quantity=quantity, unit_price=Decimal(price), **more)


LINES = (line("1", 3, "33.33"), line("2", 1, "0.01"), line("3", 10, "20.00", discount=Decimal(50)))


def order(*lines: OrderedLine, **more: Any) -> RedeemPromotions:
    about: dict[str, Any] = {"order_id": "o-1", "partner_id": "p-1", "channel_type": "store", "currency": "CNY"}
    return RedeemPromotions(**about | {"on": DAY} | more, lines=lines or LINES)


def redeem(*candidates: Candidate, of: RedeemPromotions | None = None, **more: Any) -> list[Any]:
    known = {"categories": {}, "first_order": None} | more
    return list(given(REDEMPTION).when(Redeem(order=of or order(), candidates=candidates, **known)).events)


def amounts(*candidates: Candidate, **more: Any) -> dict[str, Decimal | str]:
    return {one.promotion_id: getattr(one, "amount", None) or one.reason for one in redeem(*candidates, **more)}


@pytest.mark.parametrize(
    ("effect", "lines"),
    [
        (TENTH, {"1": "10.00", "3": "15.00"}),  # of 99.99, 0.01 and 150.00: 25.00 in all
        (Effect(per_unit=Decimal("2.00")), {"1": "6.00", "2": "0.01", "3": "20.00"}),  # never more than a line comes to
        (Effect(amount=Decimal("100.00")), {"1": "40.00", "3": "60.00"}),
        (Effect(amount=Decimal("1000.00")), {"1": "99.99", "2": "0.01", "3": "150.00"}),
        (Effect(free=FreeUnits(buy=2, get=1)), {"1": "33.33", "3": "45.00"}),  # three of ten units at 15.00
    ],
)
def test_what_each_effect_takes_off(effect: Effect, lines: dict[str, str]) -> None:
    [event] = redeem(running(effect=effect))
    assert {one.line_id: str(one.amount) for one in event.lines} == lines
    assert sum(one.amount for one in event.funding) == event.amount == sum(one.amount for one in event.lines)


def test_who_it_is_for() -> None:
    assert amounts(running(when="sku == 'SKU-3'")) == {"spring": Decimal("15.00")}
    assert amounts(running(channels=("store",))) == {"spring": Decimal("25.00")}
    assert amounts(running(when="category == 'Pens'"), categories={"SKU-1": ((date(2026, 1, 1), "Pens"),)}) == {"spring": Decimal("10.00")}
    for other in (
        {"channels": ("online",)},
        {"currency": "USD"},
        {"last": date(2026, 3, 9)},
        {"first": date(2026, 3, 11)},
        {"when": "sku == 'X'"},
        {"coupon": True},
    ):
        assert redeem(running(**other)) == []
    assert redeem(running(when="first_purchase"), first_order=FirstOrder(date(2026, 3, 9), "o-0")) == []
    assert amounts(running(when="first_purchase"), first_order=FirstOrder(DAY, "o-1")) == {"spring": Decimal("25.00")}
    assert amounts(running(least=Decimal("250.01"))) == {"spring": "too_little"}
    assert amounts(running(per_partner=1, used=1)) == {"spring": "partner_limit"}


def test_one_after_another_in_their_order_and_of_exclusive_ones_the_first() -> None:
    first, second = running("b", priority=1), running("a", priority=2)
    assert amounts(first, second) == {"b": Decimal("25.00"), "a": Decimal("22.50")}
    assert amounts(first, replace(second, promotion=running(priority=2, on_rest=False).promotion)) == {"b": 25, "a": 25}
    whole = running("all", priority=0, effect=Effect(percent=Decimal(1)))
    assert amounts(whole, first) == {"all": Decimal("250.00"), "b": "nothing_left"}
    assert amounts(running("b", priority=1, exclusive="g"), running("a", priority=2, exclusive="g")) == {"b": 25, "a": "exclusive"}
    # One that does not fit its budget does not stand in the way of the next.
    out = running("b", priority=1, exclusive="g", budgets=(Budget(spend=Decimal("24.99")),))
    assert amounts(out, running("a", priority=2, exclusive="g")) == {"b": "budget_exhausted", "a": 25}


def test_budgets_by_spend_by_orders_and_by_type_of_channel() -> None:
    spend = (Budget(spend=Decimal("100.00")),)
    assert amounts(running(budgets=spend, spent=(Spent(Decimal("75.00"), 3),))) == {"spring": Decimal("25.00")}
    assert amounts(running(budgets=spend, spent=(Spent(Decimal("75.01"), 3),))) == {"spring": "budget_exhausted"}
    assert amounts(running(budgets=(Budget(uses=3),), spent=(Spent(Decimal(0), 3),))) == {"spring": "budget_exhausted"}
    both = (Budget(spend=Decimal(1000)), Budget(channel_type="store", uses=1), Budget(channel_type="online", uses=1))
    assert amounts(running(budgets=both, spent=(Spent(), Spent(), Spent(Decimal(9), 1)))) == {"spring": 25}
    assert amounts(running(budgets=both, spent=(Spent(), Spent(Decimal(9), 1), Spent()))) == {"spring": "budget_exhausted"}


def test_from_a_draft_to_its_end() -> None:
    said: dict[str, Any] = {"promotion_id": "spring", "by": "ann", "on": DAY}
    define = DefinePromotion(**said, **asdict(replace(TERMS, budgets=(Budget(spend=Decimal(30)),))))
    about: dict[str, Any] = {"promotion_id": "spring", "occurred_on": DAY}
    defined = PromotionDefined(**about, by="ann", terms=replace(TERMS, budgets=(Budget(spend=Decimal(30)),)))
    started, paused = PromotionStarted(**about, by="bob"), PromotionPaused(**about, by="ann")
    given(PROMOTION).when(define).then(defined)
    given(PROMOTION, defined).when(define).then_nothing()
    given(PROMOTION).when(StartPromotion(**said)).then_rejected("promotion_unknown")
    given(PROMOTION, defined).when(StartPromotion(**said)).then_rejected("promotion_four_eyes")
    given(PROMOTION, defined).when(StartPromotion(**said | {"by": "bob"})).then(started)
    given(PROMOTION, defined, started).when(replace(define, title="Other")).then_rejected("promotion_step_wrong")
    given(PROMOTION, defined, started).when(PausePromotion(**said)).then(paused)
    given(PROMOTION, defined, started, paused).when(StartPromotion(**said | {"by": "bob"})).then(started)
    given(PROMOTION, defined).when(PausePromotion(**said)).then_rejected("promotion_step_wrong")
    spend = Spend(promotion_id="spring", order_id="o-1", channel_type="store", amount=Decimal(20), uses=1)
    spent = PromotionBudgetSpent(**asdict(spend))
    given(PROMOTION, defined, started).when(spend).then(spent)
    given(PROMOTION, defined, started, spent).when(spend).then_rejected("promotion_budget_exceeded")
    assert [len(given(PROMOTION, defined, started).when(EndPromotion(**said)).events)] == [1]
    given(PROMOTION).when(replace(define, effect=Effect(amount=Decimal("0.001")))).then_rejected("promotion_amount_invalid")


def test_a_coupon_is_used_once_by_whom_it_is_for_and_may_be_used_again_when_all_came_back() -> None:
    issue = IssueCoupon(coupon="C-1", promotion_id="spring", partner_id="p-1", by="ann", on=DAY)
    issued = CouponIssued(coupon="C-1", promotion_id="spring", partner_id="p-1", uses=1, last=None, by="ann", occurred_on=DAY)
    used = CouponUsed(coupon="C-1", promotion_id="spring", order_id="o-1")
    back = CouponGivenBack(coupon="C-1", promotion_id="spring", order_id="o-1")
    given(COUPON).when(issue).then(issued)
    given(COUPON, issued).when(issue).then_nothing()
    given(COUPON, issued).when(replace(issue, uses=2)).then_rejected("coupon_exists")
    given(COUPON, issued).when(UseCoupon(coupon="C-1", order_id="o-1")).then(used)
    given(COUPON, issued, used).when(UseCoupon(coupon="C-1", order_id="o-1")).then_nothing()
    given(COUPON, issued, used).when(UseCoupon(coupon="C-1", order_id="o-2")).then_rejected("coupon_used_up")
    given(COUPON, issued, used).when(GiveBackCoupon(coupon="C-1", order_id="o-1")).then(back)
    given(COUPON, issued, used, back).when(UseCoupon(coupon="C-1", order_id="o-1")).then(used)
    fresh = COUPON.fold([issued])
    assert redeem(running(coupon=True, coupons=(fresh,)))[0].coupon == "C-1"
    assert amounts(running(coupon=True, coupons=(fresh,)), of=order(partner_id="p-2")) == {"spring": "coupon_of_another"}
    over = Coupon(issued=replace(issued, last=date(2026, 3, 9)))
    assert amounts(running(coupon=True, coupons=(over,))) == {"spring": "coupon_over"}
    assert amounts(running(coupon=True, coupons=(COUPON.fold([issued, replace(used, order_id="o-9")]),))) == {"spring": "coupon_used_up"}
    rows = feed(PROMOTIONS, issued, used, back, used).rows("coupon")
    assert [(row["coupon"], row["used"]) for row in rows] == [("C-1", 1)]


_LINE = st.tuples(st.integers(1, 50), st.integers(0, 100_000))
_EFFECTS = st.sampled_from(
    [
        Effect(percent=Decimal("0.3333")),
        Effect(percent=Decimal(1)),
        Effect(amount=Decimal("77.77")),
        Effect(per_unit=Decimal("0.33")),
        Effect(free=FreeUnits(buy=1, get=1)),
    ]
)


@settings(max_examples=150, deadline=None)
@drawn(
    st.lists(_LINE, min_size=1, max_size=5),
    st.lists(_EFFECTS, min_size=1, max_size=3),
    st.lists(st.integers(0, 60), min_size=5, max_size=30),
)
def test_no_line_gets_more_than_it_comes_to_and_whatever_comes_back_in_parts_takes_back_all_of_it(
    lines: list[tuple[int, int]], effects: list[Effect], returns: list[int]
) -> None:
    bought = [line(str(at), units, str(Decimal(cents) / 100)) for at, (units, cents) in enumerate(lines)]
    candidates = [running(f"p{at}", effect=effect) for at, effect in enumerate(effects)]
    events: list[Any] = redeem(*candidates, of=order(*bought))
    redeemed = [one for one in events if isinstance(one, PromotionRedeemed)]
    for one in bought:
        off = sum((part.amount for event in redeemed for part in event.lines if part.line_id == one.line_id), Decimal(0))
        assert 0 <= off <= one.net
    for event in redeemed:
        assert event.amount == sum(part.amount for part in event.lines) == sum(part.amount for part in event.funding) > 0
    every = [*((str(number % len(bought)), units) for number, units in enumerate(returns)), *((str(at), 60) for at in range(len(bought)))]
    for number, (line_id, units) in enumerate(every):
        if units:
            back = RollBackRedemption(
                order_id="o-1", lines=(UnitsBack(line_id=line_id, quantity=units),), reference=str(number), reason="-", on=DAY
            )
            decided = given(REDEMPTION, *events).when(back).events
            assert all(one.amount >= 0 and one.amount == sum(part.amount for part in one.lines) for one in decided)
            events += decided
            again = given(REDEMPTION, *events).when(back).events
            assert not decided or again == ()
    for event in redeemed:
        rolled = [one for one in events if isinstance(one, RedemptionRolledBack) and one.promotion_id == event.promotion_id]
        assert sum(one.amount for one in rolled) == event.amount
        assert [one.complete for one in rolled] == [False] * (len(rolled) - 1) + [True]
        for part in event.funding:
            borne = [given_back.amount for one in rolled for given_back in one.funding if given_back.payer == part.payer]
            assert sum(borne) == part.amount
    rows = feed(PROMOTIONS, *events).rows("redemption")
    assert all(row["amount"] == row["rolled_back"] for row in rows)
    assert all(row["amount"] == 0 for row in feed(PROMOTIONS, *events).rows("promotion_cost"))


def test_what_was_passed_over_is_told_once() -> None:
    [event] = redeem(running(per_partner=1, used=1))
    assert isinstance(event, PromotionPassedOver)
    again = Redeem(order=order(), candidates=(running(per_partner=1, used=1),), categories={}, first_order=None)
    given(REDEMPTION, event).when(again).then_nothing()
    twice = order(line("1", 1, "1.00"), line("1", 2, "1.00"))
    given(REDEMPTION).when(replace(again, order=twice)).then_rejected("redemption_lines_invalid")
