"""What deciding needs to remember of an order: small, because it is folded for every imported order."""

from datetime import date
from decimal import Decimal

from channel_events.pure import event_type
from msgspec import Struct
from msgspec.structs import replace

from orders_inventory.domain.amounts import portion
from orders_inventory.domain.order.events import (
    DeliveryConfirmed,
    OrderCancelled,
    OrderConfirmed,
    OrderEvent,
    OrderLine,
    OrderPlaced,
    ReturnReceived,
    ShipmentHandedOver,
)


class Line(Struct, frozen=True, gc=False):
    """A line as placed, and its units by what became of them.

    ``open_discount`` goes with the units neither cancelled nor shipped, ``held_discount`` with those delivered and not
    returned.
    """

    placed: OrderLine
    open_discount: Decimal
    held_discount: Decimal = Decimal(0)
    cancelled: int = 0
    shipped: int = 0
    delivered: int = 0
    returned: int = 0
    delivered_on: date | None = None
    """When the first of it arrived."""

    @property
    def undiscounted_price(self) -> Decimal | None:
        """The price at which a unit was sold, where that is its whole price; None of a line with a discount."""
        return None if self.placed.discount else self.placed.unit_price

    @property
    def ordered(self) -> int:
        """Units less those cancelled."""
        return self.placed.quantity - self.cancelled

    @property
    def open(self) -> int:
        """Units that may still be cancelled or shipped."""
        return self.placed.quantity - self.cancelled - self.shipped

    @property
    def held(self) -> int:
        """Units that may still be returned."""
        return self.delivered - self.returned


class Shipment(Struct, frozen=True, gc=False):
    """``lines`` until it is delivered, nothing afterwards."""

    number: int
    lines: tuple[OrderLine, ...]
    on: date

    @property
    def delivered(self) -> bool:
        return not self.lines


class Order(Struct, frozen=True, gc=False):
    """``placed`` is ``None`` before the order exists."""

    placed: OrderPlaced | None = None
    confirmed_on: date | None = None
    lines: dict[str, Line] = {}
    shipments: tuple[Shipment, ...] = ()
    references: dict[str, dict[str, int]] = {}
    """What was taken under a name, ``shipment_handed_over/DN-4711``: units by line, of a delivery by its shipments' numbers."""
    prices: dict[str, dict[str, Decimal]] = {}
    """Under the same names: what was given back for a unit, of lines where that was another price than it was sold at."""

    @property
    def open(self) -> bool:
        """Whether anything may still be cancelled or shipped."""
        return any(line.open for line in self.lines.values())

    @property
    def held(self) -> bool:
        """Whether anything may still be returned."""
        return any(line.held for line in self.lines.values())

    @property
    def under_way(self) -> bool:
        return any(line.shipped > line.delivered for line in self.lines.values())

    @property
    def over(self) -> bool:
        """Everything that was ordered was cancelled or has come back."""
        return not (self.open or self.held or self.under_way)


def named(kind: type[OrderEvent], reference: str) -> str:
    """How a step's reference is remembered: a shipment and a return may bear the same number."""
    return f"{event_type(kind).name}/{reference}"


def evolve(order: Order, event: OrderEvent) -> Order:
    after = _evolve(order, event)
    if isinstance(event, OrderPlaced) or event.reference is None:
        return after
    name = named(type(event), event.reference)
    prices = after.prices
    if isinstance(event, ReturnReceived) and (own := {one.line_id: one.unit_price for one in event.lines if _own_price(order, one)}):
        prices = prices | {name: own}
    return replace(after, references=after.references | {name: after.references.get(name, {}) | _taken(event)}, prices=prices)


def _own_price(order: Order, part: OrderLine) -> bool:
    """Whether units came back at another price than they were sold at: such a price carries no discount."""
    line = order.lines[part.line_id]
    return part.unit_price != line.placed.unit_price or part.discount != portion(line.held_discount, line.held, part.quantity)


def _taken(event: OrderEvent) -> dict[str, int]:
    units = {line.line_id: line.quantity for line in event.lines}
    return {str(event.shipment): sum(units.values())} if isinstance(event, DeliveryConfirmed) else units


def _evolve(order: Order, event: OrderEvent) -> Order:
    match event:
        case OrderPlaced():
            return Order(placed=event, lines={line.line_id: Line(line, line.discount) for line in event.lines})
        case OrderConfirmed():
            return replace(order, confirmed_on=event.occurred_on)
        case OrderCancelled():
            return replace(order, lines=order.lines | {part.line_id: _cancelled(order.lines[part.line_id], part) for part in event.lines})
        case ShipmentHandedOver():
            lines = order.lines | {part.line_id: _shipped(order.lines[part.line_id], part) for part in event.lines}
            return replace(order, lines=lines, shipments=(*order.shipments, Shipment(event.shipment, event.lines, event.occurred_on)))
        case DeliveryConfirmed():
            lines = order.lines | {part.line_id: _delivered(order.lines[part.line_id], part, event.occurred_on) for part in event.lines}
            shipments = tuple(Shipment(s.number, (), s.on) if s.number == event.shipment else s for s in order.shipments)
            return replace(order, lines=lines, shipments=shipments)
        case ReturnReceived():
            return replace(order, lines=order.lines | {part.line_id: _returned(order.lines[part.line_id], part) for part in event.lines})


def _cancelled(line: Line, part: OrderLine) -> Line:
    return replace(line, cancelled=line.cancelled + part.quantity, open_discount=line.open_discount - part.discount)


def _shipped(line: Line, part: OrderLine) -> Line:
    return replace(line, shipped=line.shipped + part.quantity, open_discount=line.open_discount - part.discount)


def _delivered(line: Line, part: OrderLine, on: date) -> Line:
    first = on if line.delivered_on is None else min(line.delivered_on, on)
    return replace(line, delivered=line.delivered + part.quantity, held_discount=line.held_discount + part.discount, delivered_on=first)


def _returned(line: Line, part: OrderLine) -> Line:
    # Also of units that came back at a price of their own, which carry no discount any more.
    share = portion(line.held_discount, line.held, part.quantity)
    return replace(line, returned=line.returned + part.quantity, held_discount=line.held_discount - share)
