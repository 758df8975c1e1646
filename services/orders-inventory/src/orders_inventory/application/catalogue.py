"""Products and warehouses, and what comes into the warehouses."""

from channel_events import Actor, Appended, CommandKey, On

from orders_inventory.application.deciding import Deciding
from orders_inventory.domain.codes import checked_sku, checked_warehouse, stock_key
from orders_inventory.domain.product import PRODUCT, DefineProduct, RequireProduct
from orders_inventory.domain.stock import STOCK, ReceiveStock
from orders_inventory.domain.warehouse import WAREHOUSE, DefineWarehouse, RequireWarehouse


async def define_product(log: Deciding, command: DefineProduct, by: Actor, key: CommandKey | None = None) -> Appended:
    return await log.execute(On(PRODUCT, checked_sku(command.sku), command), by=by, key=key)


async def define_warehouse(log: Deciding, command: DefineWarehouse, by: Actor, key: CommandKey | None = None) -> Appended:
    return await log.execute(On(WAREHOUSE, checked_warehouse(command.warehouse), command), by=by, key=key)


async def receive_stock(log: Deciding, command: ReceiveStock, by: Actor, key: CommandKey | None = None) -> Appended:
    """Raises `Rejected`: ``product_unknown``, ``warehouse_unknown``, ``quantity_invalid``, or a code that is none."""
    warehouse, sku = checked_warehouse(command.warehouse), checked_sku(command.sku)
    return await log.execute(
        On(WAREHOUSE, warehouse, RequireWarehouse(warehouse)),
        On(PRODUCT, sku, RequireProduct(sku)),
        On(STOCK, stock_key(warehouse, sku), command),
        by=by,
        key=key,
    )
