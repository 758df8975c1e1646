"""Statements, disputes about them, and payouts: which commands go to which ledgers."""

from collections.abc import Iterator
from typing import Any

from channel_events import Ask, On, Rejected, Steps

from incentives.domain.bank_reference import BANK_REFERENCE
from incentives.domain.dispute import DISPUTE, DecideDispute, Raise, RaiseDispute
from incentives.domain.ledger.commands import (
    Acknowledge,
    Confirm,
    Dispute,
    Fail,
    OrderPayment,
    PostAdjustment,
    ProposeWriteOff,
    Release,
    WriteOff,
)
from incentives.domain.ledger.decide import LEDGER, ledger_key
from incentives.domain.ledger.statements import owner_of
from incentives.domain.payout import PAYOUT, ApprovePayout, ConfirmPayment, FailPayment, Payout
from incentives.domain.settlement import CALENDAR, SETTLEMENT, Settlement
from incentives.domain.statement import AcknowledgeStatement, ProposeStatementWriteOff, WriteOffStatement


def _of_statement(cls: type[Any], statement_id: str, c: Any, **more: Any) -> On:
    """The command to the ledger that the statement is of."""
    owner, _ = owner_of(statement_id)
    return On(LEDGER, ledger_key(owner), cls(owner=owner, statement_id=statement_id, by=c.by or "", on=c.on, **more))


def acknowledging(c: AcknowledgeStatement) -> Iterator[On]:
    yield _of_statement(Acknowledge, c.statement_id, c)


def proposing_write_off(c: ProposeStatementWriteOff) -> Iterator[On]:
    yield _of_statement(ProposeWriteOff, c.statement_id, c, currency=c.currency, reason=c.reason)


def writing_off(c: WriteOffStatement) -> Iterator[On]:
    yield _of_statement(WriteOff, c.statement_id, c)


def raising(c: RaiseDispute) -> Steps:
    """The statement is not paid from the same moment on."""
    owner, _ = owner_of(c.statement_id)
    calendar = (yield Ask(SETTLEMENT, CALENDAR)).state.calendar
    if calendar is None:
        raise Rejected("statement_unknown", statement_id=c.statement_id)
    of: dict[str, Any] = {"payee_id": owner.payee_id, "partner_id": owner.partner_id, "zone": calendar.zone}
    for one in (yield On(DISPUTE, c.dispute_id or "", Raise(said=c, payee=owner.payee, days=calendar.dispute_days, **of))):
        yield _of_statement(Dispute, c.statement_id, c, dispute_id=one.dispute_id)


def deciding(c: DecideDispute) -> Steps:
    """What is upheld is posted in the period that is open: the statement stays as it is."""
    for one in (yield On(DISPUTE, c)):
        yield _of_statement(Release, one.statement_id, c, dispute_id=c.dispute_id)
        settlement: Settlement = (yield Ask(SETTLEMENT, CALENDAR)).state
        if one.amount and settlement.open is not None:
            said = {"currency": one.currency, "amount": one.amount, "cause": c.dispute_id, "reason": one.reason, "by": one.by}
            owner, _ = owner_of(one.statement_id)
            yield On(LEDGER, ledger_key(owner), PostAdjustment(owner=owner, period=settlement.open.period, **said))


def approving(c: ApprovePayout) -> Steps:
    """All of its payments are ordered, or none."""
    for _ in (yield On(PAYOUT, c)):
        payout: Payout = (yield Ask(PAYOUT, c.payout_id)).state
        proposed = payout.require_approved(c.payout_id)
        for one in proposed.payments:
            said = {"payout_id": c.payout_id, "currency": proposed.currency, "amount": one.amount}
            yield _of_statement(OrderPayment, one.statement_id, c, **said)


def confirming(c: ConfirmPayment) -> Steps:
    """Once for each of the bank's references."""
    payout: Payout = (yield Ask(PAYOUT, c.payout_id)).state
    payout.require_approved(c.payout_id)
    for one in (yield On(BANK_REFERENCE, c.bank_reference, c)):
        said = {"payout_id": c.payout_id, "amount": one.amount, "bank_reference": one.bank_reference}
        yield _of_statement(Confirm, c.statement_id, c, **said)


def failing(c: FailPayment) -> Steps:
    payout: Payout = (yield Ask(PAYOUT, c.payout_id)).state
    payout.require_approved(c.payout_id)
    yield _of_statement(Fail, c.statement_id, c, payout_id=c.payout_id, reason=c.reason)


def partner_of(statement_id: str) -> str | None:
    """Whose statement it is, where that is a partner's."""
    return owner_of(statement_id)[0].partner_id
