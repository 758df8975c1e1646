"""Orders and the stock they move: all in one write, or nothing of it.

The order comes first: its refusals say more than those of the stock. What it decided tells the stock how many units of what.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from channel_events import Ask, On, Rejected, Steps
from channel_service.look_alikes import LOOK_ALIKE, noted_under, noting

from orders_inventory.domain.codes import DIRECT, own_source
from orders_inventory.domain.order import (
    ORDER,
    BringOrder,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    History,
    Order,
    OrderPlaced,
    OrderStep,
    OwnOrder,
    PlaceOrder,
    ReturnOrder,
    ShipOrder,
    units_by_sku,
)
from orders_inventory.domain.product import PRODUCT, RequireProduct
from orders_inventory.domain.stock import STOCK, Release, Reserve, Restock, Ship, StockStep, Units
from orders_inventory.domain.warehouse import WAREHOUSE, RequireWarehouse


def placing(c: PlaceOrder) -> Steps:
    """The same order with the same facts again reserves nothing again; returns the events of the order."""
    # Of plain numbers nothing is noted: shops count in them, thousands a minute, and a stream more for each would cost as much as the order
    # (test_an_order_is_three_round_trips).
    strange = not (c.external_id or "").isascii()
    if strange:  # before anything is decided: what is not in memory lets all before it be decided again
        yield Ask(LOOK_ALIKE, noted_under("order", c.external_id or "", c.source))
    events = yield On(ORDER, c)
    for placed in events:
        yield On(WAREHOUSE, RequireWarehouse(placed.warehouse))
        yield [On(PRODUCT, RequireProduct(sku)) for sku in units_by_sku(placed.lines)]
        yield _stock(Reserve, placed)
        if strange:
            yield from noting("order", placed.external_id, partial(_placed, placed.source), within=placed.source)
    return events


def _placed(source: str, number: str) -> Steps:
    return (yield Ask(ORDER, f"{source}:{number}")).state.placed is not None


def of_partner(c: PlaceOrder) -> OwnOrder:
    """The order as its partner itself gives it: under numbers of its own, so that nobody's can be used up. `Rejected`
    (``source_not_yours``) when it names another's."""
    own = own_source(c.partner_id)
    if c.source not in (DIRECT, own):
        raise Rejected("source_not_yours", source=c.source)
    return OwnOrder(**{name: getattr(c, name) for name in c.__struct_fields__} | {"source": own})


def bringing(c: BringOrder) -> Steps:
    """An order that was placed elsewhere, and what has happened to it; ``order_exists`` when it is here and less has happened to it."""
    events = yield from placing(c)
    if c.history is None:
        return
    if events:
        yield from _happened(c.history, events[0])
    elif not _has_happened((yield Ask(ORDER, f"{c.source}:{c.external_id}")).state, c.history):
        raise Rejected("order_exists", order_id=f"{c.source}:{c.external_id}")


def confirming(c: ConfirmOrder) -> Steps:
    return (yield On(ORDER, c))


def delivering(c: DeliverOrder) -> Steps:
    return (yield On(ORDER, c))


def _with_stock(step: type[StockStep]) -> Callable[[Any], Steps]:
    def use(c: OrderStep) -> Steps:
        events = yield On(ORDER, c)
        for event in events:
            yield _stock(step, event)
        return events

    return use


shipping: Callable[[ShipOrder], Steps] = _with_stock(Ship)
cancelling: Callable[[CancelOrder], Steps] = _with_stock(Release)
returning: Callable[[ReturnOrder], Steps] = _with_stock(Restock)

STEPS: dict[type[OrderStep], Callable[[Any], Steps]] = {
    ConfirmOrder: confirming,
    ShipOrder: shipping,
    DeliverOrder: delivering,
    CancelOrder: cancelling,
    ReturnOrder: returning,
}
"""The use case of each step, for doors that take them all."""


def _stock(step: type[StockStep], event: Any) -> On:
    lines = tuple(Units(sku, quantity) for sku, quantity in units_by_sku(event.lines).items())
    return On(STOCK, step(warehouse=event.warehouse, order_id=event.order_id, lines=lines, on=event.occurred_on))


def _happened(history: History, placed: OrderPlaced) -> Steps:
    where: dict[str, Any] = {"source": placed.source, "external_id": placed.external_id}
    if history.confirmed_on:
        yield from confirming(ConfirmOrder(**where, on=history.confirmed_on))
    if history.shipped_on:
        yield from shipping(ShipOrder(**where, on=history.shipped_on))
    if history.delivered_on:
        yield from delivering(DeliverOrder(**where, on=history.delivered_on))


def _has_happened(order: Order, history: History) -> bool:
    lines = order.lines.values()
    return (
        (not history.confirmed_on or order.confirmed_on == history.confirmed_on)
        and (not history.shipped_on or all(line.open == 0 for line in lines))
        and (not history.delivered_on or all(line.delivered == line.ordered for line in lines))
    )
