"""What may be done with a partner, and when."""

from collections.abc import Iterator
from datetime import date

from channel_events.pure import Decider, Known, Rejected, tell
from channel_terms import planned_on
from msgspec import UNSET

from partner_registry.domain.dates import refuse_before, refuse_future
from partner_registry.domain.partner.accesses import change_access
from partner_registry.domain.partner.commands import (
    ActivatePartner,
    ApplyPartner,
    ApprovePartner,
    DescribePartner,
    GrantChildrenAccess,
    MovePartner,
    PartnerCommand,
    ReinstatePartner,
    RequireParent,
    RevokeChildrenAccess,
    StandingCommand,
    SuspendPartner,
    WithdrawChildrenAccess,
    WithdrawMove,
)
from partner_registry.domain.partner.events import (
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerDescribed,
    PartnerEvent,
    PartnerMoved,
    PartnerMoveWithdrawn,
    PartnerReinstated,
    PartnerSuspended,
)
from partner_registry.domain.partner.gates import GATES, Gates, pass_gates
from partner_registry.domain.partner.state import Partner, Status, evolve


def decide(command: PartnerCommand, partner: Partner, known: Known, gates: Gates = GATES) -> Iterator[PartnerEvent]:
    if isinstance(command, ApplyPartner):
        yield from _apply(command, partner, known)
    elif partner.application is None:
        if isinstance(command, RequireParent):
            raise Rejected("parent_unknown", parent=command.partner_id)
        raise Rejected("partner_unknown", partner_id=command.partner_id)
    elif isinstance(command, MovePartner):
        yield from _move(command, partner, planned_on(command.on, known))
    elif isinstance(command, DescribePartner):
        yield from _describe(command, partner, known)
    elif isinstance(command, WithdrawMove):
        yield from _withdraw(command, partner, known)
    elif isinstance(command, GrantChildrenAccess | RevokeChildrenAccess | WithdrawChildrenAccess):
        yield from change_access(command, partner, known)
    elif not isinstance(command, RequireParent):
        yield from _change_standing(command, partner, known, gates)


def _apply(command: ApplyPartner, partner: Partner, known: Known) -> Iterator[PartnerApplied]:
    before = partner.application
    # Who repeats an application on another day, without a date, states no other fact.
    on = before.occurred_on if before and command.on is None else planned_on(command.on, known)
    applied = tell(PartnerApplied, command, partner_id=command.partner_id or "", occurred_on=on)
    if before is None:
        refuse_future(on, known)
        yield applied
    elif applied != before:
        raise Rejected("partner_exists", partner_id=command.partner_id)


def _move(command: MovePartner, partner: Partner, on: date) -> Iterator[PartnerMoved]:
    last = partner.places[-1]
    refuse_before(on, last.since)
    territory = last.territory if command.territory is UNSET else command.territory
    parent = last.parent if command.parent is UNSET else command.parent
    if (territory, parent) != (last.territory, last.parent):
        yield PartnerMoved(
            partner_id=command.partner_id,
            territory=territory,
            parent=parent,
            previous_territory=last.territory,
            previous_parent=last.parent,
            occurred_on=on,
        )


def _describe(command: DescribePartner, partner: Partner, known: Known) -> Iterator[PartnerDescribed]:
    """Never ahead: copies show what it is called when they hear of it."""
    on, last = planned_on(command.on, known), partner.descriptions[-1]
    refuse_future(on, known)
    name = last.name if command.name is UNSET else command.name
    segment = last.segment if command.segment is UNSET else command.segment
    if (name, segment) != (last.name, last.segment):
        refuse_before(on, last.since)
        yield PartnerDescribed(
            partner_id=command.partner_id,
            name=name,
            segment=segment,
            previous_name=last.name,
            previous_segment=last.segment,
            occurred_on=on,
        )


def _withdraw(command: WithdrawMove, partner: Partner, known: Known) -> Iterator[PartnerMoveWithdrawn]:
    """Told again where it moves to another installation, the day of the move may have passed by now."""
    *earlier, last = partner.places
    if not earlier or last.since != command.on or not (command.on > known.today or known.imported):
        raise Rejected("move_not_planned", partner_id=command.partner_id, on=command.on)
    stays = earlier[-1]
    yield tell(PartnerMoveWithdrawn, command, territory=stays.territory, parent=stays.parent, occurred_on=command.on)


def _change_standing(command: StandingCommand, partner: Partner, known: Known, gates: Gates) -> Iterator[PartnerEvent]:
    on = planned_on(command.on, known)
    for event in _next_standing(command, partner, on, gates):
        refuse_future(on, known)
        refuse_before(on, partner.standings[-1].since)
        yield event


def _next_standing(command: StandingCommand, partner: Partner, on: date, gates: Gates) -> Iterator[PartnerEvent]:
    partner_id, standing = command.partner_id, partner.standings[-1]
    match command, standing.status:
        case ApprovePartner(), Status.APPLIED:
            pass_gates(gates.approval, partner, command)
            yield PartnerApproved(partner_id=partner_id, occurred_on=on)
        case ActivatePartner(), Status.APPROVED:
            pass_gates(gates.activation, partner, command)
            yield PartnerActivated(partner_id=partner_id, occurred_on=on)
        case SuspendPartner(reason=reason), Status.ACTIVE:
            yield PartnerSuspended(partner_id=partner_id, reason=reason, occurred_on=on)
        case ReinstatePartner(), Status.SUSPENDED:
            yield PartnerReinstated(partner_id=partner_id, occurred_on=on)
        case (ApprovePartner(), _) | (ActivatePartner() | ReinstatePartner(), Status.ACTIVE):
            return
        case SuspendPartner(reason=reason), Status.SUSPENDED if reason == standing.reason:
            return
        case ((ActivatePartner() | SuspendPartner()), Status.SUSPENDED):
            raise Rejected("partner_suspended", partner_id=partner_id, since=standing.since, reason=standing.reason)
        case ActivatePartner(), _:
            raise Rejected("partner_not_approved", partner_id=partner_id)
        case SuspendPartner(), _:
            raise Rejected("partner_not_active", partner_id=partner_id, status=standing.status)
        case _:
            raise Rejected("partner_not_suspended", partner_id=partner_id, status=standing.status)


PARTNER: Decider[PartnerCommand, Partner, PartnerEvent] = Decider(
    "partner",
    initial=Partner(),
    decide=decide,
    evolve=evolve,
    events=[
        PartnerApplied,
        PartnerApproved,
        PartnerActivated,
        PartnerSuspended,
        PartnerReinstated,
        PartnerMoved,
        PartnerDescribed,
        PartnerMoveWithdrawn,
        ChildrenAccessGranted,
        ChildrenAccessRevoked,
    ],
)
