"""What happens to an order after it was placed, with the stock it moves in the same write.

The units are settled on the order as it is now; should it change before the write, the order refuses them then.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from channel_events import Actor, Appended, CommandKey, Deciding, On

from orders_inventory.domain.codes import stock_key
from orders_inventory.domain.order import (
    ORDER,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    Order,
    Part,
    ReturnOrder,
    ShipOrder,
    Wanted,
    by_sku,
    to_cancel,
    to_return,
    to_ship,
)
from orders_inventory.domain.stock import STOCK, Release, Restock, Ship, StockStep


async def confirm_order(log: Deciding, order_id: str, on: date, by: Actor, key: CommandKey | None = None) -> Appended:
    return await log.execute(*confirming(order_id, on), by=by, key=key)


async def ship_order(
    log: Deciding, order_id: str, wanted: Sequence[Wanted] | None, on: date, by: Actor, key: CommandKey | None = None
) -> Appended:
    """Hands over the wanted units, or all that are left."""
    order = await log.state(ORDER, order_id)
    return await log.execute(*shipping(order_id, order, wanted, on), by=by, key=key)


async def deliver_order(log: Deciding, order_id: str, shipment: int | None, on: date, by: Actor, key: CommandKey | None = None) -> Appended:
    """Confirms that a shipment arrived, or all that are under way."""
    return await log.execute(*delivering(order_id, shipment, on), by=by, key=key)


async def cancel_order(
    log: Deciding, order_id: str, wanted: Sequence[Wanted] | None, reason: str, on: date, by: Actor, key: CommandKey | None = None
) -> Appended:
    """Takes back the wanted units that were not shipped, or all of them, and frees their stock."""
    order = await log.state(ORDER, order_id)
    return await log.execute(*cancelling(order_id, order, wanted, reason, on), by=by, key=key)


async def return_order(
    log: Deciding, order_id: str, wanted: Sequence[Wanted] | None, reason: str, on: date, by: Actor, key: CommandKey | None = None
) -> Appended:
    """Takes the wanted delivered units, or all of them, back into the warehouse they came from."""
    order = await log.state(ORDER, order_id)
    return await log.execute(*returning(order_id, order, wanted, reason, on), by=by, key=key)


def confirming(order_id: str, on: date) -> Iterator[On]:
    yield On(ORDER, order_id, ConfirmOrder(on))


def shipping(order_id: str, order: Order, wanted: Sequence[Wanted] | None, on: date) -> Iterator[On]:
    parts = to_ship(order, wanted)
    yield On(ORDER, order_id, ShipOrder(parts, on))
    yield from _stock(Ship, order, parts, on)


def delivering(order_id: str, shipment: int | None, on: date) -> Iterator[On]:
    yield On(ORDER, order_id, DeliverOrder(shipment, on))


def cancelling(order_id: str, order: Order, wanted: Sequence[Wanted] | None, reason: str, on: date) -> Iterator[On]:
    parts = to_cancel(order, wanted)
    yield On(ORDER, order_id, CancelOrder(parts, reason, on))
    yield from _stock(Release, order, parts, on)


def returning(order_id: str, order: Order, wanted: Sequence[Wanted] | None, reason: str, on: date) -> Iterator[On]:
    parts = to_return(order, wanted)
    yield On(ORDER, order_id, ReturnOrder(parts, reason, on))
    yield from _stock(Restock, order, parts, on)


def _stock(step: StockStep, order: Order, parts: Sequence[Part], on: date) -> Iterator[On]:
    if order.placed is None:
        return
    warehouse, order_id = order.placed.warehouse, order.placed.order_id
    for sku, quantity in by_sku(order, parts).items():
        yield On(STOCK, stock_key(warehouse, sku), step(warehouse, sku, order_id, quantity, on))
