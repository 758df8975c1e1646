"""What happens to a promotion as a whole."""

from datetime import date
from decimal import Decimal
from typing import TypeAlias, get_args

from channel_events.pure import event
from msgspec import Struct

from incentives.domain.promotion.terms import PromotionTerms


class _Of(Struct, frozen=True, kw_only=True):
    promotion_id: str
    by: str
    occurred_on: date


@event("promotion_defined")
class PromotionDefined(_Of, frozen=True, kw_only=True):
    terms: PromotionTerms


@event("promotion_started")
class PromotionStarted(_Of, frozen=True, kw_only=True):
    """Orders redeem it from now on, those of its days."""


@event("promotion_paused")
class PromotionPaused(_Of, frozen=True, kw_only=True):
    pass


@event("promotion_ended")
class PromotionEnded(_Of, frozen=True, kw_only=True):
    pass


@event("promotion_budget_spent")
class PromotionBudgetSpent(Struct, frozen=True, kw_only=True):
    """Of all budgets that an order of this type of channel counts in; less than 0 comes back."""

    promotion_id: str
    order_id: str
    channel_type: str
    amount: Decimal
    uses: int


PromotionEvent: TypeAlias = PromotionDefined | PromotionStarted | PromotionPaused | PromotionEnded | PromotionBudgetSpent
EVENTS: tuple[type[PromotionEvent], ...] = get_args(PromotionEvent)
