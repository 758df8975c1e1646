"""Comms, put together."""

from channel_service import Service

from comms.api import partners
from comms.problems import PROBLEMS
from comms.views.partner_copy import PARTNER_COPY, children_seen

SERVICE = Service(
    "comms",
    title="Comms",
    summary="Talking to partners.",
    deciders=[],
    views=[PARTNER_COPY],
    also_sees=children_seen,
    routers=[partners.router],
    problems=PROBLEMS,
    migrations="comms.migrations",
)
