"""A partner's record as of a business date, from its stream: always current."""

from datetime import date

from channel_events import Log, Rejected
from msgspec import Struct

from partner_registry.domain.partner import PARTNER, ChildrenAccess, Description, PartnerApplied, Placement, Standing


class PartnerRecord(Struct, frozen=True, kw_only=True):
    """What it applied as; what it was called, where it stood and was on ``as_of``, and by which agreement it saw what is of its children;
    the whole history, oldest first; ``tag`` is that of its stream."""

    as_of: date
    tag: str | None
    applied: PartnerApplied
    description: Description
    standing: Standing
    place: Placement
    children_access: str | None
    descriptions: tuple[Description, ...]
    standings: tuple[Standing, ...]
    places: tuple[Placement, ...]
    children_accesses: tuple[ChildrenAccess, ...]


async def partner_record(log: Log, partner_id: str, as_of: date) -> PartnerRecord:
    """Raises `Rejected`: ``partner_unknown``, or ``partner_not_applied_yet`` for a day before it applied."""
    partner, *_ = current = await log.current(PARTNER, partner_id)
    if partner.application is None:
        raise Rejected("partner_unknown", partner_id=partner_id)
    standing, place, description = partner.standing_on(as_of), partner.place_on(as_of), partner.description_on(as_of)
    if standing is None or place is None or description is None:
        raise Rejected("partner_not_applied_yet", partner_id=partner_id, applied_on=partner.application.occurred_on, as_of=as_of)
    return PartnerRecord(
        as_of=as_of,
        tag=current.tag,
        applied=partner.application,
        description=description,
        standing=standing,
        place=place,
        children_access=partner.agreement_on(as_of),
        descriptions=partner.descriptions,
        standings=partner.standings,
        places=partner.places,
        children_accesses=partner.accesses,
    )
