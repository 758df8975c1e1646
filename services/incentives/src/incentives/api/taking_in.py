"""What no other service tells of yet: quotas, rulings, payments."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, Commands, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.application.taking_in import paying, setting_quota
from incentives.domain.payment import ReceivePayment, TakeBackPayment
from incentives.domain.quota import SetQuota
from incentives.domain.ruling import RecordRuling
from incentives.domain.words import Payee
from incentives.views import payments, quotas, rulings

router = APIRouter(tags=["taken in"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_WRITE = [Role.CHANNEL_MANAGER, Role.FINANCE]
_Text = Annotated[str, Field(min_length=1, max_length=100)]


class QuotaRow(BaseModel):
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    measure: str = Field(examples=["sales"])
    first: date
    last: date
    amount: Amount
    set_on: date


class RulingRow(BaseModel):
    ruling_id: str = Field(examples=["case-17"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    cause: str = Field(examples=["cross_region"])
    reason: str = Field(examples=["sold 20 units outside of its region"])
    occurred_on: date = Field(description="The day that decides in which window it counts.")


class PaymentRow(BaseModel):
    order_id: str = Field(examples=["shop:1001"])
    reference: str = Field(examples=["2026-0815"])
    partner_id: str = Field(examples=["p-1001"])
    currency: str = Field(examples=["CNY"])
    amount: Amount
    paid_on: date
    event_id: str = Field(description="``/v1/events/{id}`` shows it.", examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])


commands = Commands(router)
commands.put("/v1/quotas/{payee}/{payee_id}/{measure}", SetQuota, use=setting_quota, allow=_WRITE, created=True, summary="Set a quota")
commands.put("/v1/rulings/{ruling_id}", RecordRuling, allow=_WRITE, created=True, summary="Record a ruling")

_PAYMENT = "/v1/payments/{order_id}/{reference}"
commands.put(_PAYMENT, ReceivePayment, use=paying, allow=_WRITE, created=True, summary="Receive a payment for an order")
commands.delete(_PAYMENT, TakeBackPayment, use=paying, allow=_WRITE, summary="Take a payment back that came to nothing")

_q, _r = quotas.TABLE.sql.c, rulings.TABLE.sql.c
QUOTA_LIST = Listing(
    quotas.QUOTAS,
    sa.select(quotas.TABLE.sql),
    order=[_q.payee, _q.payee_id, _q.measure, _q.first, _q.last],
    filters=[same(_q.payee, Payee), same(_q.payee_id, _Text), same(_q.measure, _Text)],
    search=quotas.TABLE,
)
list_route(router, "/v1/quotas", QUOTA_LIST, QuotaRow, summary="Quotas by payee, measure and time")
RULING_LIST = Listing(
    rulings.RULINGS,
    sa.select(rulings.TABLE.sql),
    order=[_r.ruling_id],
    filters=[same(_r.payee, Payee), same(_r.payee_id, _Text), same(_r.cause, _Text)],
    search=rulings.TABLE,
)
list_route(router, "/v1/rulings", RULING_LIST, RulingRow, summary="Rulings by number")
_p = payments.TABLE.sql.c
PAYMENT_LIST = Listing(
    payments.PAYMENTS,
    sa.select(payments.TABLE.sql),
    order=[_p.order_id, _p.reference],
    filters=[same(_p.partner_id, _Text), same(_p.order_id, _Text)],
    search=payments.TABLE,
)
list_route(router, "/v1/payments", PAYMENT_LIST, PaymentRow, summary="Payments by order and reference")
