"""Products and warehouses as they are described now."""

from collections.abc import Iterator

from channel_events import DATE, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded

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
            yield PRODUCT_TABLE.put(e, defined_on=e.occurred_on, **searchable(e.name, e.sku))
        case WarehouseDefined() as e:
            yield WAREHOUSE_TABLE.put(e, defined_on=e.occurred_on, **searchable(e.name, e.warehouse))


CATALOGUE = View(
    "catalogue", version=2, of=OwnLog(events=[ProductDefined, WarehouseDefined]), tables=[PRODUCT_TABLE, WAREHOUSE_TABLE], changes=changes
)
search_index(PRODUCT_TABLE)
search_index(WAREHOUSE_TABLE)
