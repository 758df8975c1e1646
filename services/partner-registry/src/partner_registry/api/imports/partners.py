"""Importing partners: applied, and approved and activated when the row has those days.

The same again changes nothing, and a step that was not there yet is taken. Other facts, or another day of a step, are refused.
"""

from collections.abc import Iterable
from datetime import date

from channel_events import On
from channel_service.importing import Code, Importable, ImportRow, Known, Name, not_first

from partner_registry.application.admitting import admitting, partner_stream
from partner_registry.domain.partner import ApplyPartner, ChannelType


class PartnerRow(ImportRow, frozen=True, kw_only=True, tag="partner"):
    """``on`` is the day it applied."""

    partner_id: Code
    name: Name
    channel_type: ChannelType
    territory: Code
    segment: Name | None = None
    parent: Code | None = None
    on: date | None = None
    approved_on: date | None = None
    activated_on: date | None = None


def _partner(row: PartnerRow, known: Known) -> Iterable[On]:
    apply = ApplyPartner(
        partner_id=row.partner_id,
        name=row.name,
        channel_type=row.channel_type,
        segment=row.segment,
        territory=row.territory,
        parent=row.parent,
        on=row.on,
        today=known.today,
    )
    return admitting(apply, row.approved_on, row.activated_on, known.found)


_DAY = date(2026, 1, 5)
PARTNERS = Importable(
    PartnerRow,
    key=["partner_id"],
    commands=_partner,
    state=lambda row: partner_stream(row.partner_id),
    changed=not_first,
    example=PartnerRow(
        partner_id="p-1001",
        name="Jade Trading",
        channel_type=ChannelType.DISTRIBUTOR,
        territory="CN-E",
        on=_DAY,
        approved_on=_DAY,
        activated_on=_DAY,
    ),
)
