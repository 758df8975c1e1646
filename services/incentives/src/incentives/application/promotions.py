"""Orders redeem promotions, and what they redeemed is rolled back with their lines: by events of orders-inventory, and by doors.

The budget, the partner's count and the coupon are written with the redemption, or nothing is: whoever comes at once, none is overdrawn.
"""

from collections.abc import Iterable
from typing import Any

from channel_events import Ask, On, Reaction, Recorded, Rejected, Steps, Topic

from incentives.contracts.orders_inventory import OrderCancelled, OrderPlaced, ReturnReceived
from incentives.domain.coupon import COUPON, Coupon, GiveBackCoupon, IssueCoupon, UseCoupon
from incentives.domain.promotion.commands import Spend
from incentives.domain.promotion.decide import PROMOTION, Promotion
from incentives.domain.promotion_use import PROMOTION_USE, CountUse
from incentives.domain.redemption.choosing import Candidate
from incentives.domain.redemption.commands import Redeem, RedeemPromotions, RollBackRedemption, UnitsBack
from incentives.domain.redemption.decide import REDEMPTION
from incentives.domain.redemption.events import PromotionRedeemed, RedemptionRolledBack
from incentives.domain.redemption.needs import CATEGORIES, FIRST_ORDER, RUNNING
from incentives.domain.redemption.order import OrderedLine


def use_key(promotion_id: str, partner_id: str) -> str:
    """A promotion's id has no slash."""
    return f"{promotion_id}/{partner_id}"


def issuing(c: IssueCoupon) -> Steps:
    """Of a promotion that is here."""
    yield On(COUPON, c)
    if (yield Ask(PROMOTION, c.promotion_id)).state.terms is None:
        raise Rejected("promotion_unknown", promotion_id=c.promotion_id)


def redeeming(c: RedeemPromotions) -> Steps:
    coupons: list[Coupon] = []
    for code in dict.fromkeys(c.coupons):
        coupon: Coupon = (yield Ask(COUPON, code)).state
        if coupon.issued is None:
            raise Rejected("coupon_unknown", coupon=code)
        coupons.append(coupon)
    before = (yield Ask(REDEMPTION, c.order_id)).state.promotions
    running = (yield Ask(RUNNING, c.currency)) or ()
    named = [one.issued.promotion_id for one in coupons if one.issued is not None]
    candidates = yield from _candidates(c, dict.fromkeys([*before, *running, *named]), coupons)
    if not candidates:
        return
    asked = " ".join(one.promotion.terms.when for one in candidates if one.promotion.terms is not None)
    categories: dict[str, Any] = {}
    if "category" in asked:
        for sku in dict.fromkeys(line.sku for line in c.lines):
            categories[sku] = (yield Ask(CATEGORIES, sku)) or ()
    first = (yield Ask(FIRST_ORDER, c.partner_id)) if "first_purchase" in asked else None
    for told in (yield On(REDEMPTION, c.order_id, Redeem(order=c, candidates=tuple(candidates), categories=categories, first_order=first))):
        if isinstance(told, PromotionRedeemed):
            yield from _counted(told, 1)


def _candidates(c: RedeemPromotions, ids: Iterable[str], coupons: list[Coupon]) -> Steps:
    found = []
    for promotion_id in ids:
        promotion: Promotion = (yield Ask(PROMOTION, promotion_id)).state
        limited = promotion.terms is not None and promotion.terms.per_partner is not None
        used = (yield Ask(PROMOTION_USE, use_key(promotion_id, c.partner_id))).state if limited else 0
        own = tuple(one for one in coupons if one.issued is not None and one.issued.promotion_id == promotion_id)
        found.append(Candidate(promotion_id=promotion_id, promotion=promotion, used=used, coupons=own))
    return found


def rolling_back(c: RollBackRedemption) -> Steps:
    for told in (yield On(REDEMPTION, c)):
        yield from _counted(told, -1)


def _counted(told: PromotionRedeemed | RedemptionRolledBack, sign: int) -> Steps:
    """In the budget as money; as one order, and in its coupon, when it begins and when all of it came back."""
    uses = sign if isinstance(told, PromotionRedeemed) or told.complete else 0
    about: dict[str, Any] = {"promotion_id": told.promotion_id, "order_id": told.order_id}
    spend = Spend(**about, channel_type=told.channel_type, amount=sign * told.amount, uses=uses)
    yield On(PROMOTION, told.promotion_id, spend)
    terms = (yield Ask(PROMOTION, told.promotion_id)).state.terms
    if uses and terms.per_partner is not None:
        key = use_key(told.promotion_id, told.partner_id)
        yield On(PROMOTION_USE, key, CountUse(**about, partner_id=told.partner_id, uses=uses))
    if uses and told.coupon is not None:
        coupon = UseCoupon if uses > 0 else GiveBackCoupon
        yield On(COUPON, told.coupon, coupon(coupon=told.coupon, order_id=told.order_id))


def _by_order(event: Recorded) -> Steps:
    e: Any = event.data
    if isinstance(e, OrderPlaced):
        if not (yield Ask(RUNNING, e.currency)) and not (yield Ask(REDEMPTION, e.order_id)).state.promotions:
            return  # as most orders: nothing is made of them
        names = ("order_id", "partner_id", "channel_type", "currency", "segment", "territory", "sales_rep", "source", "warehouse")
        lines = tuple(
            OrderedLine(line_id=one.line_id, sku=one.sku, quantity=one.quantity, unit_price=one.unit_price, discount=one.discount)
            for one in e.lines
        )
        yield from redeeming(RedeemPromotions(**{name: getattr(e, name) for name in names}, lines=lines, on=e.occurred_on))
    else:
        back = tuple(UnitsBack(line_id=one.line_id, quantity=one.quantity) for one in e.lines)
        cause: dict[str, Any] = {"reference": event.id, "reason": event.type, "on": e.occurred_on}
        yield from rolling_back(RollBackRedemption(order_id=e.order_id, lines=back, **cause))


REDEEM = Reaction(
    "redeem_promotions", of=Topic("orders-inventory", events=[OrderPlaced, OrderCancelled, ReturnReceived]), commands=_by_order
)
