"""Agreements on special prices, price protections and stock rotations, as rows."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_service.importing import Importable, not_first

from incentives.api.rows.steps import step
from incentives.domain.price_protection import OpenPriceProtection, WithdrawPriceProtection
from incentives.domain.stock_rotation import OpenStockRotation, WithdrawStockRotation
from incentives.domain.support_agreement import AgreeSupport, ApproveSupport, SupportedItem, WithdrawSupport

_DAY, _FIRST, _LAST = date(2026, 5, 4), date(2026, 1, 1), date(2026, 12, 31)
KINDS: tuple[Importable[Any], ...] = (
    Importable(
        "support_agreement",
        AgreeSupport,
        key=["agreement_id"],
        changed=not_first,
        example=AgreeSupport(
            agreement_id="sd-2026-17",
            partner_id="p-1001",
            customer="City school board",
            currency="CNY",
            first=_FIRST,
            last=_LAST,
            items=(SupportedItem(sku="PEN-01", price=Decimal("3.50"), rate=Decimal("2.90"), units=5000),),
            by="ann",
        ),
    ),
    step("support_approval", ApproveSupport(agreement_id="sd-2026-17", by="bob", on=_DAY), "agreement_id"),
    step("support_withdrawal", WithdrawSupport(agreement_id="sd-2026-17", reason="another customer", by="bob", on=_DAY), "agreement_id"),
    step(
        "price_protection",
        OpenPriceProtection(
            protection_id="PEN-01-2026-05",
            sku="PEN-01",
            currency="CNY",
            changed_on=_DAY,
            before=Decimal("3.50"),
            after=Decimal("3.10"),
            on=_DAY,
        ),
        "protection_id",
    ),
    step(
        "price_protection_withdrawal",
        WithdrawPriceProtection(protection_id="PEN-01-2026-05", reason="the price did not fall", by="ann", on=_DAY),
        "protection_id",
    ),
    step(
        "stock_rotation",
        OpenStockRotation(
            rotation_id="2026-Q1",
            currency="CNY",
            share=Decimal("0.05"),
            bought_from=_FIRST,
            bought_until=date(2026, 3, 31),
            first=date(2026, 4, 1),
            last=_LAST,
            on=_DAY,
        ),
        "rotation_id",
    ),
    step(
        "stock_rotation_withdrawal",
        WithdrawStockRotation(rotation_id="2026-Q1", reason="opened too early", by="eve", on=_DAY),
        "rotation_id",
    ),
)
