"""Disputes about statements."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, Commands, Filter, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.api.as_caller import by_caller, by_payee
from incentives.application.statements import deciding, raising
from incentives.domain.dispute import DecideDispute, Outcome, RaiseDispute
from incentives.domain.plan.document import Payee
from incentives.views.disputes import DISPUTES, TABLE

router = APIRouter(prefix="/v1/disputes", tags=["disputes"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_Text = Annotated[str, Field(min_length=1, max_length=200)]


class DisputeRow(BaseModel):
    dispute_id: str = Field(examples=["d-17"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    statement_id: str = Field(examples=["partner~p-1001~2026-01"])
    entry_id: str | None = Field(examples=["dealer-2026~1~volume~~p-1001~2026-01-01"])
    order_id: str | None = Field(examples=["shop:1001"])
    line_id: str | None = Field(examples=["1"])
    currency: str = Field(examples=["CNY"])
    expected: Amount
    reason: str = Field(examples=["order shop:1001 is ours"])
    by: str = Field(examples=["jade"])
    raised_on: date
    decide_until: date
    overdue: bool = Field(description="It was not decided in time.")
    outcome: Outcome | None = Field(description="Null until it is decided.")
    amount: Amount | None = Field(description="What is paid beside the statement.")
    answer: str | None = Field(examples=["the order was credited to another partner"])
    decided_by: str | None = Field(examples=["eve"])
    decided_on: date | None


commands = Commands(router)
commands.post(
    "",
    RaiseDispute,
    use=raising,
    by_caller=by_payee,
    allow=[Role.FINANCE, Role.CHANNEL_MANAGER, Role.PARTNER],
    created=True,
    summary="Say what a statement should say",
)
commands.post(
    "/{dispute_id}/decide",
    DecideDispute,
    use=deciding,
    by_caller=by_caller,
    allow=[Role.FINANCE],
    summary="Decide it",
)

_c = TABLE.sql.c
DISPUTE_LIST = Listing(
    DISPUTES,
    sa.select(TABLE.sql),
    order=[_c.dispute_id],
    filters=[
        same(_c.payee_id, _Text),
        same(_c.statement_id, _Text),
        same(_c.outcome, Outcome),
        same(_c.overdue, bool),
        Filter(name="open", kind=bool, where=lambda value: _c.outcome.is_(None) == value, description="Not decided yet."),
    ],
    search=TABLE,
)
list_route(router, "", DISPUTE_LIST, DisputeRow, summary="Disputes by number")
