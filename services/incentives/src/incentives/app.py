"""Incentives, put together."""

from channel_service import Service
from channel_service.partners import partner_routes

from incentives.api import plans
from incentives.domain.plan.decide import PLAN
from incentives.problems import PROBLEMS
from incentives.views.partner_copy import PARTNERS
from incentives.views.plans import PLANS

SERVICE = Service(
    "incentives",
    title="Incentives",
    summary="What partners earn.",
    deciders=[PLAN],
    views=[PARTNERS, PLANS],
    also_sees=PARTNERS.children_seen,
    routers=[partner_routes(PARTNERS), plans.router],
    problems=PROBLEMS,
)
