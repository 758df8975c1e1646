"""What no other service tells of yet, as rows: quotas, rulings, payments, exchange rates, costs."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_service.importing import Importable, ImportSet, never

from incentives.application.taking_in import paying, setting_cost, setting_quota, telling_rate
from incentives.domain.cost import SetCost
from incentives.domain.exchange_rate import TellExchangeRate
from incentives.domain.payment import ReceivePayment, TakeBackPayment
from incentives.domain.quota import SetQuota
from incentives.domain.ruling import RecordRuling
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
KINDS: tuple[Importable[Any], ...] = (_QUOTAS, _RULINGS, _PAYMENTS, _TAKEN_BACK, _RATES, _COSTS)
SETS = (
    ImportSet("quotas", _QUOTAS, default=_QUOTAS, summary="Import quotas"),
    ImportSet("payments", _PAYMENTS, _TAKEN_BACK, default=_PAYMENTS, summary="Import payments"),
    ImportSet("exchange-rates", _RATES, default=_RATES, summary="Import exchange rates"),
    ImportSet("costs", _COSTS, default=_COSTS, summary="Import costs"),
)
