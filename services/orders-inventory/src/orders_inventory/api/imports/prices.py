"""Importing prices: another price from the same day on replaces that one."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from channel_events import On
from channel_service.importing import Importable, ImportRow, Known

from orders_inventory.application.prices import pricing
from orders_inventory.domain.price import SetPrice


class PriceRow(ImportRow, frozen=True, kw_only=True, tag="price"):
    price_list: str
    currency: str
    sku: str
    unit_price: Decimal
    valid_from: date
    on: date | None = None


def _price(row: PriceRow, known: Known) -> Iterable[On]:
    return pricing(
        SetPrice(
            price_list=row.price_list,
            currency=row.currency,
            sku=row.sku,
            unit_price=row.unit_price,
            valid_from=row.valid_from,
            on=row.on or known.today,
        )
    )


PRICES = Importable(
    PriceRow,
    key=["price_list", "currency", "sku", "valid_from"],
    commands=_price,
    changed=lambda event: event.data.previous is not None,
    example=PriceRow(price_list="retail", currency="CNY", sku="PEN-01", unit_price=Decimal("3.50"), valid_from=date(2026, 1, 1)),
)
