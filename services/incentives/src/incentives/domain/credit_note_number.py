"""Numbers of credit notes: one after another in each year, with no gaps."""

from collections.abc import Iterator

from channel_events.pure import Decider, Known, event, tell
from msgspec import Struct


class TakeNumber(Struct, frozen=True, kw_only=True):
    year: int
    statement_id: str
    currency: str


@event("credit_note_numbered")
class CreditNoteNumbered(Struct, frozen=True, kw_only=True):
    """The number after the one before, of the year, is that of this statement and currency, for ever."""

    year: int
    number: int
    statement_id: str
    currency: str


def note_id(year: int, number: int) -> str:
    return f"{year}-{number:06}"


def _take(command: TakeNumber, last: int, known: Known) -> Iterator[CreditNoteNumbered]:
    yield tell(CreditNoteNumbered, command, number=last + 1)


CREDIT_NOTE_NUMBER: Decider[TakeNumber, int, CreditNoteNumbered] = Decider(
    "credit_note_number", initial=0, decide=_take, evolve=lambda _, event: event.number, events=[CreditNoteNumbered]
)
"""A stream for each year."""
