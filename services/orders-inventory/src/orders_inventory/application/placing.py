"""Placing an order: the order, and the promise of stock for all of its lines, in one write."""

from collections.abc import Iterable, Iterator

from channel_events import Actor, Appended, CommandKey, Deciding, On, Rejected

from orders_inventory.domain.codes import checked_sku, checked_warehouse, order_id, stock_key
from orders_inventory.domain.order import ORDER, NewLine, PlaceOrder
from orders_inventory.domain.product import PRODUCT, RequireProduct
from orders_inventory.domain.stock import STOCK, Reserve
from orders_inventory.domain.warehouse import WAREHOUSE, RequireWarehouse


async def place_order(log: Deciding, command: PlaceOrder, by: Actor, key: CommandKey | None = None) -> Appended:
    """Places an order, or does nothing when it was placed with the same facts; otherwise all or nothing is written.

    Raises `Rejected`: ``order_exists``, the partner's, ``product_unknown``, ``warehouse_unknown``, ``stock_insufficient``, the lines'.
    """
    try:
        return await log.execute(*placing(command), by=by, key=key)
    except Rejected as refusal:
        if refusal.code != "order_already_placed":
            raise
        return await log.execute(by=by, key=key)


def placing(command: PlaceOrder) -> Iterator[On]:
    """The order first: its refusals say more than those of the stock."""
    id_ = order_id(command.source, command.external_id)
    yield On(ORDER, id_, command)
    warehouse = checked_warehouse(command.warehouse)
    yield On(WAREHOUSE, warehouse, RequireWarehouse(warehouse))
    units = units_by_sku(command.lines)
    for sku in units:
        yield On(PRODUCT, checked_sku(sku), RequireProduct(sku))
    on = command.on or command.today
    for sku, quantity in units.items():
        yield On(STOCK, stock_key(warehouse, sku), Reserve(warehouse, sku, id_, quantity, on))


def units_by_sku(lines: Iterable[NewLine]) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in lines:
        units[line.sku] = units.get(line.sku, 0) + line.quantity
    return units
