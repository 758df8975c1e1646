"""Orders that are imported with what has happened to them: placed, confirmed, shipped and delivered in one write."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from channel_events import Decider, Deciding, On, Rejected
from msgspec import Struct

from orders_inventory.application.placing import placing, units_by_sku
from orders_inventory.domain.codes import order_id, stock_key
from orders_inventory.domain.order import ORDER, ConfirmOrder, DeliverOrder, Order, Part, PlaceOrder, ShipOrder
from orders_inventory.domain.stock import STOCK, Ship


class History(Struct, frozen=True, forbid_unknown_fields=True):
    """What happened to an imported order before the import, each step whole."""

    confirmed_on: date | None = None
    shipped_on: date | None = None
    delivered_on: date | None = None


def order_stream(source: str, external_id: str) -> tuple[Decider[Any, Order, Any], str]:
    """The decider and the key of an order's stream."""
    return ORDER, order_id(source, external_id)


def placing_with(history: History | None, place: PlaceOrder) -> Iterator[On]:
    """The order and its history."""
    yield from placing(place)
    if history is None:
        return
    id_ = order_id(place.source, place.external_id)
    if history.confirmed_on:
        yield On(ORDER, id_, ConfirmOrder(history.confirmed_on))
    if history.shipped_on:
        parts = tuple(Part(line.line_id or str(n), line.quantity) for n, line in enumerate(place.lines, start=1))
        yield On(ORDER, id_, ShipOrder(parts, history.shipped_on))
        for sku, quantity in units_by_sku(place.lines).items():
            yield On(STOCK, stock_key(place.warehouse, sku), Ship(place.warehouse, sku, id_, quantity, history.shipped_on))
    if history.delivered_on:
        yield On(ORDER, id_, DeliverOrder(None, history.delivered_on))


async def is_placed_with(log: Deciding, id_: str, history: History | None, refusal: Rejected) -> bool:
    """Whether an order was refused because it is here with the same facts and this history behind it; ``order_exists`` for another."""
    if refusal.code != "order_already_placed":
        return False
    if not _has_happened(await log.state(ORDER, id_), history):
        raise Rejected("order_exists", order_id=id_)
    return True


def _has_happened(order: Order, history: History | None) -> bool:
    lines = order.lines.values()
    return history is None or (
        (not history.confirmed_on or order.confirmed_on == history.confirmed_on)
        and (not history.shipped_on or all(line.open == 0 for line in lines))
        and (not history.delivered_on or all(line.delivered == line.ordered for line in lines))
    )
