"""What may be asked of what an order redeems."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from channel_events.pure import command
from channel_terms import Code, HappenedOn, Name, Quantity, Reference
from msgspec import Meta, Struct

from incentives.domain.plan.commands import By
from incentives.domain.redemption.choosing import Candidate
from incentives.domain.redemption.needs import Categories, FirstOrder
from incentives.domain.redemption.order import Ordered


@command("redeem_promotions", stream="redemption/{order_id}")
class RedeemPromotions(Ordered, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All promotions that the order can redeem, with its coupons. One that it redeemed before it does not redeem again; it may bring
    a coupon later."""

    coupons: Annotated[Annotated[tuple[Code, ...], Meta(max_length=20)], Meta(examples=[["SPRING-7Q4K"]])] = ()
    by: By = None
    on: HappenedOn = None


class UnitsBack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    line_id: Annotated[Code, Meta(examples=["1"])]
    quantity: Quantity


@command("roll_back_redemption", stream="redemption/{order_id}")
class RollBackRedemption(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of the order were cancelled or came back: their share of what it redeemed is taken back. The same reference counts once."""

    order_id: Annotated[Code, Meta(examples=["shop:1001"])]
    lines: Annotated[tuple[UnitsBack, ...], Meta(min_length=1, max_length=2000)]
    reference: Annotated[Reference, Meta(description="Of what took them back.", examples=["RMA-17"])]
    reason: Annotated[Name, Meta(examples=["broken"])]
    by: By = None
    on: HappenedOn = None


class Redeem(Struct, frozen=True, kw_only=True):
    """With all that has to be known of promotions to choose."""

    order: RedeemPromotions
    candidates: tuple[Candidate, ...]
    categories: Mapping[str, Categories]
    first_order: FirstOrder | None


RedemptionCommand: TypeAlias = Redeem | RollBackRedemption
