"""Promotions with their coupons, as rows."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_service.importing import Importable, ImportSet, never, not_first

from incentives.api.rows.steps import step
from incentives.application.promotions import issuing
from incentives.domain.coupon import IssueCoupon
from incentives.domain.promotion.commands import DefinePromotion, EndPromotion, PausePromotion, StartPromotion
from incentives.domain.promotion.terms import Effect, Funding

_COUPONS = Importable(
    "coupon",
    IssueCoupon,
    use=issuing,
    key=["coupon"],
    changed=never,
    example=IssueCoupon(coupon="SPRING-7Q4K", promotion_id="spring-2026", partner_id="p-1001", by="ann"),
)
_PROMOTION: dict[str, Any] = {"promotion_id": "spring-2026", "on": date(2026, 5, 4)}
KINDS: tuple[Importable[Any], ...] = (
    Importable(
        "promotion",
        DefinePromotion,
        key=["promotion_id"],
        changed=not_first,
        example=DefinePromotion(
            **_PROMOTION,
            title="Spring pens",
            currency="CNY",
            first=date(2026, 3, 1),
            last=date(2026, 5, 31),
            effect=Effect(percent=Decimal("0.1")),
            funding=(Funding(payer="brand", share=Decimal(1)),),
            by="ann",
        ),
    ),
    step("promotion_start", StartPromotion(**_PROMOTION, by="bob"), "promotion_id"),
    step("promotion_pause", PausePromotion(**_PROMOTION, by="ann"), "promotion_id"),
    step("promotion_end", EndPromotion(**_PROMOTION, by="ann"), "promotion_id"),
    _COUPONS,
)
SETS = (ImportSet("coupons", _COUPONS, default=_COUPONS, summary="Import coupons"),)
