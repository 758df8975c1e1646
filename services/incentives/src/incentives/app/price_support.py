"""Support of prices: agreements, price protections, stock rotations, and claims by them."""

from incentives.api import price_support
from incentives.api.rows import price_support as rows
from incentives.app.subdomain import SubDomain
from incentives.application.said import price_support as said
from incentives.domain.price_protection import PRICE_PROTECTION
from incentives.domain.stock_rotation import STOCK_ROTATION
from incentives.domain.support_agreement import SUPPORT_AGREEMENT
from incentives.domain.support_claim.decide import SUPPORT_CLAIM
from incentives.domain.support_limit import SUPPORT_LIMIT
from incentives.problems import price_support as problems
from incentives.views.price_support import KNOWN_PURCHASES
from incentives.views.price_support import PRICE_SUPPORT as PRICE_SUPPORT_VIEW

PRICE_SUPPORT = SubDomain(
    problems=problems.PRICE_SUPPORT,
    deciders=[SUPPORT_AGREEMENT, PRICE_PROTECTION, STOCK_ROTATION, SUPPORT_CLAIM, SUPPORT_LIMIT],
    views=[PRICE_SUPPORT_VIEW],
    copies=[KNOWN_PURCHASES],
    routers=[price_support.router],
    rows=rows.KINDS,
    says=said.SAYS,
)
