"""What may be asked of a promotion."""

from decimal import Decimal
from typing import TypeAlias

from channel_events.pure import command
from channel_terms import HappenedOn
from msgspec import Struct

from incentives.domain.plan.commands import By
from incentives.domain.promotion.terms import PromotionId, PromotionTerms


@command("define_promotion", stream="promotion/{promotion_id}")
class DefinePromotion(PromotionTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft of it, or another one while it was not started. The same again changes nothing."""

    promotion_id: PromotionId
    by: By = None
    on: HappenedOn = None

    def __post_init__(self) -> None:
        self.check()


class _Of(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    promotion_id: PromotionId
    by: By = None
    on: HappenedOn = None


@command("start_promotion", stream="promotion/{promotion_id}")
class StartPromotion(_Of, frozen=True, kw_only=True):
    """Approved, by somebody who did not write it: from then on it never changes, and orders of its days redeem it. Also after a pause."""


@command("pause_promotion", stream="promotion/{promotion_id}")
class PausePromotion(_Of, frozen=True, kw_only=True):
    """Nothing is redeemed until it is started again."""


@command("end_promotion", stream="promotion/{promotion_id}")
class EndPromotion(_Of, frozen=True, kw_only=True):
    """Nothing is redeemed any more; what was is rolled back as ever."""


class Spend(Struct, frozen=True, kw_only=True):
    """An order of this type of channel redeemed so much; less than 0 where that is rolled back."""

    promotion_id: str
    order_id: str
    channel_type: str
    amount: Decimal
    uses: int


PromotionCommand: TypeAlias = DefinePromotion | StartPromotion | PausePromotion | EndPromotion | Spend
