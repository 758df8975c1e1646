"""Products and warehouses as they are described now."""

from collections.abc import Iterator

from channel_events import DATE, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Put, Recorded

from orders_inventory.domain.product import ProductDefined
from orders_inventory.domain.warehouse import WarehouseDefined

PRODUCT_TABLE = Table(
    "product",
    key=("sku",),
    columns={"sku": TEXT, "name": TEXT, "category": TEXT, "subcategory": TEXT, "defined_on": DATE, **SEARCH},
)
WAREHOUSE_TABLE = Table(
    "warehouse",
    key=("warehouse",),
    columns={"warehouse": TEXT, "name": TEXT, "territory": TEXT, "defined_on": DATE, **SEARCH},
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case ProductDefined() as e:
            found_by = searchable(e.name, e.sku)
            described = {"name": e.name, "category": e.category, "subcategory": e.subcategory, "defined_on": e.occurred_on}
            yield Put((e.sku,), table="product", **described, **found_by)
        case WarehouseDefined() as e:
            found_by = searchable(e.name, e.warehouse)
            yield Put((e.warehouse,), table="warehouse", name=e.name, territory=e.territory, defined_on=e.occurred_on, **found_by)


CATALOGUE = View(
    "catalogue", version=2, of=OwnLog(events=[ProductDefined, WarehouseDefined]), tables=[PRODUCT_TABLE, WAREHOUSE_TABLE], changes=changes
)
search_index(PRODUCT_TABLE)
search_index(WAREHOUSE_TABLE)
