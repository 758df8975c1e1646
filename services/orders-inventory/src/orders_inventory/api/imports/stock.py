"""Importing stock: what came in."""

from collections.abc import Iterable
from datetime import date

from channel_events import On
from channel_service.importing import Importable, ImportRow, Known, Reference

from orders_inventory.application.catalogue import moving_stock
from orders_inventory.domain.stock import ReceiveStock


class ReceiptRow(ImportRow, frozen=True, kw_only=True, tag="receipt"):
    """``reference`` is what tells two receipts of one SKU apart."""

    warehouse: str
    sku: str
    quantity: int
    reference: Reference
    on: date


def _receipt(row: ReceiptRow, _: Known) -> Iterable[On]:
    return moving_stock(ReceiveStock(warehouse=row.warehouse, sku=row.sku, quantity=row.quantity, reference=row.reference, on=row.on))


RECEIPTS = Importable(
    ReceiptRow,
    key=["warehouse", "sku", "reference"],
    id=lambda row: str(row.sku),
    commands=_receipt,
    example=ReceiptRow(warehouse="sh", sku="PEN-01", quantity=500, reference="DN-4711", on=date(2026, 4, 30)),
)
