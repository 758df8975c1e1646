"""The stock of one SKU in one warehouse: what lies there, and how much of it is promised to orders.

Always: 0 <= reserved <= on_hand, and on_hand = received - shipped + returned + adjusted. Every change is decided in the same write as
the order's, so no number of clients can promise the same unit twice.
"""

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from channel_events.pure import Decider, Rejected, event
from msgspec import Struct
from msgspec.structs import replace

from orders_inventory.domain.amounts import MAX_QUANTITY, checked_quantity


@event("stock_received", public=True)
class StockReceived(Struct, frozen=True, kw_only=True, gc=False):
    """Units came in; ``reference`` is the sender's name for the delivery."""

    warehouse: str
    sku: str
    quantity: int
    reference: str | None
    occurred_on: date


@event("stock_adjusted", public=True)
class StockAdjusted(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody counted: ``counted`` units lie there, ``difference`` more than was known (or fewer, when negative)."""

    warehouse: str
    sku: str
    counted: int
    difference: int
    reason: str
    reference: str | None
    occurred_on: date


class _OfOrder(Struct, frozen=True, kw_only=True, gc=False):
    warehouse: str
    sku: str
    order_id: str
    quantity: int
    occurred_on: date


@event("stock_reserved")
class StockReserved(_OfOrder, frozen=True, kw_only=True, gc=False):
    """Units on hand are promised to an order."""


@event("stock_released")
class StockReleased(_OfOrder, frozen=True, kw_only=True, gc=False):
    """Promised units are free again, because they were cancelled."""


@event("stock_shipped")
class StockShipped(_OfOrder, frozen=True, kw_only=True, gc=False):
    """Promised units left the warehouse."""


@event("stock_returned")
class StockReturned(_OfOrder, frozen=True, kw_only=True, gc=False):
    """Units of an order came back and lie in the warehouse again."""


StockEvent: TypeAlias = StockReceived | StockAdjusted | StockReserved | StockReleased | StockShipped | StockReturned


class ReceiveStock(Struct, frozen=True, kw_only=True, gc=False):
    warehouse: str
    sku: str
    quantity: int
    reference: str | None
    on: date


class CountStock(Struct, frozen=True, kw_only=True, gc=False):
    """``counted`` units were found to lie there, promised ones among them."""

    warehouse: str
    sku: str
    counted: int
    reason: str
    reference: str | None
    on: date


class _ForOrder(Struct, frozen=True, gc=False):
    warehouse: str
    sku: str
    order_id: str
    quantity: int
    on: date


class Reserve(_ForOrder, frozen=True, gc=False):
    """Promise units to an order; refused when fewer are available."""


class Release(_ForOrder, frozen=True, gc=False):
    """Free what an order no longer wants."""


class Ship(_ForOrder, frozen=True, gc=False):
    """Let promised units go."""


class Restock(_ForOrder, frozen=True, gc=False):
    """Take units of an order back in."""


StockCommand: TypeAlias = ReceiveStock | CountStock | Reserve | Release | Ship | Restock
StockStep: TypeAlias = type[Reserve] | type[Release] | type[Ship] | type[Restock]


class StockItem(Struct, frozen=True, gc=False):
    on_hand: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


def decide(command: StockCommand, item: StockItem) -> Iterator[StockEvent]:
    c = command
    match c:
        case ReceiveStock():
            checked_quantity(c.quantity)
            yield StockReceived(warehouse=c.warehouse, sku=c.sku, quantity=c.quantity, reference=c.reference, occurred_on=c.on)
        case CountStock():
            yield from _count(c, item)
        case Reserve():
            if c.quantity > item.available:
                raise Rejected("stock_insufficient", warehouse=c.warehouse, sku=c.sku, wanted=c.quantity, available=item.available)
            yield _of_order(StockReserved, c)
        case Release():
            _require_reserved(c, item)
            yield _of_order(StockReleased, c)
        case Ship():
            _require_reserved(c, item)
            yield _of_order(StockShipped, c)
        case Restock():
            yield _of_order(StockReturned, c)


def _count(c: CountStock, item: StockItem) -> Iterator[StockAdjusted]:
    if not 0 <= c.counted <= MAX_QUANTITY:
        raise Rejected("count_invalid", counted=c.counted, most=MAX_QUANTITY)
    if c.counted < item.reserved:
        raise Rejected("count_below_reserved", warehouse=c.warehouse, sku=c.sku, counted=c.counted, reserved=item.reserved)
    if difference := c.counted - item.on_hand:
        yield StockAdjusted(
            warehouse=c.warehouse,
            sku=c.sku,
            counted=c.counted,
            difference=difference,
            reason=c.reason,
            reference=c.reference,
            occurred_on=c.on,
        )


def _of_order(
    kind: type[StockReserved] | type[StockReleased] | type[StockShipped] | type[StockReturned], command: _ForOrder
) -> StockReserved | StockReleased | StockShipped | StockReturned:
    return kind(
        warehouse=command.warehouse,
        sku=command.sku,
        order_id=command.order_id,
        quantity=command.quantity,
        occurred_on=command.on,
    )


def _require_reserved(command: _ForOrder, item: StockItem) -> None:
    """Keeps reserved >= 0 whatever the caller believes: an order never holds more than it reserved."""
    if command.quantity > item.reserved:
        raise Rejected("stock_not_reserved", warehouse=command.warehouse, sku=command.sku, wanted=command.quantity, reserved=item.reserved)


def evolve(item: StockItem, event: StockEvent) -> StockItem:
    match event:
        case StockReceived() | StockReturned():
            return replace(item, on_hand=item.on_hand + event.quantity)
        case StockAdjusted():
            return replace(item, on_hand=item.on_hand + event.difference)
        case StockReserved():
            return replace(item, reserved=item.reserved + event.quantity)
        case StockReleased():
            return replace(item, reserved=item.reserved - event.quantity)
        case StockShipped():
            return StockItem(on_hand=item.on_hand - event.quantity, reserved=item.reserved - event.quantity)


STOCK: Decider[StockCommand, StockItem, StockEvent] = Decider(
    "stock",
    initial=StockItem(),
    decide=decide,
    evolve=evolve,
    events=[StockReceived, StockAdjusted, StockReserved, StockReleased, StockShipped, StockReturned],
    state=StockItem,
)
