"""Partners as a service knows them: a copy of its own, declared in a line, folded from partner-registry's events."""

from channel_service.partners.events import (
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerDescribed,
    PartnerMoved,
    PartnerMoveWithdrawn,
    PartnerReinstated,
    PartnerSuspended,
)
from channel_service.partners.partner_copy import Also, PartnerCopy
from channel_service.partners.routes import PARTNER_UNKNOWN, partner_routes
from channel_service.partners.versions import members, on_date, version_table, versions

__all__ = [
    "PARTNER_UNKNOWN",
    "Also",
    "ChildrenAccessGranted",
    "ChildrenAccessRevoked",
    "PartnerActivated",
    "PartnerApplied",
    "PartnerApproved",
    "PartnerCopy",
    "PartnerDescribed",
    "PartnerMoveWithdrawn",
    "PartnerMoved",
    "PartnerReinstated",
    "PartnerSuspended",
    "members",
    "on_date",
    "partner_routes",
    "version_table",
    "versions",
]
