"""Importing stock: what came in, and what was counted."""

from collections.abc import Iterable
from datetime import date

from channel_events import On
from channel_service.importing import Importable, ImportRow, Known, Name, Reference
from msgspec import UNSET

from orders_inventory.application.catalogue import moving_stock
from orders_inventory.domain.stock import CountStock, ReceiveStock


class ReceiptRow(ImportRow, frozen=True, kw_only=True, tag="receipt"):
    """``reference`` is what tells two receipts of one SKU apart, unless they have keys."""

    warehouse: str
    sku: str
    quantity: int
    on: date
    reference: Reference | None = None

    def __post_init__(self) -> None:
        if self.reference is None and self.key is UNSET:
            raise ValueError("a receipt has a reference, or else a key")


class CountRow(ImportRow, frozen=True, kw_only=True, tag="count"):
    """``counted`` units lie there, those promised to orders among them. Two counts of one SKU on one day need a ``reference`` each."""

    warehouse: str
    sku: str
    counted: int
    on: date
    reason: Name = "stock count"
    reference: Reference | None = None


def _receipt(row: ReceiptRow, _: Known) -> Iterable[On]:
    return moving_stock(ReceiveStock(warehouse=row.warehouse, sku=row.sku, quantity=row.quantity, reference=row.reference, on=row.on))


def _count(row: CountRow, _: Known) -> Iterable[On]:
    count = CountStock(warehouse=row.warehouse, sku=row.sku, counted=row.counted, reason=row.reason, reference=row.reference, on=row.on)
    return moving_stock(count)


RECEIPTS = Importable(
    ReceiptRow,
    key=["warehouse", "sku", "reference"],
    id=lambda row: str(row.sku),
    commands=_receipt,
    example=ReceiptRow(warehouse="sh", sku="PEN-01", quantity=500, reference="DN-4711", on=date(2026, 4, 30)),
)
COUNTS = Importable(
    CountRow,
    key=["warehouse", "sku", "on", "reference"],
    id=lambda row: f"{row.warehouse}/{row.sku}",
    commands=_count,
    example=CountRow(warehouse="sh", sku="PEN-01", counted=488, on=date(2026, 5, 31)),
)
