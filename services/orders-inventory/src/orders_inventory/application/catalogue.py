"""Products and warehouses, and what comes into the warehouses."""

from collections.abc import Iterator

from channel_events import Actor, Appended, CommandKey, Deciding, On

from orders_inventory.domain.codes import checked_sku, checked_warehouse, stock_key
from orders_inventory.domain.product import PRODUCT, DefineProduct, RequireProduct
from orders_inventory.domain.stock import STOCK, CountStock, ReceiveStock
from orders_inventory.domain.warehouse import WAREHOUSE, DefineWarehouse, RequireWarehouse


async def define_product(log: Deciding, command: DefineProduct, by: Actor, key: CommandKey | None = None) -> Appended:
    return await log.execute(*defining_product(command), by=by, key=key)


async def define_warehouse(log: Deciding, command: DefineWarehouse, by: Actor, key: CommandKey | None = None) -> Appended:
    return await log.execute(*defining_warehouse(command), by=by, key=key)


async def receive_stock(log: Deciding, command: ReceiveStock, by: Actor, key: CommandKey | None = None) -> Appended:
    """Raises `Rejected`: ``product_unknown``, ``warehouse_unknown``, ``quantity_invalid``, or a code that is none."""
    return await log.execute(*moving_stock(command), by=by, key=key)


async def count_stock(log: Deciding, command: CountStock, by: Actor, key: CommandKey | None = None) -> Appended:
    """Raises `Rejected`: ``product_unknown``, ``warehouse_unknown``, ``count_invalid``, ``count_below_reserved``, or a bad code."""
    return await log.execute(*moving_stock(command), by=by, key=key)


def defining_product(command: DefineProduct) -> Iterator[On]:
    yield On(PRODUCT, checked_sku(command.sku), command)


def defining_warehouse(command: DefineWarehouse) -> Iterator[On]:
    yield On(WAREHOUSE, checked_warehouse(command.warehouse), command)


def moving_stock(command: ReceiveStock | CountStock) -> Iterator[On]:
    """What changes the stock of a known product in a known warehouse."""
    warehouse, sku = checked_warehouse(command.warehouse), checked_sku(command.sku)
    yield On(STOCK, stock_key(warehouse, sku), command)
    yield On(WAREHOUSE, warehouse, RequireWarehouse(warehouse))
    yield On(PRODUCT, sku, RequireProduct(sku))
