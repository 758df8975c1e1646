"""Credit notes: what a settled statement came to, as a document with a number. What tax is due on it is for whoever books it to say."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from channel_events.pure import Decider, Known, event, tell
from msgspec import Struct

from incentives.domain.ledger.events import (
    AdjustmentPosted,
    AmountWrittenOff,
    EarningAccrued,
    EarningReversed,
    StatementIssued,
    StatementSettled,
)
from incentives.domain.words import ZERO, Payee


class NoteOf(StrEnum):
    """What a line is about."""

    EARNED = "earned"
    """By a plan, less what was taken back of it."""
    ADJUSTED = "adjusted"
    CARRIED = "carried"
    """What earlier statements left below zero."""
    WRITTEN_OFF = "written_off"
    """Less than zero: it was not paid."""


class NoteLine(Struct, frozen=True, kw_only=True):
    """``plan_id`` is empty of what no plan earned."""

    of: NoteOf
    plan_id: str
    amount: Decimal


class Note(Struct, frozen=True, kw_only=True):
    """What a statement came to in a currency; the lines sum up to ``amount``, which was paid."""

    statement_id: str
    payee: Payee
    payee_id: str
    partner_id: str | None
    period: str
    statement_hash: str
    currency: str
    amount: Decimal
    lines: tuple[NoteLine, ...]


@event("credit_note_issued", public=True)
class CreditNoteIssued(Note, frozen=True, kw_only=True):
    """``credit_note_id`` is the year and the number in it, which have no gaps. ``statement_hash`` is that of the statement's own entry in
    the payee's ledger, so the note proves what it is about. Tax is not in it."""

    credit_note_id: str
    by: str
    occurred_on: date


class IssueNote(Struct, frozen=True, kw_only=True):
    """Once for a statement and currency."""

    note: Note
    credit_note_id: str
    by: str
    on: date


_Posted: TypeAlias = EarningAccrued | EarningReversed | AdjustmentPosted
_Name: TypeAlias = tuple[str, NoteOf, str]
"""Currency, what it is of, and the plan."""


def notes_of(entries: Sequence[object], statement_id: str) -> Iterator[Note]:
    """Of a ledger from its beginning on, by currency: nothing before the statement is settled, nor of what was not paid."""
    own = [one for one in entries if getattr(one, "statement_id", None) == statement_id]
    issued = next((one for one in own if isinstance(one, StatementIssued)), None)
    if issued is None or not any(isinstance(one, StatementSettled) for one in own):
        return
    sums: dict[_Name, Decimal] = {}
    for name, amount in _amounts(issued, _stated(entries, statement_id), own):
        sums[name] = sums.get(name, ZERO) + amount
    for currency in sorted({name[0] for name in sums}):
        lines = tuple(
            NoteLine(of=of, plan_id=plan_id, amount=amount)
            for (in_currency, of, plan_id), amount in sorted(sums.items())
            if in_currency == currency and amount
        )
        paid = sum((one.amount for one in lines), ZERO)
        if paid > 0:
            yield tell(Note, issued, statement_hash=issued.hash, currency=currency, amount=paid, lines=lines)


def _stated(entries: Iterable[object], statement_id: str) -> list[_Posted]:
    """What was posted until the end of its period, and is on no statement before it."""
    unstated: list[_Posted] = []
    for one in entries:
        if isinstance(one, _Posted):
            unstated.append(one)
        elif isinstance(one, StatementIssued):
            stated, unstated = (
                [each for each in unstated if each.period_last <= one.last],
                [each for each in unstated if each.period_last > one.last],
            )
            if one.statement_id == statement_id:
                return stated
    return []


def _amounts(issued: StatementIssued, stated: Iterable[_Posted], own: Iterable[object]) -> Iterator[tuple[_Name, Decimal]]:
    for posted in stated:
        of, plan_id = (NoteOf.ADJUSTED, "") if isinstance(posted, AdjustmentPosted) else (NoteOf.EARNED, posted.entry.plan_id)
        yield (posted.currency, of, plan_id), posted.amount
    for said in issued.amounts:
        yield (said.currency, NoteOf.CARRIED, ""), said.carried
    for one in own:
        if isinstance(one, AmountWrittenOff):
            yield (one.currency, NoteOf.WRITTEN_OFF, ""), -one.amount


def _issue(command: IssueNote, issued: CreditNoteIssued | None, known: Known) -> Iterator[CreditNoteIssued]:
    if issued is None:
        about = {"credit_note_id": command.credit_note_id, "by": command.by, "occurred_on": command.on}
        yield tell(CreditNoteIssued, command.note, **about)


CREDIT_NOTE: Decider[IssueNote, CreditNoteIssued | None, CreditNoteIssued] = Decider(
    "credit_note", initial=None, decide=_issue, evolve=lambda _, event: event, events=[CreditNoteIssued]
)
