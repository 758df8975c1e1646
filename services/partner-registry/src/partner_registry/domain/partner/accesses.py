"""Whether a partner reads what is of its children: granted, revoked, and taken back what was planned."""

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from channel_events.pure import Known, Rejected
from channel_terms import planned_on

from partner_registry.domain.dates import refuse_before
from partner_registry.domain.partner.commands import GrantChildrenAccess, RevokeChildrenAccess, WithdrawChildrenAccess
from partner_registry.domain.partner.events import ChildrenAccessGranted, ChildrenAccessRevoked
from partner_registry.domain.partner.state import ChildrenAccess, Partner

Changed: TypeAlias = Iterator[ChildrenAccessGranted | ChildrenAccessRevoked]


def change_access(command: GrantChildrenAccess | RevokeChildrenAccess | WithdrawChildrenAccess, partner: Partner, known: Known) -> Changed:
    """Of a partner that has applied."""
    match command:
        case GrantChildrenAccess():
            return _grant(command, partner, planned_on(command.on, known))
        case RevokeChildrenAccess():
            return _revoke(command, partner, planned_on(command.on, known))
        case WithdrawChildrenAccess():
            return _withdraw(command, partner, known)


def _applied_on(partner: Partner) -> date:
    return partner.standings[0].since


def _grant(command: GrantChildrenAccess, partner: Partner, on: date) -> Changed:
    last = partner.accesses[-1] if partner.accesses else ChildrenAccess(None, _applied_on(partner))
    refuse_before(on, last.since)
    if command.agreement != last.agreement:
        yield ChildrenAccessGranted(partner_id=command.partner_id, agreement=command.agreement, occurred_on=on)


def _revoke(command: RevokeChildrenAccess, partner: Partner, on: date) -> Changed:
    """Unlike a grant it may come before the last change, and takes back what that planned: it must be possible to stop
    somebody today, whatever is planned."""
    refuse_before(on, _applied_on(partner))
    from_then_on = (partner.agreement_on(on), *(access.agreement for access in partner.accesses if access.since > on))
    if agreement := next(filter(None, from_then_on), None):
        yield ChildrenAccessRevoked(partner_id=command.partner_id, agreement=agreement, occurred_on=on)


def _withdraw(command: WithdrawChildrenAccess, partner: Partner, known: Known) -> Changed:
    """Told as what holds from that day on instead, which copies know to read: the last word about a day counts."""
    before, last = (None, None, *partner.accesses)[-2:]
    stays = before.agreement if before else None
    if last is None or last.since != command.on or last.agreement == stays or not (command.on > known.today or known.imported):
        raise Rejected("access_not_planned", partner_id=command.partner_id, on=command.on)
    if stays is not None:
        yield ChildrenAccessGranted(partner_id=command.partner_id, agreement=stays, occurred_on=command.on)
    elif last.agreement is not None:
        yield ChildrenAccessRevoked(partner_id=command.partner_id, agreement=last.agreement, occurred_on=command.on)
