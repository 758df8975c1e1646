"""Events of partner-registry, with the fields that copies use; others may come and are ignored."""

from datetime import date

from channel_events.pure import event
from msgspec import Struct


@event("partner_applied", public=True)
class PartnerApplied(Struct, frozen=True):
    """Its first place is from ``occurred_on``; see `places`."""

    partner_id: str
    name: str
    channel_type: str
    territory: str
    occurred_on: date
    segment: str | None = None
    parent: str | None = None


@event("partner_approved", public=True)
class PartnerApproved(Struct, frozen=True):
    partner_id: str


@event("partner_activated", public=True)
class PartnerActivated(Struct, frozen=True):
    partner_id: str


@event("partner_suspended", public=True)
class PartnerSuspended(Struct, frozen=True):
    partner_id: str


@event("partner_reinstated", public=True)
class PartnerReinstated(Struct, frozen=True):
    partner_id: str


@event("partner_moved", public=True)
class PartnerMoved(Struct, frozen=True):
    """In ``territory``, under ``parent``, from ``occurred_on``, which may lie ahead."""

    partner_id: str
    territory: str
    occurred_on: date
    parent: str | None = None


@event("partner_described", public=True)
class PartnerDescribed(Struct, frozen=True):
    """It is called ``name`` and belongs to ``segment`` now."""

    partner_id: str
    name: str
    segment: str | None = None


@event("partner_move_withdrawn", public=True)
class PartnerMoveWithdrawn(Struct, frozen=True):
    """What was said of ``occurred_on`` does not hold: from that day on it is where it was before."""

    partner_id: str
    occurred_on: date


@event("children_access_granted", public=True)
class ChildrenAccessGranted(Struct, frozen=True):
    """From ``occurred_on``, which may lie ahead, it sees what is of the partners directly under it."""

    partner_id: str
    occurred_on: date


@event("children_access_revoked", public=True)
class ChildrenAccessRevoked(Struct, frozen=True):
    """From ``occurred_on``, which may lie ahead, it sees only its own; what was granted for later days is void."""

    partner_id: str
    occurred_on: date


EVENTS: tuple[type[Struct], ...] = (
    PartnerApplied,
    PartnerMoved,
    PartnerMoveWithdrawn,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
)
"""What every copy folds."""
STEPS: tuple[type[Struct], ...] = (PartnerApproved, PartnerActivated, PartnerSuspended, PartnerReinstated)
"""What a copy folds that keeps the status."""
DESCRIPTIONS: tuple[type[Struct], ...] = (PartnerDescribed,)
"""What a copy folds that keeps name or segment, or finds partners by name."""
