"""Products and warehouses as they are described now."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, OWN_LOG, TEXT, Table, View
from channel_events.pure import Change, Put, Recorded

from orders_inventory.domain.product import ProductDefined
from orders_inventory.domain.warehouse import WarehouseDefined

PRODUCT_TABLE = Table(
    "product",
    key=("sku",),
    columns={"sku": TEXT, "name": TEXT, "category": TEXT, "subcategory": TEXT, "defined_on": DATE},
)
WAREHOUSE_TABLE = Table(
    "warehouse",
    key=("warehouse",),
    columns={"warehouse": TEXT, "name": TEXT, "territory": TEXT, "defined_on": DATE},
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case ProductDefined() as e:
            yield Put((e.sku,), table="product", name=e.name, category=e.category, subcategory=e.subcategory, defined_on=e.occurred_on)
        case WarehouseDefined() as e:
            yield Put((e.warehouse,), table="warehouse", name=e.name, territory=e.territory, defined_on=e.occurred_on)


CATALOGUE = View("catalogue", version=1, of=OWN_LOG, tables=[PRODUCT_TABLE, WAREHOUSE_TABLE], changes=changes)


def products() -> tuple[sa.Select[Any], sa.ColumnElement[Any]]:
    """All products, and the column they are ordered by."""
    return sa.select(PRODUCT_TABLE.sql), PRODUCT_TABLE.sql.c.sku


def warehouses() -> tuple[sa.Select[Any], sa.ColumnElement[Any]]:
    """All warehouses, and the column they are ordered by."""
    return sa.select(WAREHOUSE_TABLE.sql), WAREHOUSE_TABLE.sql.c.warehouse
