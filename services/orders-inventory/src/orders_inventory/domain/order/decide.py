"""Which events a command on an order makes, or why not."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from channel_events.pure import Rejected

from orders_inventory.domain.amounts import portion
from orders_inventory.domain.order.commands import (
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    OrderCommand,
    OrderStep,
    Part,
    PlaceOrder,
    ReturnOrder,
    ShipOrder,
)
from orders_inventory.domain.order.events import (
    DeliveryConfirmed,
    OrderCancelled,
    OrderConfirmed,
    OrderEvent,
    OrderLine,
    OrderPlaced,
    ReturnReceived,
    ShipmentHandedOver,
    ShippedLine,
    TakenBackLine,
)
from orders_inventory.domain.order.placing import place
from orders_inventory.domain.order.state import Line, Order


def decide(command: OrderCommand, order: Order) -> Iterator[OrderEvent]:
    if isinstance(command, PlaceOrder):
        return place(command, order.placed)
    if order.placed is None:
        raise Rejected("order_unknown")
    return _step(command, order, order.placed)


def _step(command: OrderStep, order: Order, placed: OrderPlaced) -> Iterator[OrderEvent]:
    header = _header(placed, command.on)
    match command:
        case ConfirmOrder():
            if _is_cancelled(order):
                raise Rejected("order_is_cancelled")
            if order.confirmed_on is None:
                yield OrderConfirmed(**header, lines=placed.lines)
        case CancelOrder():
            if command.parts or not _is_cancelled(order):
                yield OrderCancelled(**header, reason=command.reason, lines=_cancelled_lines(command, order))
        case ShipOrder():
            if order.confirmed_on is None:
                raise Rejected("order_not_confirmed")
            yield ShipmentHandedOver(**header, shipment=len(order.shipments) + 1, lines=_shipped_lines(command, order))
        case DeliverOrder():
            yield from _deliver(command, order, header)
        case ReturnOrder():
            yield ReturnReceived(**header, reason=command.reason, lines=_returned_lines(command, order))


_CARRIED = ("order_id", "source", "external_id", "partner_id", "channel_type", "segment", "territory", "sales_rep", "currency", "warehouse")
_carried = attrgetter(*_CARRIED)


def _header(placed: OrderPlaced, on: date) -> dict[str, Any]:
    """What every later event of the order carries besides its own."""
    if on < placed.occurred_on:
        raise Rejected("date_before_order", on=on.isoformat(), placed_on=placed.occurred_on.isoformat())
    header = dict(zip(_CARRIED, _carried(placed), strict=True))
    header["occurred_on"], header["placed_on"] = on, placed.occurred_on
    return header


def _is_cancelled(order: Order) -> bool:
    return all(line.ordered == 0 for line in order.lines.values())


def _deliver(command: DeliverOrder, order: Order, header: dict[str, Any]) -> Iterator[DeliveryConfirmed]:
    if not order.shipments:
        raise Rejected("nothing_to_deliver")
    if command.shipment is not None and not 1 <= command.shipment <= len(order.shipments):
        raise Rejected("shipment_unknown", shipment=command.shipment, shipments=len(order.shipments))
    for shipment in order.shipments:
        if not shipment.delivered and command.shipment in (None, shipment.number):
            yield DeliveryConfirmed(**header, shipment=shipment.number, lines=tuple(map(_plain, shipment.lines)))


def _plain(line: OrderLine) -> OrderLine:
    return OrderLine(line.line_id, line.sku, line.quantity, line.unit_price, line.discount)


def _cancelled_lines(command: CancelOrder, order: Order) -> tuple[TakenBackLine, ...]:
    return tuple(
        TakenBackLine(*_part(line, units, portion(line.open_discount, line.open, units)), complete=line.ordered == units)
        for line, units in _checked(command.parts, order, attrgetter("open"), "nothing_to_cancel")
    )


def _shipped_lines(command: ShipOrder, order: Order) -> tuple[ShippedLine, ...]:
    return tuple(
        ShippedLine(
            *_part(line, units, portion(line.open_discount, line.open, units)), ordered=line.ordered, complete=line.ordered == units
        )
        for line, units in _checked(command.parts, order, attrgetter("open"), "nothing_to_ship")
    )


def _returned_lines(command: ReturnOrder, order: Order) -> tuple[TakenBackLine, ...]:
    return tuple(
        TakenBackLine(*_part(line, units, portion(line.held_discount, line.held, units)), complete=line.returned + units == line.ordered)
        for line, units in _checked(command.parts, order, attrgetter("held"), "nothing_to_return")
    )


def _part(line: Line, units: int, discount: Decimal) -> tuple[str, str, int, Decimal, Decimal]:
    """The fields of an `OrderLine` that stands for so many units of the line."""
    return line.placed.line_id, line.placed.sku, units, line.placed.unit_price, discount


def _checked(parts: tuple[Part, ...], order: Order, left: Any, nothing: str) -> Iterator[tuple[Line, int]]:
    """Each line with its units, none asked for twice and none beyond what is left of the line."""
    if not parts:
        raise Rejected(nothing)
    if len({part.line_id for part in parts}) < len(parts):
        raise Rejected("line_repeated")
    for part in parts:
        line = order.lines.get(part.line_id)
        if line is None:
            raise Rejected("line_unknown", line_id=part.line_id)
        most = left(line)
        if not 1 <= part.quantity <= most:
            code = "quantity_exceeds_line" if most else nothing
            raise Rejected(code, line_id=part.line_id, wanted=part.quantity, left=most)
        yield line, part.quantity
