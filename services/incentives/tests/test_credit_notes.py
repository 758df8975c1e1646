"""Credit notes: of each settled statement what was paid, by plan, numbered without gaps, once."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running
from channel_testing import feed
from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.domain.credit_note import CREDIT_NOTE, CreditNoteIssued, IssueNote, NoteOf, notes_of
from incentives.domain.ledger.commands import (
    Acknowledge,
    Confirm,
    IssueStatement,
    LedgerCommand,
    OrderPayment,
    PostAdjustment,
    ProposeWriteOff,
    WriteOff,
)
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.ledger.events import PayoutConfirmed, StatementSettled
from incentives.views.credit_notes import CREDIT_NOTES

from .ledgers import FEBRUARY, JANUARY, OWNER, done, posting, worked
from .settling import Clock, rows
from .test_settling import ID, clock, do, issued, settling

__all__ = ["clock", "settling"]
DAY = date(2026, 3, 1)


def pay(statement_id: str, amount: Decimal, currency: str = "CNY") -> list[LedgerCommand]:
    of: dict[str, Any] = {"owner": OWNER, "statement_id": statement_id, "by": "bob", "payout_id": f"{statement_id}-{currency}"}
    accepted = Acknowledge(owner=OWNER, statement_id=statement_id, by="p-1", on=DAY)
    return [
        accepted,
        OrderPayment(**of, currency=currency, amount=amount, on=DAY),
        Confirm(**of, amount=amount, bank_reference="b", on=DAY),
    ]


def test_a_note_says_by_plan_what_was_paid() -> None:
    january = f"partner~p-1~{JANUARY.name}"
    said: dict[str, Any] = {"currency": "CNY", "amount": Decimal("2.00"), "cause": "d", "reason": "-", "by": "eve"}
    events = done(posting(worked("100.00"), worked("7", "yen", currency="JPY")), PostAdjustment(owner=OWNER, period=JANUARY, **said))
    events = done(IssueStatement(owner=OWNER, period=JANUARY, objection_days=0), before=events)
    of: dict[str, Any] = {"owner": OWNER, "statement_id": january, "on": DAY}
    events = done(*pay(january, Decimal("90.00")), before=events)
    assert list(notes_of(events, january)) == []  # 12.00 and 7 yen are owed
    off: list[LedgerCommand] = [ProposeWriteOff(**of, by="ann", currency="CNY", reason="-"), WriteOff(**of, by="bob")]
    events = done(*off, *pay(january, Decimal(7), "JPY"), before=events)
    found = {one.currency: (one.amount, [(line.of, line.plan_id, line.amount) for line in one.lines]) for one in notes_of(events, january)}
    assert found == {
        "CNY": (
            Decimal("90.00"),
            [(NoteOf.ADJUSTED, "", 2), (NoteOf.EARNED, "dealers", 100), (NoteOf.WRITTEN_OFF, "", Decimal("-12.00"))],
        ),
        "JPY": (Decimal(7), [(NoteOf.EARNED, "dealers", 7)]),
    }


@given(earned=st.lists(st.integers(-300, 500), min_size=2, max_size=2), first_is_paid=st.booleans())
@settings(max_examples=60, deadline=None)
def test_all_notes_together_are_what_was_paid(earned: list[int], first_is_paid: bool) -> None:
    """Of two months, the second later than the first, which may be below zero and carried on."""
    events: list[Any] = []
    for period, amount in zip((JANUARY, FEBRUARY), earned, strict=True):
        ledger = LEDGER.fold(events)
        name = period.name
        events = done(posting(worked(str(amount), name), number=ledger.number, period=period), before=events)
        events = done(IssueStatement(owner=OWNER, period=period, objection_days=0), before=events)
        one = LEDGER.fold(events).statements.get(f"partner~p-1~{name}")
        owed = one.owed["CNY"] if one is not None else Decimal(0)
        if owed > 0 and (first_is_paid or period is FEBRUARY):
            events = done(*pay(f"partner~p-1~{name}", owed), before=events)
    settled = {one.statement_id for one in events if isinstance(one, StatementSettled)}
    notes = [note for name in settled for note in notes_of(events, name)]
    assert sum((note.amount for note in notes), Decimal(0)) == sum(
        (one.amount for one in events if isinstance(one, PayoutConfirmed) and one.statement_id in settled), Decimal(0)
    )
    assert all(note.amount == sum(line.amount for line in note.lines) > 0 for note in notes)


def test_a_note_and_its_lines_are_shown() -> None:
    name = f"partner~p-1~{JANUARY.name}"
    events = done(posting(worked("10")), IssueStatement(owner=OWNER, period=JANUARY, objection_days=0))
    [note] = notes_of(done(*pay(name, Decimal(10)), before=events), name)
    [event] = CREDIT_NOTE.decide(IssueNote(note=note, credit_note_id="2026-000001", by="eve", on=DAY), None, None)  # type: ignore[arg-type]
    assert isinstance(event, CreditNoteIssued)
    fed = feed(CREDIT_NOTES, event)
    assert [(row["credit_note_id"], row["amount"], row["partner_id"]) for row in fed.rows("credit_note")] == [("2026-000001", 10, "p-1")]
    assert [(row["line"], row["of"], row["plan_id"]) for row in fed.rows("credit_note_line")] == [(1, "earned", "dealers")]


@pytest.mark.row("IN-20")
async def test_a_settled_statement_gets_a_note_once_whoever_asks_how_often(settling: Running, clock: Clock) -> None:
    await issued(settling, clock)
    ann, bob = settling.as_("finance", subject="ann"), settling.as_("finance", subject="bob")
    own, path = settling.as_("partner", partner_id="p-1"), f"/v1/statements/{ID}/credit-notes"
    await do(ann, "/v1/statements/partner~p-9~2026-02/credit-notes", code="statement_unknown")
    await do(ann, path, code="statement_not_settled")
    await do(own, f"/v1/statements/{ID}/acknowledge")
    await do(ann, "/v1/payouts", payout_id="a", currency="CNY", payments=[{"statement_id": ID, "amount": "7.20"}])
    await do(bob, "/v1/payouts/a/approve")
    await do(bob, "/v1/payouts/a/confirm", statement_id=ID, amount="7.20", bank_reference="b-1")
    answers = await asyncio.gather(*(who.post(path) for who in (ann, bob, ann, bob)))
    assert sorted(one.json()["changed"] for one in answers) == [False, False, False, True]
    assert (await own.post(path)).status_code == 403
    [note] = await rows(own, "/v1/credit-notes")
    year = date.today().year  # noqa: DTZ011 - the zone of the tests' service is the machine's
    assert (note["credit_note_id"], note["amount"], note["payee"], note["period"]) == (f"{year}-000001", "7.20", "partner", "2026-02")
    [statement] = await rows(own, "/v1/statements")
    assert note["statement_hash"] == statement["hash"]
    [line] = await rows(own, "/v1/credit-note-lines", credit_note_id=note["credit_note_id"])
    assert (line["of"], line["plan_id"], line["amount"]) == ("earned", "dealers", "7.20")
    other = settling.as_("partner", partner_id="p-2")
    assert [await rows(other, name) for name in ("/v1/credit-notes", "/v1/credit-note-lines")] == [[], []]


@pytest.mark.row("IN-20")
async def test_of_what_was_not_paid_there_is_no_note(settling: Running, clock: Clock) -> None:
    await issued(settling, clock)
    ann, bob = settling.as_("finance", subject="ann"), settling.as_("finance", subject="bob")
    await do(ann, f"/v1/statements/{ID}/propose-write-off", currency="CNY", reason="less than the bank charges")
    await do(bob, f"/v1/statements/{ID}/write-off")
    await do(ann, f"/v1/statements/{ID}/credit-notes", code="nothing_to_credit")
