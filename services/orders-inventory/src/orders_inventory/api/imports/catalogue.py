"""Importing products and warehouses: the same description again changes nothing, another one replaces it."""

from collections.abc import Iterable
from datetime import date

from channel_events import On
from channel_service.importing import Importable, ImportRow, Known, Name, not_first

from orders_inventory.application.catalogue import defining_product, defining_warehouse
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.warehouse import DefineWarehouse


class ProductRow(ImportRow, frozen=True, kw_only=True, tag="product"):
    sku: str
    name: Name
    category: Name | None = None
    subcategory: Name | None = None
    on: date | None = None


class WarehouseRow(ImportRow, frozen=True, kw_only=True, tag="warehouse"):
    warehouse: str
    name: Name
    territory: Name | None = None
    on: date | None = None


def _product(row: ProductRow, known: Known) -> Iterable[On]:
    define = DefineProduct(sku=row.sku, name=row.name, category=row.category, subcategory=row.subcategory, on=row.on or known.today)
    return defining_product(define)


def _warehouse(row: WarehouseRow, known: Known) -> Iterable[On]:
    return defining_warehouse(DefineWarehouse(warehouse=row.warehouse, name=row.name, territory=row.territory, on=row.on or known.today))


PRODUCTS = Importable(
    ProductRow, key=["sku"], commands=_product, changed=not_first, example=ProductRow(sku="PEN-01", name="Gel pen", category="Writing")
)
WAREHOUSES = Importable(
    WarehouseRow, key=["warehouse"], commands=_warehouse, changed=not_first, example=WarehouseRow(warehouse="sh", name="Shanghai hub")
)
