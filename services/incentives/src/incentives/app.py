"""Incentives, put together."""

from channel_service import Service

from incentives.api import partners
from incentives.problems import PROBLEMS
from incentives.views.partner_copy import PARTNER_COPY

SERVICE = Service(
    "incentives",
    title="Incentives",
    summary="What partners earn.",
    deciders=[],
    views=[PARTNER_COPY],
    routers=[partners.router],
    problems=PROBLEMS,
    migrations="incentives.migrations",
)
