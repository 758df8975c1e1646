"""A partner: applied, approved, active, suspended; and its place in territories and hierarchy over time."""

from partner_registry.domain.partner.commands import (
    ActivatePartner,
    ApplyPartner,
    ApprovePartner,
    MovePartner,
    PartnerCommand,
    ReinstatePartner,
    RequireParent,
    SuspendPartner,
)
from partner_registry.domain.partner.decide import PARTNER, decide
from partner_registry.domain.partner.events import (
    ChannelType,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerEvent,
    PartnerMoved,
    PartnerReinstated,
    PartnerSuspended,
)
from partner_registry.domain.partner.gates import GATES, Gates
from partner_registry.domain.partner.state import Partner, Place, Standing, Status

__all__ = [
    "GATES",
    "PARTNER",
    "ActivatePartner",
    "ApplyPartner",
    "ApprovePartner",
    "ChannelType",
    "Gates",
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
    "Standing",
    "Status",
    "SuspendPartner",
    "decide",
]
