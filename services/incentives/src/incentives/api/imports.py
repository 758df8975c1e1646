"""Files in and out: what incentives takes in by doors of its own, as rows, and that history as such a file."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_service import Role
from channel_service.exporting import document_routes
from channel_service.importing import Importable, ImportSet, import_routes, never, not_first

from incentives.api.programme_imports import KINDS as PROGRAMMES
from incentives.application.said import said
from incentives.application.taking_in import (
    paying,
    setting_cost,
    setting_quota,
    setting_responsibility,
    splitting,
    telling_rate,
)
from incentives.domain.cost import SetCost
from incentives.domain.credits import Share
from incentives.domain.exchange_rate import TellExchangeRate
from incentives.domain.payment import ReceivePayment, TakeBackPayment
from incentives.domain.quota import SetQuota
from incentives.domain.responsibility import SetResponsibility
from incentives.domain.ruling import RecordRuling
from incentives.domain.split import SplitOrder
from incentives.domain.superior import SetSuperior, WithdrawSuperior
from incentives.domain.words import Payee

_DAY, _YEAR = date(2026, 5, 4), date(2026, 1, 1)
_QUOTAS = Importable(
    "quota",
    SetQuota,
    use=setting_quota,
    key=["payee", "payee_id", "measure", "first", "last"],
    changed=lambda event: event.data.previous is not None,
    example=SetQuota(payee=Payee.PARTNER, payee_id="p-1001", measure="sales", first=_YEAR, last=date(2026, 3, 31), amount=Decimal(100000)),
)
_RULINGS = Importable(
    "ruling",
    RecordRuling,
    key=["ruling_id"],
    required=["on"],
    changed=never,
    example=RecordRuling(
        ruling_id="case-17",
        payee=Payee.PARTNER,
        payee_id="p-1001",
        cause="cross_region",
        reason="sold outside of its region",
        on=_DAY,
    ),
)
_PAID: dict[str, Any] = {"order_id": "shop:1001", "reference": "2026-0815", "on": _DAY}
_PAYMENTS = Importable(
    "payment",
    ReceivePayment,
    use=paying,
    key=["order_id", "reference"],
    required=["on"],
    changed=never,
    example=ReceivePayment(**_PAID, partner_id="p-1001", currency="CNY", amount=Decimal("500.00")),
)
_TAKEN_BACK = Importable(
    "payment_taken_back",
    TakeBackPayment,
    use=paying,
    key=["order_id", "reference"],
    required=["on"],
    changed=never,
    example=TakeBackPayment(**_PAID),
)
_SPLITS = Importable(
    "split",
    SplitOrder,
    use=splitting,
    key=["payee", "order_id", "line_id"],
    changed=not_first,
    counts="shares",
    example=SplitOrder(
        payee=Payee.SALES_REP,
        order_id="shop:1001",
        shares=(Share(payee_id="ann", share=Decimal("0.6")), Share(payee_id="bob", share=Decimal("0.4"))),
    ),
)
_RESPONSIBILITIES = Importable(
    "responsibility",
    SetResponsibility,
    use=setting_responsibility,
    key=["payee", "territory", "payee_id", "first"],
    changed=lambda event: event.data.replaced,
    example=SetResponsibility(payee=Payee.SALES_REP, territory="CN-E", payee_id="ann", first=_YEAR),
)
_SUPERIORS = Importable(
    "superior",
    SetSuperior,
    key=["payee_id", "since"],
    id=lambda c: c.payee_id,
    changed=never,
    example=SetSuperior(payee_id="ann", above="bob", since=_YEAR),
)
_NOT_ABOVE = Importable(
    "superior_withdrawal",
    WithdrawSuperior,
    key=["payee_id", "since"],
    id=lambda c: c.payee_id,
    changed=never,
    example=WithdrawSuperior(payee_id="ann", since=_YEAR),
)
_RATES = Importable(
    "exchange_rate",
    TellExchangeRate,
    use=telling_rate,
    key=["base", "quote", "day"],
    changed=never,
    example=TellExchangeRate(base="USD", quote="CNY", day=_DAY, rate=Decimal("7.1234")),
)
_COSTS = Importable(
    "cost",
    SetCost,
    use=setting_cost,
    key=["sku", "currency", "since"],
    changed=lambda event: event.data.previous is not None,
    example=SetCost(sku="PEN-01", currency="CNY", since=_YEAR, unit_cost=Decimal("2.10")),
)
WHOLE = ImportSet(
    "incentives",
    _QUOTAS,
    _RULINGS,
    _PAYMENTS,
    _TAKEN_BACK,
    _SPLITS,
    _RESPONSIBILITIES,
    _SUPERIORS,
    _NOT_ABOVE,
    _RATES,
    _COSTS,
    *PROGRAMMES,
    summary="Import what is told: quotas, rulings, payments, who is credited, what things are worth; and programmes",
)
SETS = (
    WHOLE,
    ImportSet("quotas", _QUOTAS, default=_QUOTAS, summary="Import quotas"),
    ImportSet("payments", _PAYMENTS, _TAKEN_BACK, default=_PAYMENTS, summary="Import payments"),
    ImportSet("splits", _SPLITS, default=_SPLITS, summary="Import splits of orders"),
    ImportSet("exchange-rates", _RATES, default=_RATES, summary="Import exchange rates"),
    ImportSet("costs", _COSTS, default=_COSTS, summary="Import costs"),
)

router = import_routes(*SETS, roles=[Role.FINANCE])
documents = document_routes(said, into=WHOLE)
