"""The service's history as documents that its import takes: played into an empty service it gives the same lists.

Each carries its event's id as ``key``, so a file that is played again, or goes on where another ended, adds nothing twice.
"""

from typing import Any

from channel_events import Recorded

from partner_registry.domain.partner import (
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerMoved,
    PartnerReinstated,
    PartnerSuspended,
)
from partner_registry.domain.territories import TerritoryDefined


def document(event: Recorded) -> dict[str, Any] | None:
    """The document that says the same; None for events that follow from others, like a link in the hierarchy."""
    said = _said(event.data)
    return None if said is None else {"key": event.id, **said, "on": event.occurred_on}


def _said(event: Any) -> dict[str, Any] | None:
    match event:
        case TerritoryDefined() as e:
            return {"kind": "territory", "territory": e.territory, "name": e.name, "parent": e.parent}
        case PartnerApplied() as e:
            who = {"partner_id": e.partner_id, "name": e.name, "channel_type": e.channel_type, "segment": e.segment}
            return {"kind": "partner", **who, "territory": e.territory, "parent": e.parent}
        case PartnerMoved() as e:
            return {"kind": "move", "partner_id": e.partner_id, "territory": e.territory, "parent": e.parent}
        case ChildrenAccessGranted() as e:
            return {"kind": "children_access_grant", "partner_id": e.partner_id, "agreement": e.agreement}
        case ChildrenAccessRevoked() as e:
            return {"kind": "children_access_revocation", "partner_id": e.partner_id}
        case PartnerSuspended() as e:
            return {"kind": "suspension", "partner_id": e.partner_id, "reason": e.reason}
        case PartnerApproved() | PartnerActivated() | PartnerReinstated() as e:
            return {"kind": _STEPS[type(e)], "partner_id": e.partner_id}
    return None


_STEPS: dict[type[Any], str] = {PartnerApproved: "approval", PartnerActivated: "activation", PartnerReinstated: "reinstatement"}
