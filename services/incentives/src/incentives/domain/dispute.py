"""Disputes: that a statement says something else than the payee expects; decided by somebody else, in time."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import Amount, Code, Currency, HappenedOn, Name, happened_on
from msgspec import Meta, Struct
from msgspec.structs import replace

from incentives.domain.by import By
from incentives.domain.exact import is_payable
from incentives.domain.plan.document import Payee
from incentives.domain.statement import StatementId
from incentives.domain.words import ZERO


class Outcome(StrEnum):
    UPHELD = "upheld"
    REJECTED = "rejected"


class _About(Struct, frozen=True, kw_only=True):
    dispute_id: str
    payee: Payee
    payee_id: str
    partner_id: str | None
    statement_id: str
    currency: str
    occurred_on: date


@event("dispute_raised", public=True)
class DisputeRaised(_About, frozen=True, kw_only=True):
    """The payee expects ``expected`` where the statement says something else: of ``entry_id``, of an order's line, or of the whole. It is
    decided until ``decide_until``, by the calendar of ``zone``."""

    expected: Decimal
    reason: str
    entry_id: str | None
    order_id: str | None
    line_id: str | None
    decide_until: date
    zone: str
    by: str


@event("dispute_decided", public=True)
class DisputeDecided(_About, frozen=True, kw_only=True):
    """``amount`` is what is paid beside the statement, in the period that is open; 0 of one that is rejected."""

    outcome: Outcome
    amount: Decimal
    reason: str
    by: str


@event("dispute_overdue")
class DisputeOverdue(Struct, frozen=True, kw_only=True):
    """It was to be decided by now, and is not."""

    dispute_id: str
    occurred_on: date


DisputeId: TypeAlias = Annotated[Code | None, Meta(description="One is made where none is said.", examples=["d-17"])]


@command("raise_dispute", stream="dispute/{dispute_id}")
class RaiseDispute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Until the last day for objections, of a statement that is not acknowledged. Nothing of it is paid until this is decided."""

    dispute_id: DisputeId = None
    statement_id: StatementId
    currency: Currency
    expected: Annotated[Amount, Meta(description="What it should say.", examples=["120.00"])]
    reason: Annotated[Name, Meta(examples=["order shop:1001 is ours"])]
    entry_id: Annotated[str, Meta(max_length=300)] | None = None
    order_id: Code | None = None
    line_id: Code | None = None
    by: By = None
    on: HappenedOn = None


class Raise(Struct, frozen=True, kw_only=True):
    """With whose it is, and in how many days it has to be decided."""

    said: RaiseDispute
    payee: Payee
    payee_id: str
    partner_id: str | None
    days: int
    zone: str


@command("decide_dispute", stream="dispute/{dispute_id}")
class DecideDispute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By somebody else than who raised it. ``amount`` is paid, or with less than 0 taken, beside the statement, which stays as it is."""

    dispute_id: Code
    outcome: Annotated[Outcome, Meta(examples=["upheld"])]
    amount: Annotated[Amount, Meta(examples=["20.00"])] = ZERO
    reason: Annotated[Name, Meta(examples=["the order was credited to another partner"])]
    by: By = None
    on: HappenedOn = None


class MarkOverdue(Struct, frozen=True):
    dispute_id: str
    on: date


DisputeCommand: TypeAlias = Raise | DecideDispute | MarkOverdue
DisputeEvent: TypeAlias = DisputeRaised | DisputeDecided | DisputeOverdue


class State(Struct, frozen=True):
    raised: DisputeRaised | None = None
    decided: DisputeDecided | None = None
    overdue: bool = False


def decide(command: DisputeCommand, dispute: State, known: Known) -> Iterator[DisputeEvent]:
    match command:
        case Raise():
            yield from _raise(command, dispute, known)
        case DecideDispute():
            yield from _decide(command, dispute, known)
        case MarkOverdue():
            if dispute.decided is None and not dispute.overdue:
                yield DisputeOverdue(dispute_id=command.dispute_id, occurred_on=command.on)


def _raise(command: Raise, dispute: State, known: Known) -> Iterator[DisputeRaised]:
    said = command.said
    if dispute.raised is not None:
        if not agree(said, dispute.raised, but=frozenset({"by"})):
            raise Rejected("dispute_exists", dispute_id=said.dispute_id)
        return
    on = happened_on(said.on, known)
    about = {"payee": command.payee, "payee_id": command.payee_id, "partner_id": command.partner_id, "zone": command.zone}
    yield tell(DisputeRaised, said, **about, by=said.by or "", decide_until=on + timedelta(days=command.days), occurred_on=on)


def _decide(command: DecideDispute, dispute: State, known: Known) -> Iterator[DisputeDecided]:
    raised = dispute.raised
    if raised is None:
        raise Rejected("dispute_unknown", dispute_id=command.dispute_id)
    if dispute.decided is not None:
        if not agree(command, dispute.decided, but=frozenset({"by"})):
            raise Rejected("dispute_was_decided", dispute_id=command.dispute_id, outcome=dispute.decided.outcome)
        return
    if command.by == raised.by:
        raise Rejected("dispute_four_eyes", dispute_id=command.dispute_id, by=command.by)
    if (command.outcome is Outcome.REJECTED) is bool(command.amount) or not is_payable(command.amount, raised.currency):
        raise Rejected("dispute_amount_wrong", dispute_id=command.dispute_id, outcome=command.outcome, amount=command.amount)
    about = {name: getattr(raised, name) for name in ("payee", "payee_id", "partner_id", "statement_id", "currency")}
    yield tell(DisputeDecided, command, **about, by=command.by or "", occurred_on=happened_on(command.on, known))


def evolve(dispute: State, event: DisputeEvent) -> State:
    match event:
        case DisputeRaised():
            return State(event)
        case DisputeDecided():
            return replace(dispute, decided=event)
        case DisputeOverdue():
            return replace(dispute, overdue=True)


DISPUTE: Decider[DisputeCommand, State, DisputeEvent] = Decider(
    "dispute", initial=State(), decide=decide, evolve=evolve, events=[DisputeRaised, DisputeDecided, DisputeOverdue]
)
