"""Products and warehouses as they are described."""

from channel_events import Ask, On, Steps
from channel_service.look_alikes import noting

from orders_inventory.domain.product import PRODUCT, DefineProduct
from orders_inventory.domain.warehouse import WAREHOUSE, DefineWarehouse


def defining_product(c: DefineProduct) -> Steps:
    events = yield On(PRODUCT, c)
    if events and (yield Ask(PRODUCT, c.sku)).version == 1:
        yield from noting("product", c.sku, _product)
    return events


def defining_warehouse(c: DefineWarehouse) -> Steps:
    events = yield On(WAREHOUSE, c)
    if events and (yield Ask(WAREHOUSE, c.warehouse)).version == 1:
        yield from noting("warehouse", c.warehouse, _warehouse)
    return events


def _product(sku: str) -> Steps:
    return (yield Ask(PRODUCT, sku)).state is not None


def _warehouse(warehouse: str) -> Steps:
    return (yield Ask(WAREHOUSE, warehouse)).state is not None
