"""Incentives, put together."""

from channel_service import Service
from channel_service.partners import partner_routes

from incentives.problems import PROBLEMS
from incentives.views.partner_copy import PARTNERS

SERVICE = Service(
    "incentives",
    title="Incentives",
    summary="What partners earn.",
    deciders=[],
    views=[PARTNERS],
    also_sees=PARTNERS.children_seen,
    routers=[partner_routes(PARTNERS)],
    problems=PROBLEMS,
)
