"""The partner registry's events, as far as orders need them: who places them, and who sees them."""

from datetime import date

from channel_events.pure import event
from msgspec import Struct


@event("partner_applied", public=True)
class PartnerApplied(Struct, frozen=True):
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
    partner_id: str
    territory: str
    occurred_on: date
    parent: str | None = None


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


EVENTS = (
    PartnerApplied,
    PartnerApproved,
    PartnerActivated,
    PartnerSuspended,
    PartnerReinstated,
    PartnerMoved,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
)
