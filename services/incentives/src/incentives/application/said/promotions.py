"""What was said of promotions and coupons."""

from incentives.application.said import Says, with_terms
from incentives.domain.coupon import CouponIssued, IssueCoupon
from incentives.domain.promotion.commands import DefinePromotion, EndPromotion, PausePromotion, StartPromotion
from incentives.domain.promotion.events import PromotionDefined, PromotionEnded, PromotionPaused, PromotionStarted

SAYS: Says = {
    PromotionDefined: with_terms(DefinePromotion),
    PromotionStarted: StartPromotion,
    PromotionPaused: PausePromotion,
    PromotionEnded: EndPromotion,
    CouponIssued: IssueCoupon,
}
