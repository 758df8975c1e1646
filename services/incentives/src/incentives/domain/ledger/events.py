"""The entries of a payee's ledger. Each says its number in it, the hash of the one before, and its own."""

from datetime import date
from decimal import Decimal
from typing import TypeAlias

from channel_events.pure import event
from msgspec import Struct

from incentives.domain.ledger.posting import Posting
from incentives.domain.ledger.said import EntrySaid, LineSaid
from incentives.domain.plan.document import Payee


class LedgerEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``partner_id`` is the payee where that is a partner. ``hash`` is the SHA-256 of the rest, as JSON with its members in order."""

    payee: Payee
    payee_id: str
    number: int
    previous: str
    hash: str = ""
    occurred_on: date
    partner_id: str | None = None
    postings: tuple[Posting, ...] = ()


class _Earning(LedgerEntry, frozen=True, kw_only=True, omit_defaults=True):
    period: str
    period_last: date
    currency: str
    amount: Decimal
    before: Decimal
    after: Decimal
    entry: EntrySaid
    lines: int = 0


@event("earning_accrued", public=True)
class EarningAccrued(_Earning, frozen=True, kw_only=True, omit_defaults=True):
    """The payee earned ``amount`` more by a rule of a plan, in the accounts of ``period``: ``entry`` came to ``before`` and comes to
    ``after``, by all that happened until the last day of the period. ``lines`` is how many order lines count otherwise than before.
    ``postings`` sum up to zero in each currency."""


@event("earning_reversed", public=True)
class EarningReversed(_Earning, frozen=True, kw_only=True, omit_defaults=True):
    """What was earned by ``entry`` became less: ``amount`` is below zero. The rest is as in ``earning_accrued``. It is by the
    version of the plan that the sale was under."""


@event("lines_counted")
class LinesCounted(LedgerEntry, frozen=True, kw_only=True, omit_defaults=True):
    """What lines of orders count in ``entry_id`` from the next posting of it on; a large number of them is said in several."""

    period: str
    period_last: date
    entry_id: str
    lines: tuple[LineSaid, ...]


@event("earnings_worked_out")
class EarningsWorkedOut(Struct, frozen=True, kw_only=True):
    """All that is earned was worked out, and its differences are posted; ``seen`` is how many changes of facts it is by."""

    payee: Payee
    payee_id: str
    run: int
    seen: int
    occurred_on: date


@event("adjustment_posted", public=True)
class AdjustmentPosted(LedgerEntry, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody decided, beside the rules, that the payee is owed ``amount`` more, or less: ``cause`` is the dispute it was decided in."""

    period: str
    period_last: date
    currency: str
    amount: Decimal
    cause: str
    reason: str
    by: str


class Amounts(Struct, frozen=True, kw_only=True):
    """Of one currency: ``payable`` is the sum of all others. ``carried`` is what an earlier statement left that was below zero."""

    currency: str
    carried: Decimal
    accrued: Decimal
    reversed: Decimal
    adjusted: Decimal
    payable: Decimal


@event("statement_issued", public=True)
class StatementIssued(LedgerEntry, frozen=True, kw_only=True, omit_defaults=True):
    """What the payee earned in ``period``, from entry ``since`` of its ledger to the one before this; ``head`` is the hash of that, so the
    statement says all before it, too. It never changes. Nobody who objects by ``objections_until`` accepts it."""

    statement_id: str
    period: str
    first: date
    last: date
    since: int
    head: str
    objections_until: date
    amounts: tuple[Amounts, ...]


class _OfStatement(LedgerEntry, frozen=True, kw_only=True, omit_defaults=True):
    statement_id: str
    period: str


class _Payment(_OfStatement, frozen=True, kw_only=True, omit_defaults=True):
    payout_id: str
    currency: str
    amount: Decimal


@event("payment_ordered")
class PaymentOrdered(_Payment, frozen=True, kw_only=True, omit_defaults=True):
    """A payout that was approved pays so much of the statement."""


@event("payout_confirmed", public=True)
class PayoutConfirmed(_Payment, frozen=True, kw_only=True, omit_defaults=True):
    """The bank paid ``amount`` of the statement, under its own ``bank_reference``, which is never used twice."""

    bank_reference: str


@event("payout_failed", public=True)
class PayoutFailed(_Payment, frozen=True, kw_only=True, omit_defaults=True):
    """``amount`` did not reach the payee, and is owed again."""

    reason: str


@event("amount_written_off", public=True)
class AmountWrittenOff(_OfStatement, frozen=True, kw_only=True, omit_defaults=True):
    """What of the statement is not paid, and not owed any more; ``proposed_by`` and ``by`` are two people."""

    currency: str
    amount: Decimal
    reason: str
    proposed_by: str
    by: str


class _Settled(Struct, frozen=True, kw_only=True):
    payee: Payee
    payee_id: str
    partner_id: str | None
    statement_id: str
    period: str
    occurred_on: date


@event("statement_settled", public=True)
class StatementSettled(_Settled, frozen=True, kw_only=True):
    """Nothing of the statement is owed any more: it was paid, written off, or carried to the next one where it was below zero."""


class _Answered(Struct, frozen=True, kw_only=True):
    payee: Payee
    payee_id: str
    statement_id: str
    by: str
    occurred_on: date


@event("statement_acknowledged")
class StatementAcknowledged(_Answered, frozen=True, kw_only=True):
    """The payee accepts it."""


@event("statement_disputed")
class StatementDisputed(_Answered, frozen=True, kw_only=True):
    """Nothing of it is paid until the dispute is decided."""

    dispute_id: str


@event("statement_released")
class StatementReleased(_Answered, frozen=True, kw_only=True):
    """A dispute about it was decided."""

    dispute_id: str


@event("write_off_proposed")
class WriteOffProposed(_Answered, frozen=True, kw_only=True):
    currency: str
    amount: Decimal
    reason: str


Chained: TypeAlias = (
    EarningAccrued
    | EarningReversed
    | LinesCounted
    | AdjustmentPosted
    | StatementIssued
    | PaymentOrdered
    | PayoutConfirmed
    | PayoutFailed
    | AmountWrittenOff
)
CHAINED: tuple[type[Chained], ...] = (
    EarningAccrued,
    EarningReversed,
    LinesCounted,
    AdjustmentPosted,
    StatementIssued,
    PaymentOrdered,
    PayoutConfirmed,
    PayoutFailed,
    AmountWrittenOff,
)
Noted: TypeAlias = EarningsWorkedOut | StatementSettled | StatementAcknowledged | StatementDisputed | StatementReleased | WriteOffProposed
NOTED: tuple[type[Noted], ...] = (
    EarningsWorkedOut,
    StatementSettled,
    StatementAcknowledged,
    StatementDisputed,
    StatementReleased,
    WriteOffProposed,
)
LedgerEvent: TypeAlias = Chained | Noted
