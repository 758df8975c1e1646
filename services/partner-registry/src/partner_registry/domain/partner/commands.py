"""What can be asked of a partner."""

from typing import TypeAlias

import msgspec

from partner_registry.domain.dates import Dated
from partner_registry.domain.partner.events import ChannelType


class ApplyPartner(Dated, frozen=True, kw_only=True):
    partner_id: str
    name: str
    channel_type: ChannelType
    segment: str | None
    territory: str
    parent: str | None


class ApprovePartner(Dated, frozen=True, kw_only=True):
    partner_id: str


class ActivatePartner(Dated, frozen=True, kw_only=True):
    partner_id: str


class SuspendPartner(Dated, frozen=True, kw_only=True):
    partner_id: str
    reason: str


class ReinstatePartner(Dated, frozen=True, kw_only=True):
    partner_id: str


class MovePartner(Dated, frozen=True, kw_only=True):
    """From ``day``, which may lie ahead. What is unset stays as it is; a null parent makes the partner a root."""

    partner_id: str
    territory: str | msgspec.UnsetType = msgspec.UNSET
    parent: str | msgspec.UnsetType | None = msgspec.UNSET


class GrantChildrenAccess(Dated, frozen=True, kw_only=True):
    """From ``day``, which may lie ahead, it sees what is of its children; ``agreement`` names the agreement that grants it."""

    partner_id: str
    agreement: str


class RevokeChildrenAccess(Dated, frozen=True, kw_only=True):
    """From ``day``, which may lie ahead, it sees only its own."""

    partner_id: str


class RequireParent(msgspec.Struct, frozen=True, kw_only=True):
    """Part of another partner's command that names this one as its parent: refused when there is no such partner."""

    partner_id: str


PartnerCommand: TypeAlias = (
    ApplyPartner
    | ApprovePartner
    | ActivatePartner
    | SuspendPartner
    | ReinstatePartner
    | MovePartner
    | GrantChildrenAccess
    | RevokeChildrenAccess
    | RequireParent
)
