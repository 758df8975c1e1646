"""Credit notes: what settled statements came to, as documents with numbers."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, By, Caller, Key, Listing, LogDep, Receipt, Role, Today, list_route, same
from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from incentives.application.credit_notes import issuing_notes, notes_to_issue
from incentives.domain.credit_note import NoteOf
from incentives.domain.words import Payee
from incentives.views.credit_notes import CREDIT_NOTES, LINE, TABLE

router = APIRouter(tags=["statements"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_Text = Annotated[str, Field(min_length=1, max_length=200)]
StatementId = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00]+$", examples=["partner~p-1001~2026-01"])]


class CreditNoteRow(BaseModel):
    """Tax is not in it."""

    credit_note_id: str = Field(description="The year, and the number in it: without gaps.", examples=["2026-000017"])
    statement_id: str = Field(examples=["partner~p-1001~2026-01"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    period: str = Field(examples=["2026-01"])
    currency: str = Field(examples=["CNY"])
    amount: Amount = Field(description="What was paid: the sum of its lines.")
    statement_hash: str = Field(description="As the statement's own ``hash`` says.", examples=["0" * 64])
    issued_by: str = Field(examples=["eve"])
    issued_on: date


class CreditNoteLineRow(BaseModel):
    credit_note_id: str = Field(examples=["2026-000017"])
    line: int
    of: NoteOf
    plan_id: str = Field(description="Empty of what no plan earned.", examples=["dealer-2026"])
    amount: Amount


@router.post(
    "/v1/statements/{statement_id}/credit-notes", dependencies=[Allow(Role.FINANCE)], summary="Issue what a settled statement came to"
)
async def issue_credit_notes(statement_id: StatementId, log: LogDep, caller: Caller, today: Today, by: By, key: Key) -> Receipt:
    """A credit note for each currency in which it was paid, with the next numbers of the year. The same again changes nothing."""
    command = await notes_to_issue(log, statement_id, caller.subject, today)
    return Receipt.of(statement_id, await log.use(issuing_notes, command, by=by, key=key))


_n, _l = TABLE.sql.c, LINE.sql.c
NOTE_LIST = Listing(
    CREDIT_NOTES,
    sa.select(TABLE.sql),
    order=[_n.credit_note_id],
    filters=[*(same(one, _Text) for one in (_n.statement_id, _n.payee_id, _n.period, _n.currency)), same(_n.payee, Payee)],
    search=TABLE,
)
list_route(router, "/v1/credit-notes", NOTE_LIST, CreditNoteRow, summary="Credit notes of statements, by number")
LINE_LIST = Listing(
    CREDIT_NOTES, sa.select(LINE.sql), order=[_l.credit_note_id, _l.line], filters=[same(_l.credit_note_id, _Text), same(_l.plan_id, _Text)]
)
list_route(router, "/v1/credit-note-lines", LINE_LIST, CreditNoteLineRow, summary="Lines of credit notes, by plan")
