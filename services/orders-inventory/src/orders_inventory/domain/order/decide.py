"""Which events a command on an order makes, or why not."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from channel_events.pure import Known, Rejected
from channel_terms import happened_on

from orders_inventory.domain.amounts import checked_price, portion
from orders_inventory.domain.codes import order_id
from orders_inventory.domain.order.commands import (
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    OrderCommand,
    OrderStep,
    PlaceOrder,
    ReturnOrder,
    ShipOrder,
)
from orders_inventory.domain.order.events import (
    DeliveryConfirmed,
    Header,
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
from orders_inventory.domain.order.selection import lines_meant, one_by_one, selected
from orders_inventory.domain.order.state import Line, Order, named


def decide(command: OrderCommand, order: Order, known: Known) -> Iterator[OrderEvent]:
    if isinstance(command, PlaceOrder):
        yield from place(command, order.placed, known)
        return
    if order.placed is None:
        raise Rejected("order_unknown", order_id=order_id(command.source, command.external_id))
    on = happened_on(command.on, known)
    if command.reference is None or (taken := order.references.get(named(_MAKES[type(command)], command.reference))) is None:
        yield from _step(command, order, order.placed, on)
    elif not (_says(command, order, taken) and _says_price(command, order, taken)):
        raise Rejected("reference_used", reference=command.reference)


def _says(command: OrderStep, order: Order, taken: dict[str, int]) -> bool:
    """Whether a step that was taken under its reference may be this one; "all that is left" may be any part."""
    if isinstance(command, DeliverOrder):
        return command.shipment is None or str(command.shipment) in taken
    if isinstance(command, ConfirmOrder) or command.lines is None:
        return True
    meant = [(frozenset(line.placed.line_id for line in lines_meant(order, one)), one.quantity) for one in command.lines]
    asked = {ids: [quantity for others, quantity in meant if others == ids] for ids, _ in meant}
    return frozenset().union(*asked) >= taken.keys() and all(
        _same_units(units, sum(taken.get(id_, 0) for id_ in ids)) for ids, units in asked.items()
    )


def _says_price(command: OrderStep, order: Order, taken: dict[str, int]) -> bool:
    """Whether a return gives the same back for each line that was taken under its reference."""
    if not isinstance(command, ReturnOrder) or command.reference is None:
        return True
    own = order.prices.get(named(ReturnReceived, command.reference), {})
    if command.lines is None:
        return not own
    return all(
        own.get(id_) == one.unit_price or (id_ not in own and one.unit_price == order.lines[id_].undiscounted_price)
        for one in command.lines
        for id_ in (line.placed.line_id for line in lines_meant(order, one))
        if id_ in taken
    )


def _same_units(asked: list[int | None], taken: int) -> bool:
    units = [one for one in asked if one is not None]
    return taken > 0 and (sum(units) == taken or (len(units) < len(asked) and sum(units) < taken))


_MAKES: dict[type[OrderStep], type[OrderEvent]] = {
    ConfirmOrder: OrderConfirmed,
    ShipOrder: ShipmentHandedOver,
    DeliverOrder: DeliveryConfirmed,
    CancelOrder: OrderCancelled,
    ReturnOrder: ReturnReceived,
}


def _step(command: OrderStep, order: Order, placed: OrderPlaced, on: date) -> Iterator[OrderEvent]:
    header = _header(placed, on, command.reference)
    match command:
        case ConfirmOrder():
            if _is_cancelled(order):
                raise Rejected("order_is_cancelled")
            if order.confirmed_on is None:
                yield OrderConfirmed(**header, lines=placed.lines)
        case CancelOrder():
            if command.lines or not _is_cancelled(order):
                yield OrderCancelled(**header, reason=command.reason, lines=_cancelled_lines(command, order))
        case ShipOrder():
            if order.confirmed_on is None:
                raise Rejected("order_not_confirmed")
            _in_order(on, order.confirmed_on)
            yield ShipmentHandedOver(**header, shipment=len(order.shipments) + 1, lines=_shipped_lines(command, order))
        case DeliverOrder():
            yield from _deliver(command, order, header)
        case ReturnOrder():
            yield ReturnReceived(**header, reason=command.reason, lines=tuple(_returned_lines(command, order, on)))


_CARRIED = tuple(name for name in Header.__struct_fields__ if name != "occurred_on")
_carried = attrgetter(*_CARRIED)


def _header(placed: OrderPlaced, on: date, reference: str | None) -> dict[str, Any]:
    """What every later event of the order carries besides its own."""
    if on < placed.occurred_on:
        raise Rejected("date_before_order", on=on.isoformat(), placed_on=placed.occurred_on.isoformat())
    header = dict(zip(_CARRIED, _carried(placed), strict=True))
    header["occurred_on"], header["placed_on"], header["reference"] = on, placed.occurred_on, reference
    return header


def _in_order(on: date, before: date) -> None:
    """No step is dated before the one that it follows."""
    if on < before:
        raise Rejected("date_before_step", on=on.isoformat(), before=before.isoformat())


def _is_cancelled(order: Order) -> bool:
    return all(line.ordered == 0 for line in order.lines.values())


def _deliver(command: DeliverOrder, order: Order, header: dict[str, Any]) -> Iterator[DeliveryConfirmed]:
    if not order.shipments:
        raise Rejected("nothing_to_deliver")
    if command.shipment is not None and not 1 <= command.shipment <= len(order.shipments):
        raise Rejected("shipment_unknown", shipment=command.shipment, shipments=len(order.shipments))
    for shipment in order.shipments:
        if not shipment.delivered and command.shipment in (None, shipment.number):
            _in_order(header["occurred_on"], shipment.on)
            yield DeliveryConfirmed(**header, shipment=shipment.number, lines=tuple(map(_plain, shipment.lines)))


def _plain(line: OrderLine) -> OrderLine:
    return OrderLine(line.line_id, line.sku, line.quantity, line.unit_price, line.discount)


def _cancelled_lines(command: CancelOrder, order: Order) -> tuple[TakenBackLine, ...]:
    return tuple(
        TakenBackLine(*_part(line, units, portion(line.open_discount, line.open, units)), complete=line.ordered == units)
        for line, units in selected(order, command.lines, attrgetter("open"), "nothing_to_cancel")
    )


def _shipped_lines(command: ShipOrder, order: Order) -> tuple[ShippedLine, ...]:
    return tuple(
        ShippedLine(
            *_part(line, units, portion(line.open_discount, line.open, units)), ordered=line.ordered, complete=line.ordered == units
        )
        for line, units in selected(order, command.lines, attrgetter("open"), "nothing_to_ship")
    )


def _returned_lines(command: ReturnOrder, order: Order, on: date) -> Iterator[TakenBackLine]:
    held = attrgetter("held")
    wanted = None if command.lines is None else one_by_one(order, command.lines, held)
    prices = {one.line_id: one.unit_price for one in wanted or ()}
    for line, units in selected(order, wanted, held, "nothing_to_return"):
        _in_order(on, line.delivered_on or on)
        line_id, sku, _, price, discount = _part(line, units, portion(line.held_discount, line.held, units))
        if (own := prices.get(line_id)) is not None:
            price, discount = checked_price(own, units, line_id=line_id), Decimal(0)
        yield TakenBackLine(line_id, sku, units, price, discount, complete=line.returned + units == line.ordered)


def _part(line: Line, units: int, discount: Decimal) -> tuple[str, str, int, Decimal, Decimal]:
    """The fields of an `OrderLine` that stands for so many units of the line."""
    return line.placed.line_id, line.placed.sku, units, line.placed.unit_price, discount
