"""A payee's ledger as its events tell it: what is posted of each entry, what is on no statement yet, and what is owed of each statement."""

from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from incentives.domain.ledger.chain import GENESIS
from incentives.domain.ledger.events import (
    CHAINED,
    AdjustmentPosted,
    AmountWrittenOff,
    EarningAccrued,
    EarningReversed,
    EarningsWorkedOut,
    LedgerEvent,
    PaymentOrdered,
    PayoutConfirmed,
    PayoutFailed,
    StatementAcknowledged,
    StatementDisputed,
    StatementIssued,
    StatementReleased,
    StatementSettled,
    WriteOffProposed,
)
from incentives.domain.words import ZERO


class Sums(Struct, frozen=True, kw_only=True):
    """Of one period and currency, on no statement yet."""

    accrued: Decimal = ZERO
    reversed: Decimal = ZERO
    adjusted: Decimal = ZERO

    def plus(self, other: "Sums") -> "Sums":
        added = {name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__}
        return Sums(**added)

    @property
    def total(self) -> Decimal:
        return self.accrued + self.reversed + self.adjusted


class Proposal(Struct, frozen=True):
    currency: str
    amount: Decimal
    reason: str
    by: str


class Statement(Struct, frozen=True, kw_only=True):
    """``owed`` is by currency what is neither paid nor on its way; ``ordered`` by payout what is on its way, in its currency."""

    period: str
    last: date
    objections_until: date
    owed: dict[str, Decimal]
    ordered: dict[str, tuple[str, Decimal]] = {}
    acknowledged: bool = False
    disputes: tuple[str, ...] = ()
    write_off: Proposal | None = None
    settled: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing of it is owed or on its way."""
        return not any(self.owed.values()) and not self.ordered


class Ledger(Struct, frozen=True, kw_only=True):
    """``posted``: by entry and the last day of the period what was posted in it. ``unstated``: by that day and currency. ``stated``:
    the last day of the last period that has a statement, and the entry that was."""

    number: int = 0
    head: str = GENESIS
    runs: int = 0
    seen: int = 0
    posted: dict[str, dict[str, Decimal]] = {}
    unstated: dict[str, dict[str, Sums]] = {}
    statements: dict[str, Statement] = {}
    stated: str = ""
    stated_number: int = 0

    def posted_until(self, entry_id: str, last: date) -> Decimal:
        """What an entry was posted with, in this period and those before it."""
        return sum((amount for day, amount in self.posted.get(entry_id, {}).items() if day <= str(last)), ZERO)


def evolve(ledger: Ledger, event: LedgerEvent) -> Ledger:
    if isinstance(event, EarningsWorkedOut):
        return replace(ledger, runs=event.run, seen=event.seen)
    if isinstance(event, CHAINED):
        ledger = replace(ledger, number=event.number, head=event.hash)
    match event:
        case EarningAccrued():
            return _unstated(_posted(ledger, event), event, Sums(accrued=event.amount))
        case EarningReversed():
            return _unstated(_posted(ledger, event), event, Sums(reversed=event.amount))
        case AdjustmentPosted():
            return _unstated(ledger, event, Sums(adjusted=event.amount))
        case StatementIssued():
            return _stated(ledger, event)
        case PaymentOrdered() | PayoutConfirmed() | PayoutFailed() | AmountWrittenOff():
            return _with(ledger, event.statement_id, _paying(ledger.statements[event.statement_id], event))
        case StatementSettled() | StatementAcknowledged() | StatementDisputed() | StatementReleased() | WriteOffProposed():
            return _with(ledger, event.statement_id, _answered(ledger.statements[event.statement_id], event))
        case _:
            return ledger


def _posted(ledger: Ledger, e: EarningAccrued | EarningReversed) -> Ledger:
    days = ledger.posted.get(e.entry.entry_id, {})
    day = str(e.period_last)
    return replace(ledger, posted=ledger.posted | {e.entry.entry_id: days | {day: days.get(day, ZERO) + e.amount}})


def _unstated(ledger: Ledger, e: EarningAccrued | EarningReversed | AdjustmentPosted, sums: Sums) -> Ledger:
    day = str(e.period_last)
    currencies = ledger.unstated.get(day, {})
    return replace(ledger, unstated=ledger.unstated | {day: currencies | {e.currency: currencies.get(e.currency, Sums()).plus(sums)}})


def _stated(ledger: Ledger, e: StatementIssued) -> Ledger:
    later = {day: sums for day, sums in ledger.unstated.items() if day > str(e.last)}
    carried = {one.currency for one in e.amounts if one.carried}
    before = {name: _carried(one, carried) for name, one in ledger.statements.items()}
    owed = {one.currency: one.payable for one in e.amounts}
    issued = Statement(period=e.period, last=e.last, objections_until=e.objections_until, owed=owed)
    return replace(ledger, unstated=later, statements=before | {e.statement_id: issued}, stated=str(e.last), stated_number=e.number)


def _carried(one: Statement, currencies: set[str]) -> Statement:
    return replace(one, owed={name: ZERO if name in currencies and owed < 0 else owed for name, owed in one.owed.items()})


def _paying(one: Statement, e: PaymentOrdered | PayoutConfirmed | PayoutFailed | AmountWrittenOff) -> Statement:
    if isinstance(e, AmountWrittenOff):
        return replace(one, owed=one.owed | {e.currency: one.owed[e.currency] - e.amount}, write_off=None)
    _, before = one.ordered.get(e.payout_id, (e.currency, ZERO))
    on_its_way = before + e.amount if isinstance(e, PaymentOrdered) else before - e.amount
    ordered = {name: value for name, value in one.ordered.items() if name != e.payout_id}
    if on_its_way:
        ordered[e.payout_id] = (e.currency, on_its_way)
    change = {PaymentOrdered: -e.amount, PayoutFailed: e.amount}.get(type(e), ZERO)
    return replace(one, ordered=ordered, owed=one.owed | {e.currency: one.owed[e.currency] + change})


def _answered(
    one: Statement, e: StatementSettled | StatementAcknowledged | StatementDisputed | StatementReleased | WriteOffProposed
) -> Statement:
    match e:
        case StatementSettled():
            return replace(one, settled=True)
        case StatementAcknowledged():
            return replace(one, acknowledged=True)
        case StatementDisputed():
            return replace(one, disputes=(*one.disputes, e.dispute_id))
        case StatementReleased():
            return replace(one, disputes=tuple(name for name in one.disputes if name != e.dispute_id))
        case WriteOffProposed():
            return replace(one, write_off=Proposal(e.currency, e.amount, e.reason, e.by))


def _with(ledger: Ledger, name: str, statement: Statement) -> Ledger:
    return replace(ledger, statements=ledger.statements | {name: statement})
