"""Comms, put together."""

from channel_service import Service
from channel_service.partners import partner_routes

from comms.problems import PROBLEMS
from comms.views.partner_copy import PARTNERS

SERVICE = Service(
    "comms",
    title="Comms",
    summary="Talking to partners.",
    deciders=[],
    views=[PARTNERS],
    also_sees=PARTNERS.children_seen,
    routers=[partner_routes(PARTNERS)],
    problems=PROBLEMS,
)
