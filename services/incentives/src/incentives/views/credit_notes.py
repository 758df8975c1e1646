"""Credit notes, and their lines."""

from collections.abc import Iterator

from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, OwnLog, Put, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded

from incentives.domain.credit_note import CREDIT_NOTE, CreditNoteIssued

TABLE = Table(
    "credit_note",
    key=("credit_note_id",),
    columns={
        **dict.fromkeys(("credit_note_id", "statement_id", "payee", "payee_id", "partner_id", "period", "currency"), TEXT),
        **dict.fromkeys(("statement_hash", "issued_by"), TEXT),
        "amount": NUMERIC,
        "issued_on": DATE,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("partner_id", "credit_note_id"), ("statement_id",)],
)
LINE = Table(
    "credit_note_line",
    key=("credit_note_id", "line"),
    columns={**dict.fromkeys(("credit_note_id", "of", "plan_id", "partner_id"), TEXT), "line": INTEGER, "amount": NUMERIC},
    scope="partner_id",
    indexes=[("partner_id", "credit_note_id", "line")],
)


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, CreditNoteIssued):
        e = event.data
        names = ("statement_id", "payee_id", "partner_id", "period", "currency", "statement_hash", "amount")
        said = {name: getattr(e, name) for name in names} | {"payee": e.payee.value, "issued_by": e.by, "issued_on": e.occurred_on}
        yield Put((e.credit_note_id,), TABLE.name, **said, **searchable(e.credit_note_id, e.statement_id, e.payee_id))
        for at, one in enumerate(e.lines, 1):
            of = {"of": one.of.value, "plan_id": one.plan_id, "amount": one.amount, "partner_id": e.partner_id}
            yield Put((e.credit_note_id, at), LINE.name, **of)


CREDIT_NOTES = View("credit_notes", version=1, of=OwnLog(events=CREDIT_NOTE.events), tables=[TABLE, LINE], changes=changes)
search_index(TABLE)
