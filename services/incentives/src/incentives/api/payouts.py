"""Payouts: statements are paid in batches that two people agree to, and each payment is confirmed by the bank or fails."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, Commands, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.api.as_caller import by_caller
from incentives.application.statements import approving, confirming, failing
from incentives.domain.payout import ApprovePayout, ConfirmPayment, FailPayment, ProposePayout, WithdrawPayout
from incentives.views.payouts import PAYMENT, PAYOUTS, TABLE

router = APIRouter(tags=["payouts"], dependencies=[Allow(*BRAND)])
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_FINANCE = [Role.FINANCE]


class PayoutStage(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class PayoutRow(BaseModel):
    """What is neither confirmed nor failed of one that is approved is on its way."""

    payout_id: str = Field(examples=["2026-02-a"])
    currency: str = Field(examples=["CNY"])
    stage: PayoutStage
    payments: int
    amount: Amount
    confirmed: Amount
    failed: Amount
    proposed_by: str = Field(examples=["ann"])
    proposed_on: date
    approved_by: str | None = Field(examples=["bob"])
    approved_on: date | None


class PaymentRow(BaseModel):
    """One statement's part of a payout that was approved."""

    payout_id: str = Field(examples=["2026-02-a"])
    statement_id: str = Field(description="What it pays for.", examples=["partner~p-1001~2026-01"])
    currency: str = Field(examples=["CNY"])
    amount: Amount
    confirmed: Amount
    failed: Amount
    bank_reference: str | None = Field(description="The last one.", examples=["20260215-0815"])
    failure: str | None = Field(examples=["account closed"])
    changed_on: date


commands = Commands(router)
commands.post("/v1/payouts", ProposePayout, by_caller=by_caller, allow=_FINANCE, created=True, summary="Propose a payout")
_OF = "/v1/payouts/{payout_id}"
commands.post(
    f"{_OF}/approve", ApprovePayout, use=approving, by_caller=by_caller, allow=_FINANCE, summary="Agree to what somebody proposed"
)
commands.post(f"{_OF}/withdraw", WithdrawPayout, by_caller=by_caller, allow=_FINANCE, summary="Withdraw one that was not approved")
commands.post(f"{_OF}/confirm", ConfirmPayment, use=confirming, by_caller=by_caller, allow=_FINANCE, summary="The bank paid")
commands.post(f"{_OF}/fail", FailPayment, use=failing, by_caller=by_caller, allow=_FINANCE, summary="A payment did not reach the payee")

_c, _p = TABLE.sql.c, PAYMENT.sql.c
PAYOUT_LIST = Listing(
    PAYOUTS,
    sa.select(TABLE.sql),
    order=[_c.payout_id],
    filters=[same(_c.payout_id, _Text), same(_c.stage, PayoutStage), same(_c.currency, _Text)],
    search=TABLE,
)
list_route(router, "/v1/payouts", PAYOUT_LIST, PayoutRow, summary="Payouts by number")

paid = APIRouter(tags=["payouts"], dependencies=[Allow(*BRAND, Role.PARTNER)])
PAYMENT_LIST = Listing(
    PAYOUTS,
    sa.select(PAYMENT.sql),
    order=[_p.payout_id, _p.statement_id],
    filters=[same(_p.payout_id, _Text), same(_p.statement_id, _Text)],
)
list_route(paid, "/v1/payout-payments", PAYMENT_LIST, PaymentRow, summary="Payments by payout and statement")
