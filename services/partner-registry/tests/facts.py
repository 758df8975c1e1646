"""The facts most tests begin with."""

from datetime import date

from partner_registry.domain.partner import (
    ApplyPartner,
    ChannelType,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerMoved,
    PartnerSuspended,
)
from partner_registry.domain.territories import TerritoryDefined

JAN, FEB, MAR, APR, MAY = (date(2026, month, 1) for month in range(1, 6))

CHINA = TerritoryDefined(territory="CN", name="China", parent=None, occurred_on=JAN)
EAST = TerritoryDefined(territory="CN-E", name="East China", parent="CN", occurred_on=JAN)

APPLY = ApplyPartner(
    partner_id="p1",
    name="Jade Trading",
    channel_type=ChannelType.DISTRIBUTOR,
    segment="A",
    territory="CN",
    parent=None,
    on=JAN,
)
APPLIED = PartnerApplied(
    partner_id="p1",
    name="Jade Trading",
    channel_type=ChannelType.DISTRIBUTOR,
    segment="A",
    territory="CN",
    parent=None,
    occurred_on=JAN,
)
APPROVED = PartnerApproved(partner_id="p1", occurred_on=FEB)
ACTIVATED = PartnerActivated(partner_id="p1", occurred_on=FEB)
SUSPENDED = PartnerSuspended(partner_id="p1", reason="overdue", occurred_on=MAR)
MOVED = PartnerMoved(partner_id="p1", territory="CN-E", parent=None, previous_territory="CN", previous_parent=None, occurred_on=MAR)
