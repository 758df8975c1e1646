"""Events of partner-registry: who is under whom, and since when."""

from datetime import date

from channel_events.pure import event
from msgspec import Struct


@event("territory_defined", public=True)
class TerritoryDefined(Struct, frozen=True, kw_only=True):
    territory: str
    name: str
    occurred_on: date
    parent: str | None = None


@event("partner_applied", public=True)
class PartnerApplied(Struct, frozen=True, kw_only=True):
    partner_id: str
    name: str
    channel_type: str
    territory: str
    occurred_on: date
    segment: str | None = None
    parent: str | None = None


@event("partner_moved", public=True)
class PartnerMoved(Struct, frozen=True, kw_only=True):
    """``occurred_on`` is the date from which it holds."""

    partner_id: str
    territory: str
    occurred_on: date
    parent: str | None = None


@event("partner_described", public=True)
class PartnerDescribed(Struct, frozen=True, kw_only=True):
    """It is called ``name`` and belongs to ``segment`` now."""

    partner_id: str
    name: str
    segment: str | None = None


@event("partner_move_withdrawn", public=True)
class PartnerMoveWithdrawn(Struct, frozen=True, kw_only=True):
    """What was said of ``occurred_on`` does not hold."""

    partner_id: str
    occurred_on: date


@event("children_access_granted", public=True)
class ChildrenAccessGranted(Struct, frozen=True, kw_only=True):
    """From ``occurred_on``, which may lie ahead, it sees what is of the partners directly under it."""

    partner_id: str
    occurred_on: date


@event("children_access_revoked", public=True)
class ChildrenAccessRevoked(Struct, frozen=True, kw_only=True):
    """From ``occurred_on``, which may lie ahead, it sees only its own; what was granted for later days is void."""

    partner_id: str
    occurred_on: date


EVENTS: tuple[type[Struct], ...] = (
    TerritoryDefined,
    PartnerApplied,
    PartnerDescribed,
    PartnerMoved,
    PartnerMoveWithdrawn,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
)
