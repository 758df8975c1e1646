"""Promotions, coupons, and what orders redeem of them."""

from incentives.api import promotions
from incentives.api.rows import promotions as rows
from incentives.app.subdomain import SubDomain
from incentives.application.promotions import REDEEM
from incentives.application.said import promotions as said
from incentives.domain.coupon import COUPON
from incentives.domain.promotion.decide import PROMOTION
from incentives.domain.promotion_use import PROMOTION_USE
from incentives.domain.redemption.decide import REDEMPTION
from incentives.problems import promotions as problems
from incentives.views.promotions import FIRST_ORDERS, KNOWN_CATEGORIES, RUNNING_PROMOTIONS
from incentives.views.promotions import PROMOTIONS as PROMOTIONS_VIEW

PROMOTIONS = SubDomain(
    problems=problems.PROMOTIONS,
    deciders=[PROMOTION, PROMOTION_USE, REDEMPTION, COUPON],
    views=[PROMOTIONS_VIEW],
    copies=[RUNNING_PROMOTIONS, KNOWN_CATEGORIES, FIRST_ORDERS],
    reactions=[REDEEM],
    routers=[promotions.router, promotions.redeemed],
    rows=rows.KINDS,
    sets=rows.SETS,
    says=said.SAYS,
)
