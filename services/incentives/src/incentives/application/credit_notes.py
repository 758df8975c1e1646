"""Credit notes of settled statements: numbered and issued in one write, or not at all, so that numbers have no gaps."""

from datetime import date

from channel_events import Ask, Log, On, Rejected, Steps
from channel_terms import as_part
from msgspec import Struct

from incentives.application.statement_export import BATCH, require_statement
from incentives.domain.credit_note import CREDIT_NOTE, IssueNote, Note, notes_of
from incentives.domain.credit_note_number import CREDIT_NOTE_NUMBER, TakeNumber, note_id
from incentives.domain.ledger.decide import LEDGER, ledger_key
from incentives.domain.ledger.events import LinesCounted
from incentives.domain.ledger.statements import owner_of


class IssueNotes(Struct, frozen=True, kw_only=True):
    """Of one statement, a note for each currency in which it was paid."""

    notes: tuple[Note, ...]
    by: str
    on: date


async def notes_to_issue(log: Log, statement_id: str, by: str, on: date) -> IssueNotes:
    """``statement_unknown``; ``statement_not_settled`` while anything of it is owed; ``nothing_to_credit`` where nothing was paid."""
    await require_statement(log, statement_id)
    key = ledger_key(owner_of(statement_id)[0])
    if not (await log.state(LEDGER, key)).statements[statement_id].settled:
        raise Rejected("statement_not_settled", statement_id=statement_id)
    entries: list[object] = []
    version = 0
    while events := await log.stream(LEDGER, key, after_version=version, limit=BATCH):
        version = events[-1].version
        # What lines count is most of a large ledger, and no part of a note.
        entries += [event.data for event in events if not isinstance(event.data, LinesCounted)]
    notes = tuple(notes_of(entries, statement_id))
    if not notes:
        raise Rejected("nothing_to_credit", statement_id=statement_id)
    return IssueNotes(notes=notes, by=by, on=on)


def issuing_notes(c: IssueNotes) -> Steps:
    """A note that was issued is not issued again, in whichever year it is asked for."""
    for note in c.notes:
        key = f"{as_part(note.statement_id)}/{note.currency}"
        if (yield Ask(CREDIT_NOTE, key)).state is None:
            year = c.on.year
            take = TakeNumber(year=year, statement_id=note.statement_id, currency=note.currency)
            for taken in (yield On(CREDIT_NOTE_NUMBER, str(year), take)):
                yield On(CREDIT_NOTE, key, IssueNote(note=note, credit_note_id=note_id(year, taken.number), by=c.by, on=c.on))
