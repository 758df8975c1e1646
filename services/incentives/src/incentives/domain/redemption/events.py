"""What an order redeemed, and what of it was rolled back."""

from datetime import date
from decimal import Decimal
from typing import TypeAlias, get_args

from channel_events.pure import event
from msgspec import Struct


class RedeemedLine(Struct, frozen=True):
    """What is taken off so many units of a line."""

    line_id: str
    quantity: int
    amount: Decimal


class Borne(Struct, frozen=True):
    """What ``payer`` bears of it."""

    payer: str
    amount: Decimal


class _Of(Struct, frozen=True, kw_only=True):
    order_id: str
    promotion_id: str
    partner_id: str
    channel_type: str
    currency: str
    amount: Decimal
    lines: tuple[RedeemedLine, ...]
    funding: tuple[Borne, ...]
    coupon: str | None
    occurred_on: date


@event("promotion_redeemed", public=True)
class PromotionRedeemed(_Of, frozen=True, kw_only=True):
    """The order gets ``amount`` by the promotion, within its budget; ``funding`` says who bears which part of it."""


@event("redemption_rolled_back", public=True)
class RedemptionRolledBack(_Of, frozen=True, kw_only=True):
    """Units were cancelled or came back: so much of what the order got by the promotion is taken back, and is in its budget again.
    ``complete``: that was all of it. ``cause`` names what took them back."""

    complete: bool
    cause: str


@event("promotion_passed_over")
class PromotionPassedOver(Struct, frozen=True, kw_only=True):
    """The order would have got something by it, but for ``reason``."""

    order_id: str
    promotion_id: str
    partner_id: str
    reason: str
    occurred_on: date


RedemptionEvent: TypeAlias = PromotionRedeemed | RedemptionRolledBack | PromotionPassedOver
EVENTS: tuple[type[RedemptionEvent], ...] = get_args(RedemptionEvent)
