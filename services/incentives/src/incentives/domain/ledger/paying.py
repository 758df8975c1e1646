"""Paying a statement: ordered by a payout, confirmed by the bank or failed, in parts or whole; what is not paid may be written off."""

from collections.abc import Iterator
from typing import Any

from channel_events.pure import Known, Rejected
from channel_terms import happened_on

from incentives.domain.ledger.commands import Confirm, Fail, OrderPayment, Pay, ProposeWriteOff, WriteOff
from incentives.domain.ledger.events import (
    AmountWrittenOff,
    LedgerEvent,
    PaymentOrdered,
    PayoutConfirmed,
    PayoutFailed,
    WriteOffProposed,
)
from incentives.domain.ledger.posting import Account, moved
from incentives.domain.ledger.state import Ledger, Statement, evolve
from incentives.domain.ledger.statements import found, settled
from incentives.domain.ledger.writing import Writer
from incentives.domain.words import ZERO


def pay(c: Pay, ledger: Ledger, known: Known) -> Iterator[LedgerEvent]:
    one = found(c.statement_id, ledger)
    on = happened_on(c.on, known)
    made = list(_made(c, one, Writer(c.owner, ledger), {"statement_id": c.statement_id, "period": one.period, "occurred_on": on}))
    yield from made
    for event in made:
        ledger = evolve(ledger, event)
    after = ledger.statements[c.statement_id]
    if made and after.done and not one.settled:
        yield settled(c.owner, c.statement_id, one.period, on)


def _made(c: Pay, one: Statement, writer: Writer, about: dict[str, Any]) -> Iterator[LedgerEvent]:
    match c:
        case OrderPayment():
            _require_payable(c, one, about)
            about |= {"payout_id": c.payout_id, "currency": c.currency, "amount": c.amount}
            yield writer.entry(PaymentOrdered, moved(c.amount, c.currency, source=Account.IN_PAYMENT, to=Account.PAYABLE), **about)
        case Confirm():
            currency, left = one.ordered.get(c.payout_id, ("", ZERO))
            if not 0 < c.amount <= left:
                raise Rejected("payment_not_ordered", statement_id=c.statement_id, payout_id=c.payout_id, amount=c.amount, left=left)
            about |= {"payout_id": c.payout_id, "currency": currency, "amount": c.amount, "bank_reference": c.bank_reference}
            yield writer.entry(PayoutConfirmed, moved(c.amount, currency, source=Account.PAID, to=Account.IN_PAYMENT), **about)
        case Fail():
            currency, left = one.ordered.get(c.payout_id, ("", ZERO))
            if left:
                about |= {"payout_id": c.payout_id, "currency": currency, "amount": left, "reason": c.reason}
                yield writer.entry(PayoutFailed, moved(left, currency, source=Account.PAYABLE, to=Account.IN_PAYMENT), **about)
        case ProposeWriteOff():
            owed = one.owed.get(c.currency, ZERO)
            if not owed:
                raise Rejected("nothing_owed", statement_id=c.statement_id, currency=c.currency)
            yield WriteOffProposed(
                payee=c.owner.payee,
                payee_id=c.owner.payee_id,
                statement_id=c.statement_id,
                currency=c.currency,
                amount=owed,
                reason=c.reason,
                by=c.by,
                occurred_on=about["occurred_on"],
            )
        case WriteOff():
            yield from _written_off(c, one, writer, about)


def _written_off(c: WriteOff, one: Statement, writer: Writer, about: dict[str, Any]) -> Iterator[LedgerEvent]:
    proposed = one.write_off
    if proposed is None or one.owed.get(proposed.currency) != proposed.amount:
        raise Rejected("write_off_unknown", statement_id=c.statement_id)
    if proposed.by == c.by:
        raise Rejected("write_off_four_eyes", statement_id=c.statement_id, by=c.by)
    postings = moved(proposed.amount, proposed.currency, source=Account.WRITTEN_OFF, to=Account.PAYABLE)
    said = {"currency": proposed.currency, "amount": proposed.amount, "reason": proposed.reason, "proposed_by": proposed.by, "by": c.by}
    yield writer.entry(AmountWrittenOff, postings, **about, **said)


def _require_payable(c: OrderPayment, one: Statement, about: dict[str, Any]) -> None:
    if one.disputes:
        raise Rejected("statement_disputed", statement_id=c.statement_id, dispute_id=one.disputes[0])
    if not one.acknowledged and about["occurred_on"] <= one.objections_until:
        raise Rejected("statement_not_accepted", statement_id=c.statement_id, objections_until=one.objections_until)
    owed = one.owed.get(c.currency, ZERO)
    if not 0 < c.amount <= owed:
        raise Rejected("more_than_owed", statement_id=c.statement_id, amount=c.amount, owed=owed, currency=c.currency)
    if c.payout_id in one.ordered:
        raise Rejected("payout_exists", payout_id=c.payout_id)
