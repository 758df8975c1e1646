"""Products as they were described, since when."""

from collections.abc import Iterator

from channel_events import TEXT, Change, Put, Recorded, Topic, View
from channel_service.partners import version_table

from metrics.contracts.orders_inventory import PRODUCT_EVENTS, ProductDefined

PRODUCT = version_table("product_version", "product", {"name": TEXT, "category": TEXT})


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case ProductDefined() as e:
            yield Put((e.sku, e.occurred_on, event.recorded_on), name=e.name, category=e.category)


PRODUCTS = View("products", version=1, of=Topic("orders-inventory", events=PRODUCT_EVENTS), tables=PRODUCT, changes=changes)
