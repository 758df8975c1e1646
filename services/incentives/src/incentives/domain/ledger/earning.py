"""Posting what is earned: of each entry the difference between what it comes to and what is posted of it."""

from collections.abc import Iterator
from typing import Any

from channel_events.pure import Known, Rejected

from incentives.domain.ledger.commands import PostAdjustment, PostEarnings
from incentives.domain.ledger.events import AdjustmentPosted, EarningAccrued, EarningReversed, EarningsWorkedOut, LedgerEvent, LinesCounted
from incentives.domain.ledger.posting import Account, moved
from incentives.domain.ledger.said import Worked
from incentives.domain.ledger.state import Ledger
from incentives.domain.ledger.writing import Writer
from incentives.domain.settlement.calendar import Period

LINES = 500
"""Said in one event: some 100 KB."""


def post(c: PostEarnings, ledger: Ledger, known: Known) -> Iterator[LedgerEvent]:
    if c.number != ledger.number:
        return
    require_open(c.period, ledger)
    writer = Writer(c.owner, ledger)
    for one in c.worked:
        yield from _difference(one, writer, c.period, ledger, known)
    if c.seen is not None and c.seen != ledger.seen:
        yield EarningsWorkedOut(payee=c.owner.payee, payee_id=c.owner.payee_id, run=ledger.runs + 1, seen=c.seen, occurred_on=known.today)


def _difference(one: Worked, writer: Writer, period: Period, ledger: Ledger, known: Known) -> Iterator[LedgerEvent]:
    before = ledger.posted_until(one.said.entry_id, period.last)
    amount = one.amount - before
    if not amount:
        return
    about = _in(period, known)
    for at in range(0, len(one.lines), LINES):
        yield writer.entry(LinesCounted, entry_id=one.said.entry_id, lines=one.lines[at : at + LINES], **about)
    said: dict[str, Any] = {"entry": one.said, "before": before, "after": one.amount, "lines": len(one.lines), **about}
    currency = one.said.currency
    if amount > 0:
        postings = moved(amount, currency, source=Account.ACCRUED, to=Account.EXPENSE)
        yield writer.entry(EarningAccrued, postings, currency=currency, amount=amount, **said)
    else:
        postings = moved(-amount, currency, source=Account.CLAWED_BACK, to=Account.ACCRUED)
        yield writer.entry(EarningReversed, postings, currency=currency, amount=amount, **said)


def adjust(c: PostAdjustment, ledger: Ledger, known: Known) -> Iterator[LedgerEvent]:
    require_open(c.period, ledger)
    postings = moved(c.amount, c.currency, source=Account.ACCRUED, to=Account.ADJUSTED)
    said = {"currency": c.currency, "amount": c.amount, "cause": c.cause, "reason": c.reason, "by": c.by}
    yield Writer(c.owner, ledger).entry(AdjustmentPosted, postings, **said, **_in(c.period, known))


def require_open(period: Period, ledger: Ledger) -> None:
    """A statement that is issued never changes."""
    if str(period.last) <= ledger.stated:
        raise Rejected("period_cut_off", period=period.name)


def _in(period: Period, known: Known) -> dict[str, Any]:
    """What happens now counts today, and in the accounts of a period that is over on its last day."""
    return {"period": period.name, "period_last": period.last, "occurred_on": min(max(known.today, period.first), period.last)}
