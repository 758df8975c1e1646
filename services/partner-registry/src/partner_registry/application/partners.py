"""What is done with partners. One write each: the partner's own events and, where it has a parent, its link.

The partner comes first, so that its own refusal is the one told; then what it names, on those streams' own word.
"""

from channel_events import Ask, On, Rejected, Steps
from channel_service.look_alikes import noting
from msgspec import UNSET

from partner_registry.domain.hierarchy import HIERARCHY, PARTNERS, JoinHierarchy, Relink, Unlink
from partner_registry.domain.partner import (
    PARTNER,
    ActivatePartner,
    AdmitPartner,
    ApplyPartner,
    ApprovePartner,
    MovePartner,
    Partner,
    RequireParent,
    Status,
    WithdrawMove,
)
from partner_registry.domain.territories import TERRITORIES, RequireTerritory


def applying(c: ApplyPartner) -> Steps:
    for applied in (yield On(PARTNER, c)):
        yield On(TERRITORIES, RequireTerritory(c.territory))
        yield from _under(c.parent)
        yield On(HIERARCHY, PARTNERS, JoinHierarchy(partner_id=applied.partner_id, parent=c.parent, on=applied.occurred_on))
        yield from noting("partner", applied.partner_id, _applied)


def _applied(partner_id: str) -> Steps:
    return bool((yield Ask(PARTNER, partner_id)).version)


def moving(c: MovePartner) -> Steps:
    for moved in (yield On(PARTNER, c)):
        if c.territory is not UNSET:
            yield On(TERRITORIES, RequireTerritory(c.territory))
        if c.parent is not UNSET:
            yield from _under(c.parent)
            yield On(HIERARCHY, PARTNERS, Relink(partner_id=c.partner_id, parent=c.parent, on=moved.occurred_on))


def withdrawing(c: WithdrawMove) -> Steps:
    for _ in (yield On(PARTNER, c)):
        yield On(HIERARCHY, PARTNERS, Unlink(partner_id=c.partner_id, on=c.on))


def admitting(c: AdmitPartner) -> Steps:
    """The application and the steps that are not there yet; ``partner_exists`` when one is there with another date.

    The steps themselves are no news to a partner that took them on another day, so that is found here.
    """
    yield from applying(c)
    partner: Partner = (yield Ask(PARTNER, c.partner_id or "")).state
    for on, status, step in ((c.approved_on, Status.APPROVED, ApprovePartner), (c.activated_on, Status.ACTIVE, ActivatePartner)):
        if on is None:
            continue
        taken = next((standing.since for standing in partner.standings if standing.status is status), None)
        if taken is None:
            yield On(PARTNER, step(partner_id=c.partner_id or "", on=on))
        elif taken != on:
            raise Rejected("partner_exists", partner_id=c.partner_id)


def _under(parent: str | None) -> Steps:
    if parent is not None:
        yield On(PARTNER, RequireParent(partner_id=parent))
