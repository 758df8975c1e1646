"""A service that copies partners, and what partner-registry looks like to it: a log of public events."""

from typing import Any

from channel_events.pure import Actor, Decider, On
from channel_service import ProblemCatalogue, Service
from channel_service.partners import PARTNER_UNKNOWN, PartnerCopy, partner_routes
from channel_service.partners.events import DESCRIPTIONS, EVENTS, STEPS
from channel_service.testing import Running

PARTNERS = PartnerCopy("partner_copy", version=1, columns=["name", "channel_type", "segment", "status", "applied_on"], search=True)
RECORDED = PartnerCopy("recorded_copy", version=2, columns=["channel_type"], recorded=True)

COPYING = Service(
    "channel-terms",
    title="Copying",
    summary="Knows partners.",
    views=[PARTNERS, RECORDED],
    also_sees=PARTNERS.children_seen,
    routers=[partner_routes(PARTNERS)],
    problems=ProblemCatalogue([PARTNER_UNKNOWN]),
)

PARTNER: Decider[list[Any], None, Any] = Decider(
    "partner", initial=None, decide=lambda events, *_: events, evolve=lambda state, _: state, events=(*EVENTS, *STEPS, *DESCRIPTIONS)
)
REGISTRY = Service("partner-registry", title="Registry", summary="Sends what is copied.", deciders=[PARTNER])


async def happened(registry: Running, partner_id: str, *events: Any) -> str:
    """The token of the events' append."""
    return (await registry.runtime.log.execute(On(PARTNER, partner_id, list(events)), by=Actor("test"))).token
