"""Ledgers: the entries of payees, and what the accounts come to."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, Filter, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.domain.ledger import Account
from incentives.domain.plan.document import Payee
from incentives.views.ledgers import BALANCE, ENTRY, LEDGERS
from incentives.views.postings import ROWS as ENTRY_ROWS
from incentives.views.postings import STATEMENT_ID

router = APIRouter(tags=["ledgers"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_Text = Annotated[str, Field(min_length=1, max_length=300)]


class LedgerEntryRow(BaseModel):
    """An entry of a payee's ledger. Amounts are signed: what is earned less is below zero."""

    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    number: int = Field(description="In this ledger, from 1.")
    what: str = Field(examples=["earning_accrued"])
    entry_id: str | None = Field(
        description="``/v1/explain/{entry_id}`` explains it.", examples=["dealer-2026~1~volume~~p-1001~2026-01-01"]
    )
    plan_id: str | None = Field(examples=["dealer-2026"])
    version: int | None
    rule_id: str | None = Field(examples=["volume"])
    period: str | None = Field(examples=["2026-01"])
    currency: str | None = Field(examples=["CNY"])
    amount: Amount | None
    statement_id: str | None = Field(description="On which it is, or which it is about.", examples=["partner~p-1001~2026-01"])
    occurred_on: date
    event_id: str = Field(
        description="``/v1/events/{id}`` shows it, where it is public.", examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"]
    )


class BalanceRow(BaseModel):
    """More than zero is what it cost, or a claim of ours; less is what is owed, or was given. All accounts of a currency come to zero."""

    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    account: Account
    currency: str = Field(examples=["CNY"])
    amount: Amount


_e, _b = ENTRY.sql.c, BALANCE.sql.c
ENTRY_LIST = Listing(
    LEDGERS,
    ENTRY_ROWS,
    order=[_e.payee, _e.payee_id, _e.number],
    filters=[
        same(_e.payee, Payee),
        *(same(one, _Text) for one in (_e.payee_id, _e.what, _e.entry_id, _e.plan_id, _e.rule_id, _e.period, _e.currency)),
        Filter(name="statement_id", kind=_Text, where=lambda value: value == STATEMENT_ID),
    ],
)
list_route(router, "/v1/ledger-entries", ENTRY_LIST, LedgerEntryRow, summary="Entries of ledgers, by payee and number")
BALANCE_LIST = Listing(
    LEDGERS,
    sa.select(BALANCE.sql),
    order=[_b.payee, _b.payee_id, _b.account, _b.currency],
    filters=[same(_b.payee, Payee), same(_b.payee_id, _Text), same(_b.account, Account), same(_b.currency, _Text)],
)
list_route(router, "/v1/ledger-balances", BALANCE_LIST, BalanceRow, summary="Balances by payee, account and currency")
