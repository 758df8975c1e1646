"""A partner: applied, approved, active, suspended; and its place in territories and hierarchy over time."""

from partner_registry.domain.partner.commands import (
    ActivatePartner,
    ApplyPartner,
    ApprovePartner,
    GrantChildrenAccess,
    MovePartner,
    PartnerCommand,
    ReinstatePartner,
    RequireParent,
    RevokeChildrenAccess,
    SuspendPartner,
)
from partner_registry.domain.partner.decide import PARTNER, decide
from partner_registry.domain.partner.events import (
    ChannelType,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerEvent,
    PartnerMoved,
    PartnerReinstated,
    PartnerSuspended,
)
from partner_registry.domain.partner.gates import GATES, Gates
from partner_registry.domain.partner.state import ChildrenAccess, Partner, Place, Standing, Status

__all__ = [
    "GATES",
    "PARTNER",
    "ActivatePartner",
    "ApplyPartner",
    "ApprovePartner",
    "ChannelType",
    "ChildrenAccess",
    "ChildrenAccessGranted",
    "ChildrenAccessRevoked",
    "Gates",
    "GrantChildrenAccess",
    "MovePartner",
    "Partner",
    "PartnerActivated",
    "PartnerApplied",
    "PartnerApproved",
    "PartnerCommand",
    "PartnerEvent",
    "PartnerMoved",
    "PartnerReinstated",
    "PartnerSuspended",
    "Place",
    "ReinstatePartner",
    "RequireParent",
    "RevokeChildrenAccess",
    "Standing",
    "Status",
    "SuspendPartner",
    "decide",
]
