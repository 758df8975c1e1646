"""Comms, put together."""

from channel_service import Service, children_seen

from comms.api import partners
from comms.problems import PROBLEMS
from comms.views.partner_copy import ACCESS, PARTNER_COPY, PLACE

SERVICE = Service(
    "comms",
    title="Comms",
    summary="Talking to partners.",
    deciders=[],
    views=[PARTNER_COPY],
    also_sees=children_seen(ACCESS, PLACE),
    routers=[partners.router],
    problems=PROBLEMS,
)
