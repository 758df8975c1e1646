"""Coupons: codes by which an order redeems a promotion, so many times as each says."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import PLANNED, Code, HappenedOn, happened_on, planned_on
from msgspec import Meta, Struct
from msgspec.structs import replace

from incentives.domain.plan.commands import By
from incentives.domain.promotion.terms import PromotionId


@event("coupon_issued")
class CouponIssued(Struct, frozen=True, kw_only=True):
    """``partner_id`` alone may use it, where that is said; ``uses`` orders, or any number, until ``last``."""

    coupon: str
    promotion_id: str
    partner_id: str | None
    uses: int | None
    last: date | None
    by: str
    occurred_on: date


@event("coupon_used")
class CouponUsed(Struct, frozen=True, kw_only=True):
    coupon: str
    promotion_id: str
    order_id: str


@event("coupon_given_back")
class CouponGivenBack(Struct, frozen=True, kw_only=True):
    """All that the order redeemed by it was rolled back: it may be used again."""

    coupon: str
    promotion_id: str
    order_id: str


@command("issue_coupon", stream="coupon/{coupon}")
class IssueCoupon(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Once for ever: the same again changes nothing, other facts under its code are refused."""

    coupon: Annotated[Code, Meta(description="Its code.", examples=["SPRING-7Q4K"])]
    promotion_id: PromotionId
    partner_id: Annotated[Annotated[Code, Meta(examples=["p-1001"])] | None, Meta(description="Everybody when left out.")] = None
    uses: Annotated[
        Annotated[int, Meta(ge=1, le=10_000, examples=[1])] | None,
        Meta(description="How many orders may use it; any number when null, within the promotion's own limits."),
    ] = 1
    last: Annotated[date | None, PLANNED, Meta(description="The last day of orders that may use it.")] = None
    by: By = None
    on: HappenedOn = None


class UseCoupon(Struct, frozen=True, kw_only=True):
    coupon: str
    order_id: str


class GiveBackCoupon(Struct, frozen=True, kw_only=True):
    coupon: str
    order_id: str


class Coupon(Struct, frozen=True, kw_only=True):
    """``orders`` use it now; of one for any number of orders they are not counted."""

    issued: CouponIssued | None = None
    orders: Mapping[str, bool] = {}

    def refusal(self, partner_id: str, order_id: str, on: date) -> str | None:
        """Why an order of the partner cannot use it; None when it can."""
        issued = self.issued
        if issued is None:
            return "coupon_unknown"
        if issued.partner_id not in {None, partner_id}:
            return "coupon_of_another"
        if issued.last is not None and on > issued.last:
            return "coupon_over"
        return "coupon_used_up" if self.is_used_up and order_id not in self.orders else None

    @property
    def is_used_up(self) -> bool:
        uses = None if self.issued is None else self.issued.uses
        return uses is not None and len(self.orders) >= uses


CouponCommand: TypeAlias = IssueCoupon | UseCoupon | GiveBackCoupon
CouponEvent: TypeAlias = CouponIssued | CouponUsed | CouponGivenBack


def decide(command: CouponCommand, coupon: Coupon, known: Known) -> Iterator[CouponEvent]:
    match command:
        case IssueCoupon() as c if coupon.issued is None:
            if c.last is not None:
                planned_on(c.last, known)
            yield tell(CouponIssued, c, by=c.by or "", occurred_on=happened_on(c.on, known))
        case IssueCoupon() as c:
            if coupon.issued is not None and not agree(c, coupon.issued, but=frozenset({"by"})):
                raise Rejected("coupon_exists", coupon=c.coupon)
        case UseCoupon() as c if c.order_id not in coupon.orders:
            if coupon.issued is None or coupon.is_used_up:
                raise Rejected("coupon_used_up", coupon=c.coupon)
            yield tell(CouponUsed, c, promotion_id=coupon.issued.promotion_id)
        case GiveBackCoupon() as c if coupon.issued is not None and (coupon.issued.uses is None or c.order_id in coupon.orders):
            yield tell(CouponGivenBack, c, promotion_id=coupon.issued.promotion_id)


def evolve(coupon: Coupon, event: CouponEvent) -> Coupon:
    match event:
        case CouponIssued():
            return Coupon(issued=event)
        case _ if coupon.issued is not None and coupon.issued.uses is None:
            return coupon
        case CouponUsed():
            return replace(coupon, orders={**coupon.orders, event.order_id: True})
        case CouponGivenBack():
            return replace(coupon, orders={name: True for name in coupon.orders if name != event.order_id})


COUPON: Decider[CouponCommand, Coupon, CouponEvent] = Decider(
    "coupon", initial=Coupon(), decide=decide, evolve=evolve, events=[CouponIssued, CouponUsed, CouponGivenBack]
)
