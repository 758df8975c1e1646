"""Statements: what payees earned in a period, what they say to it, and what is owed of it."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from channel_service import BRAND, Allow, Amount, Commands, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.api.as_caller import by_caller, by_payee
from incentives.application.statements import acknowledging, proposing_write_off, writing_off
from incentives.domain.plan.document import Payee
from incentives.domain.statement import AcknowledgeStatement, ProposeStatementWriteOff, WriteOffStatement
from incentives.views.statements import AMOUNT, AMOUNTS, ROWS, STATEMENTS, STATUS, TABLE

router = APIRouter(tags=["statements"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_Text = Annotated[str, Field(min_length=1, max_length=200)]


class StatementStatus(StrEnum):
    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    DISPUTED = "disputed"
    SETTLED = "settled"


class StatementRow(BaseModel):
    """It never changes; what is owed of it does."""

    statement_id: str = Field(examples=["partner~p-1001~2026-01"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    period: str = Field(examples=["2026-01"])
    first: date
    last: date
    status: StatementStatus
    issued_on: date
    objections_until: date = Field(description="Who does not object by then accepts it.")
    acknowledged_on: date | None
    settled_on: date | None = Field(description="Since when nothing of it is owed.")
    disputes: int = Field(description="That are not decided.")
    since: int = Field(description="The first entry of the ledger that it is about; the last is the one before its own.")
    number: int = Field(description="Its own entry.")
    head: str = Field(description="The hash of the entry before it: it says all of them.", examples=["0" * 64])
    hash: str = Field(description="Of its own entry.", examples=["0" * 64])


class AmountRow(BaseModel):
    """``payable`` is carried + accrued + reversed + adjusted; ``owed`` is what is neither paid, on its way, written off, nor carried on."""

    statement_id: str = Field(examples=["partner~p-1001~2026-01"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    period: str = Field(examples=["2026-01"])
    status: StatementStatus
    currency: str = Field(examples=["CNY"])
    carried: Amount = Field(description="What earlier statements left that was below zero.")
    accrued: Amount
    reversed: Amount
    adjusted: Amount
    payable: Amount
    ordered: Amount = Field(description="On its way.")
    paid: Amount
    written_off: Amount
    owed: Amount


_FINANCE = [Role.FINANCE]
_OF = "/v1/statements/{statement_id}"
commands = Commands(router)
commands.post(
    f"{_OF}/acknowledge",
    AcknowledgeStatement,
    use=acknowledging,
    by_caller=by_payee,
    allow=[Role.FINANCE, Role.CHANNEL_MANAGER, Role.PARTNER],
    summary="Accept it",
)
commands.post(
    f"{_OF}/propose-write-off",
    ProposeStatementWriteOff,
    use=proposing_write_off,
    by_caller=by_caller,
    allow=_FINANCE,
    summary="Propose not to pay what it still owes",
)
commands.post(
    f"{_OF}/write-off",
    WriteOffStatement,
    use=writing_off,
    by_caller=by_caller,
    allow=_FINANCE,
    summary="Agree to that",
)

_c, _a = TABLE.sql.c, AMOUNT.sql.c
STATEMENT_LIST = Listing(
    STATEMENTS,
    ROWS,
    order=[_c.last, _c.statement_id],
    newest=True,
    filters=[
        same(_c.statement_id, _Text),
        same(_c.payee, Payee),
        same(_c.payee_id, _Text),
        same(_c.period, _Text),
        same(STATUS, StatementStatus),
    ],
    search=TABLE,
)
list_route(router, "/v1/statements", STATEMENT_LIST, StatementRow, summary="Statements, newest period first")
AMOUNT_LIST = Listing(
    STATEMENTS,
    AMOUNTS,
    order=[_a.statement_id, _a.currency],
    filters=[
        same(_a.statement_id, _Text),
        same(_c.payee, Payee),
        same(_c.payee_id, _Text),
        same(_c.period, _Text),
        same(_a.currency, _Text),
    ],
)
list_route(router, "/v1/statement-amounts", AMOUNT_LIST, AmountRow, summary="What statements say and owe, by currency")
