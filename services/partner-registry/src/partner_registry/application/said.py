"""The service's history as the commands that say it: played into an empty service they give the same lists."""

from channel_events import Recorded
from channel_events.pure import say
from msgspec import Struct

from partner_registry.domain.partner import (
    ActivatePartner,
    AdmitPartner,
    ApprovePartner,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    DescribePartner,
    GrantChildrenAccess,
    MovePartner,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerDescribed,
    PartnerMoved,
    PartnerMoveWithdrawn,
    PartnerReinstated,
    PartnerSuspended,
    ReinstatePartner,
    RevokeChildrenAccess,
    SuspendPartner,
    WithdrawMove,
)
from partner_registry.domain.territories import DefineTerritory, TerritoryDefined

_SAYS: dict[type[Struct], type[Struct]] = {
    TerritoryDefined: DefineTerritory,
    PartnerApplied: AdmitPartner,
    PartnerApproved: ApprovePartner,
    PartnerActivated: ActivatePartner,
    PartnerSuspended: SuspendPartner,
    PartnerReinstated: ReinstatePartner,
    PartnerMoved: MovePartner,
    PartnerDescribed: DescribePartner,
    ChildrenAccessGranted: GrantChildrenAccess,
    ChildrenAccessRevoked: RevokeChildrenAccess,
}


def said(event: Recorded) -> Struct | None:
    """The command that says the same; None for events that follow from others, like a link in the hierarchy."""
    if isinstance(event.data, PartnerMoveWithdrawn):
        return WithdrawMove(partner_id=event.data.partner_id, on=event.data.occurred_on)
    command = _SAYS.get(type(event.data))
    return None if command is None else say(command, event.data)
