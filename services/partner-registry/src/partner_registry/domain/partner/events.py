"""What can happen to a partner. All public: the other services keep their copies of partners from these."""

from datetime import date
from enum import StrEnum
from typing import TypeAlias

import msgspec
from channel_events.pure import event


class ChannelType(StrEnum):
    """The form of the channel a partner sells through."""

    DIRECT = "direct"
    DISTRIBUTOR = "distributor"
    AGENT = "agent"
    RETAILER = "retailer"
    STORE = "store"
    ECOMMERCE = "ecommerce"
    SOCIAL = "social"


@event("partner_applied", public=True)
class PartnerApplied(msgspec.Struct, frozen=True, kw_only=True):
    """``territory`` is a territory's code, ``parent`` another partner's id."""

    partner_id: str
    name: str
    channel_type: ChannelType
    segment: str | None
    territory: str
    parent: str | None
    occurred_on: date


@event("partner_approved", public=True)
class PartnerApproved(msgspec.Struct, frozen=True, kw_only=True):
    """The brand takes it on; it may not order yet."""

    partner_id: str
    occurred_on: date


@event("partner_activated", public=True)
class PartnerActivated(msgspec.Struct, frozen=True, kw_only=True):
    """From ``occurred_on`` on it may order."""

    partner_id: str
    occurred_on: date


@event("partner_suspended", public=True)
class PartnerSuspended(msgspec.Struct, frozen=True, kw_only=True):
    """It may not order directly until it is reinstated; ``reason`` is for people."""

    partner_id: str
    reason: str
    occurred_on: date


@event("partner_reinstated", public=True)
class PartnerReinstated(msgspec.Struct, frozen=True, kw_only=True):
    """It may order again."""

    partner_id: str
    occurred_on: date


@event("partner_moved", public=True)
class PartnerMoved(msgspec.Struct, frozen=True, kw_only=True):
    """From ``occurred_on``, which may lie ahead, the partner is in ``territory`` under ``parent``; before that it was
    where the previous ones say."""

    partner_id: str
    territory: str
    parent: str | None
    previous_territory: str
    previous_parent: str | None
    occurred_on: date


@event("partner_described", public=True)
class PartnerDescribed(msgspec.Struct, frozen=True, kw_only=True):
    """From ``occurred_on`` the partner is called ``name`` and belongs to ``segment``; before that it was as the previous ones say."""

    partner_id: str
    name: str
    segment: str | None
    previous_name: str
    previous_segment: str | None
    occurred_on: date


@event("partner_move_withdrawn", public=True)
class PartnerMoveWithdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """The move that was planned for ``occurred_on`` does not take place: the partner stays in ``territory`` under ``parent``, where it
    was before that day."""

    partner_id: str
    territory: str
    parent: str | None
    occurred_on: date


@event("children_access_granted", public=True)
class ChildrenAccessGranted(msgspec.Struct, frozen=True, kw_only=True):
    """From ``occurred_on``, which may lie ahead, the partner sees what is of the partners directly under it, as ``agreement``
    grants it; it may change nothing there."""

    partner_id: str
    agreement: str
    occurred_on: date


@event("children_access_revoked", public=True)
class ChildrenAccessRevoked(msgspec.Struct, frozen=True, kw_only=True):
    """From ``occurred_on``, which may lie ahead, the partner sees only its own; what was granted for later days is void.
    ``agreement`` is the one that granted it."""

    partner_id: str
    agreement: str
    occurred_on: date


PartnerEvent: TypeAlias = (
    PartnerApplied
    | PartnerApproved
    | PartnerActivated
    | PartnerSuspended
    | PartnerReinstated
    | PartnerMoved
    | PartnerDescribed
    | PartnerMoveWithdrawn
    | ChildrenAccessGranted
    | ChildrenAccessRevoked
)
