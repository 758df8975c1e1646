"""partner-registry as it looks from outside: a log of its public events."""

from typing import Any

from channel_events.pure import Actor, Decider, On
from channel_service import ProblemCatalogue, Service
from channel_service.partners import PartnerActivated, PartnerApplied
from channel_service.testing import Running

PARTNER: Decider[list[Any], None, Any] = Decider(
    "partner", initial=None, decide=lambda events, *_: events, evolve=lambda state, _: state, events=[PartnerApplied, PartnerActivated]
)
REGISTRY = Service(
    "partner-registry",
    title="Registry",
    summary="Sends what comms copies.",
    deciders=[PARTNER],
    problems=ProblemCatalogue([]),
)


async def happened(registry: Running, partner_id: str, *events: Any) -> str:
    """The token of the events' append."""
    return (await registry.runtime.log.execute(On(PARTNER, partner_id, list(events)), by=Actor("test"))).token
