"""Incentives, put together."""

from channel_service import Service
from channel_service.partners import partner_routes

from incentives.api import earnings, plans
from incentives.domain.plan.decide import PLAN
from incentives.problems import PROBLEMS
from incentives.views.movements import MOVEMENTS
from incentives.views.partner_copy import PARTNERS
from incentives.views.plans import PLANS

SERVICE = Service(
    "incentives",
    title="Incentives",
    summary="What partners earn.",
    deciders=[PLAN],
    views=[PARTNERS, PLANS, MOVEMENTS],
    also_sees=PARTNERS.children_seen,
    routers=[partner_routes(PARTNERS), plans.router, earnings.router],
    problems=PROBLEMS,
)
