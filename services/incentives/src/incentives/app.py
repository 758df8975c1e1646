"""Incentives, put together."""

from channel_service import Service, children_seen

from incentives.api import partners
from incentives.problems import PROBLEMS
from incentives.views.partner_copy import ACCESS, PARTNER_COPY, PLACE

SERVICE = Service(
    "incentives",
    title="Incentives",
    summary="What partners earn.",
    deciders=[],
    views=[PARTNER_COPY],
    also_sees=children_seen(ACCESS, PLACE),
    routers=[partners.router],
    problems=PROBLEMS,
)
