"""Payouts: payments of statements in one batch, proposed by one, approved by another, then confirmed or failed one by one."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import Code, Currency, HappenedOn, Name, Reference, happened_on
from msgspec import Meta, Struct
from msgspec.structs import replace

from incentives.domain.by import By
from incentives.domain.exact import is_payable
from incentives.domain.statement import StatementId
from incentives.domain.words import Least


class Payment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a statement all that it owes, or a part."""

    statement_id: StatementId
    amount: Annotated[Least, Meta(description="More than 0.", examples=["120.00"])]


@event("payout_proposed")
class PayoutProposed(Struct, frozen=True, kw_only=True):
    payout_id: str
    currency: str
    payments: tuple[Payment, ...]
    by: str
    occurred_on: date


class _Step(Struct, frozen=True, kw_only=True):
    payout_id: str
    by: str
    occurred_on: date


@event("payout_approved")
class PayoutApproved(_Step, frozen=True, kw_only=True):
    """By somebody else than who proposed it; its payments are on their way."""


@event("payout_withdrawn")
class PayoutWithdrawn(_Step, frozen=True, kw_only=True):
    pass


@command("propose_payout", stream="payout/{payout_id}")
class ProposePayout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is on its way before somebody else approves it. What failed is owed again, and paid by another payout."""

    payout_id: Annotated[Code | None, Meta(description="One is made where none is said.", examples=["2026-02-a"])] = None
    currency: Currency
    payments: Annotated[tuple[Payment, ...], Meta(min_length=1, max_length=500)]
    by: By = None
    on: HappenedOn = None


class _OfPayout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    payout_id: Code
    by: By = None
    on: HappenedOn = None


@command("approve_payout", stream="payout/{payout_id}")
class ApprovePayout(_OfPayout, frozen=True, kw_only=True):
    """By somebody else than who proposed it. Each statement has to owe what is paid, be accepted, and not disputed; else none is paid."""


@command("withdraw_payout", stream="payout/{payout_id}")
class WithdrawPayout(_OfPayout, frozen=True, kw_only=True):
    """Of one that was not approved."""


@command("confirm_payment", stream="payout/{payout_id}")
class ConfirmPayment(_OfPayout, frozen=True, kw_only=True):
    """The bank paid it, whole or a part. Each of its references counts once, whatever is repeated."""

    statement_id: StatementId
    amount: Annotated[Least, Meta(description="More than 0.", examples=["120.00"])]
    bank_reference: Annotated[Reference, Meta(examples=["20260215-0815"])]


@command("fail_payment", stream="payout/{payout_id}")
class FailPayment(_OfPayout, frozen=True, kw_only=True):
    """What is not confirmed of it did not reach the payee, and is owed again."""

    statement_id: StatementId
    reason: Annotated[Name, Meta(examples=["account closed"])]


PayoutCommand: TypeAlias = ProposePayout | ApprovePayout | WithdrawPayout
PayoutEvent: TypeAlias = PayoutProposed | PayoutApproved | PayoutWithdrawn


class Payout(Struct, frozen=True, kw_only=True):
    proposed: PayoutProposed | None = None
    approved_by: str | None = None
    withdrawn: bool = False

    def require_approved(self, payout_id: str) -> PayoutProposed:
        if self.proposed is None or self.withdrawn:
            raise Rejected("payout_unknown", payout_id=payout_id)
        if self.approved_by is None:
            raise Rejected("payout_not_approved", payout_id=payout_id)
        return self.proposed


def decide(command: PayoutCommand, payout: Payout, known: Known) -> Iterator[PayoutEvent]:
    c, proposed = command, payout.proposed
    if isinstance(c, ProposePayout):
        yield from _propose(c, proposed, known)
        return
    if proposed is None or (payout.withdrawn and isinstance(c, ApprovePayout)):
        raise Rejected("payout_unknown", payout_id=c.payout_id)
    about: dict[str, Any] = {"payout_id": c.payout_id, "by": c.by or "", "occurred_on": happened_on(c.on, known)}
    if isinstance(c, ApprovePayout) and payout.approved_by is None:
        if c.by == proposed.by:
            raise Rejected("payout_four_eyes", payout_id=c.payout_id, by=c.by)
        yield PayoutApproved(**about)
    elif isinstance(c, WithdrawPayout):
        if payout.approved_by is not None:
            raise Rejected("payout_was_approved", payout_id=c.payout_id)
        if not payout.withdrawn:
            yield PayoutWithdrawn(**about)


def _propose(c: ProposePayout, proposed: PayoutProposed | None, known: Known) -> Iterator[PayoutProposed]:
    if proposed is not None:
        if (c.currency, c.payments) != (proposed.currency, proposed.payments):
            raise Rejected("payout_exists", payout_id=c.payout_id)
        return
    if wrong := next((one for one in c.payments if not one.amount or not is_payable(one.amount, c.currency)), None):
        raise Rejected("payment_amount_invalid", amount=wrong.amount, currency=c.currency)
    if len({one.statement_id for one in c.payments}) < len(c.payments):
        raise Rejected("statement_paid_twice", payout_id=c.payout_id)
    yield tell(PayoutProposed, c, by=c.by or "", occurred_on=happened_on(c.on, known))


def evolve(payout: Payout, event: PayoutEvent) -> Payout:
    match event:
        case PayoutProposed():
            return Payout(proposed=event)
        case PayoutApproved():
            return replace(payout, approved_by=event.by)
        case PayoutWithdrawn():
            return replace(payout, withdrawn=True)


PAYOUT: Decider[PayoutCommand, Payout, PayoutEvent] = Decider(
    "payout", initial=Payout(), decide=decide, evolve=evolve, events=[PayoutProposed, PayoutApproved, PayoutWithdrawn]
)
