"""Statements: issued once for a period, then acknowledged or disputed; they never change."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from channel_events.pure import Known, Rejected
from channel_terms import happened_on

from incentives.domain.ledger.commands import Acknowledge, Answer, Dispute, IssueStatement, Release
from incentives.domain.ledger.events import (
    Amounts,
    LedgerEvent,
    StatementAcknowledged,
    StatementDisputed,
    StatementIssued,
    StatementReleased,
    StatementSettled,
)
from incentives.domain.ledger.posting import Account, moved
from incentives.domain.ledger.state import Ledger, Statement, Sums
from incentives.domain.ledger.writing import Owner, Writer
from incentives.domain.plan.document import Payee
from incentives.domain.words import ZERO


def statement_id(owner: Owner, period: str) -> str:
    """One for a payee and period."""
    return f"{owner.payee}~{owner.payee_id}~{period}"


def owner_of(statement: str) -> tuple[Owner, str]:
    """The payee and the period that a statement's id names; ``statement_unknown`` for what is no such id."""
    payee, _, rest = statement.partition("~")
    payee_id, _, period = rest.rpartition("~")
    if payee not in set(Payee) or not payee_id or not period:
        raise Rejected("statement_unknown", statement_id=statement)
    return Owner(Payee(payee), payee_id), period


def issue(c: IssueStatement, ledger: Ledger) -> Iterator[LedgerEvent]:
    """Nothing where nothing was posted."""
    period = c.period
    sums: dict[str, Sums] = {}
    for day, currencies in ledger.unstated.items():
        if day <= str(period.last):
            for currency, one in currencies.items():
                sums[currency] = sums.get(currency, Sums()).plus(one)
    if not sums or str(period.last) <= ledger.stated:
        return
    amounts = tuple(_amounts(currency, sums.get(currency, Sums()), carried) for currency, carried in _carried(ledger, sums))
    postings = [
        one for said in amounts for one in moved(said.payable - said.carried, said.currency, source=Account.PAYABLE, to=Account.ACCRUED)
    ]
    name, on = statement_id(c.owner, period.name), period.calculated_on
    yield Writer(c.owner, ledger).entry(
        StatementIssued,
        postings,
        statement_id=name,
        period=period.name,
        first=period.first,
        last=period.last,
        since=ledger.stated_number + 1,
        head=ledger.head,
        objections_until=on + timedelta(days=c.objection_days),
        amounts=amounts,
        occurred_on=on,
    )
    carried = {one.currency for one in amounts if one.carried}
    for earlier, statement in ledger.statements.items():
        left = {currency: owed for currency, owed in statement.owed.items() if currency not in carried or owed > 0}
        if not statement.settled and not any(left.values()) and not statement.ordered:
            yield settled(c.owner, earlier, statement.period, on)
    if not any(one.payable for one in amounts):
        yield settled(c.owner, name, period.name, on)


def _carried(ledger: Ledger, sums: dict[str, Sums]) -> Iterator[tuple[str, Decimal]]:
    """What earlier statements left below zero, by currency, beside the currencies that are settled now."""
    left = dict.fromkeys(sums, ZERO)
    for statement in ledger.statements.values():
        for currency, owed in statement.owed.items():
            if owed < 0:
                left[currency] = left.get(currency, ZERO) + owed
    yield from sorted(left.items())


def _amounts(currency: str, sums: Sums, carried: Decimal) -> Amounts:
    return Amounts(
        currency=currency,
        carried=carried,
        accrued=sums.accrued,
        reversed=sums.reversed,
        adjusted=sums.adjusted,
        payable=carried + sums.total,
    )


def settled(owner: Owner, name: str, period: str, on: Any) -> StatementSettled:
    return StatementSettled(
        payee=owner.payee, payee_id=owner.payee_id, partner_id=owner.partner_id, statement_id=name, period=period, occurred_on=on
    )


def found(name: str, ledger: Ledger) -> Statement:
    if (one := ledger.statements.get(name)) is None:
        raise Rejected("statement_unknown", statement_id=name)
    return one


def answer(c: Answer, ledger: Ledger, known: Known) -> Iterator[LedgerEvent]:
    one = found(c.statement_id, ledger)
    about: dict[str, Any] = {"payee": c.owner.payee, "payee_id": c.owner.payee_id, "statement_id": c.statement_id, "by": c.by}
    about["occurred_on"] = happened_on(c.on, known)
    match c:
        case Acknowledge():
            if one.disputes:
                raise Rejected("statement_disputed", statement_id=c.statement_id, dispute_id=one.disputes[0])
            if not one.acknowledged:
                yield StatementAcknowledged(**about)
        case Dispute():
            if one.acknowledged or one.settled or about["occurred_on"] > one.objections_until:
                raise Rejected("statement_stands", statement_id=c.statement_id, objections_until=one.objections_until)
            yield StatementDisputed(**about, dispute_id=c.dispute_id)
        case Release():
            if c.dispute_id in one.disputes:
                yield StatementReleased(**about, dispute_id=c.dispute_id)
