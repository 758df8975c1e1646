"""Incentives, put together."""

from channel_service import Service

from incentives.api import partners
from incentives.problems import PROBLEMS
from incentives.views.partner_copy import PARTNER_COPY, children_seen

SERVICE = Service(
    "incentives",
    title="Incentives",
    summary="What partners earn.",
    deciders=[],
    views=[PARTNER_COPY],
    also_sees=children_seen,
    routers=[partners.router],
    problems=PROBLEMS,
    migrations="incentives.migrations",
)
