"""The stock of a warehouse: what lies there of each SKU, and how much of it is promised to orders.

Always: 0 <= reserved <= on_hand, and on_hand = received - shipped + returned + adjusted. Every change is decided in the same write as
the order's, so no number of clients can promise the same unit twice. A step of an order is one event with all its lines; the state is
a persistent map, so an event costs what its lines cost, however many SKUs lie there (docs/decisions/0020).
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import MAX_QUANTITY, HappenedOn, Name, Quantity, Reference, happened_on
from immutables import Map
from msgspec import Meta, Struct

from orders_inventory.domain.words import Sku, WarehouseCode


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


@event("stock_written_off", public=True)
class StockWrittenOff(Struct, frozen=True, kw_only=True, gc=False):
    """Units are there no more though no order took them: broken, stolen, out of date."""

    warehouse: str
    sku: str
    quantity: int
    reason: str
    reference: str | None
    occurred_on: date


class Units(Struct, frozen=True, gc=False):
    """So many of a SKU."""

    sku: str
    quantity: int


class _OfOrder(Struct, frozen=True, kw_only=True, gc=False):
    warehouse: str
    order_id: str
    lines: tuple[Units, ...]
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


@event("stock_taken_in")
class StockTakenIn(Struct, frozen=True, kw_only=True, gc=False):
    """Units came back that belong to no order here; ``reference`` is the credit note."""

    warehouse: str
    reference: str
    lines: tuple[Units, ...]
    occurred_on: date


OrderStockEvent: TypeAlias = StockReserved | StockReleased | StockShipped | StockReturned
_OneSku: TypeAlias = StockReceived | StockAdjusted | StockWrittenOff
StockEvent: TypeAlias = _OneSku | StockTakenIn | OrderStockEvent


@command("receive_stock", stream="stock/{warehouse}")
class ReceiveStock(Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A delivery came in. One with a ``reference`` counts once, whichever door it comes through; else send an Idempotency-Key."""

    warehouse: WarehouseCode
    sku: Sku
    quantity: Quantity
    reference: Annotated[Reference | None, Meta(examples=["DN-4711"])] = None
    on: HappenedOn = None


@command("count_stock", stream="stock/{warehouse}")
class CountStock(Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The difference to what is known is an event with its reason; a count that agrees changes nothing."""

    warehouse: WarehouseCode
    sku: Sku
    counted: Annotated[int, Meta(ge=0, le=MAX_QUANTITY, description="Units that lie there, promised ones among them.", examples=[488])]
    reason: Annotated[Name, Meta(examples=["yearly count"])] = "stock count"
    reference: Annotated[Reference | None, Meta(examples=["COUNT-2026-05"])] = None
    on: HappenedOn = None


@command("write_off_stock", stream="stock/{warehouse}")
class WriteOffStock(Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Units that are lost, as many as are not promised to orders. One with a ``reference`` counts once, whichever door it comes through;
    else send an Idempotency-Key."""

    warehouse: WarehouseCode
    sku: Sku
    quantity: Quantity
    reason: Annotated[Name, Meta(examples=["broken in the warehouse"])]
    reference: Annotated[Reference | None, Meta(examples=["LOSS-2026-05"])] = None
    on: HappenedOn = None


class _ForOrder(Struct, frozen=True, kw_only=True, gc=False):
    warehouse: str
    order_id: str
    lines: tuple[Units, ...]
    on: date


@command("reserve_stock", stream="stock/{warehouse}")
class Reserve(_ForOrder, frozen=True, kw_only=True, gc=False):
    """Promise units to an order; refused when fewer are available."""


@command("release_stock", stream="stock/{warehouse}")
class Release(_ForOrder, frozen=True, kw_only=True, gc=False):
    """Free what an order no longer wants."""


@command("ship_stock", stream="stock/{warehouse}")
class Ship(_ForOrder, frozen=True, kw_only=True, gc=False):
    """Let promised units go."""


@command("restock", stream="stock/{warehouse}")
class Restock(_ForOrder, frozen=True, kw_only=True, gc=False):
    """Take units of an order back in."""


@command("take_in_stock", stream="stock/{warehouse}")
class TakeIn(Struct, frozen=True, kw_only=True, gc=False):
    """Take units back in that belong to no order here."""

    warehouse: str
    reference: str
    lines: tuple[Units, ...]
    on: date


StockStep: TypeAlias = Reserve | Release | Ship | Restock
StockCommand: TypeAlias = ReceiveStock | CountStock | WriteOffStock | TakeIn | StockStep


DAYS_KEPT = 7
"""Days on which a SKU moved, for which a count may still come in late."""


class StockItem(Struct, frozen=True, gc=False):
    """``moved`` are the last days on which units came or went, and how many more there were afterwards: day, units, day, units, oldest
    first, days as ordinals. Everything until ``before`` is one sum."""

    on_hand: int = 0
    reserved: int = 0
    moved: tuple[int, ...] = ()
    before: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    def on(self, day: date) -> int | None:
        """What lay there at the end of ``day``; None when that is not known any more."""
        at = day.toordinal()
        if at < self.before:
            return None
        return self.on_hand - sum(units for when, units in zip(self.moved[::2], self.moved[1::2], strict=True) if when > at)

    def after(self, on_hand: int, reserved: int, at: int) -> "StockItem":
        """With what moved on the day ``at``."""
        if not on_hand:
            return StockItem(self.on_hand, self.reserved + reserved, self.moved, self.before)
        moved, before = self._moved(on_hand, at)
        return StockItem(self.on_hand + on_hand, self.reserved + reserved, moved, before)

    def _moved(self, units: int, at: int) -> tuple[tuple[int, ...], int]:
        moved = self.moved
        if moved and moved[-2] == at:  # nearly always: business goes on day by day
            return (*moved[:-1], moved[-1] + units), self.before
        if at <= self.before:
            return moved, self.before
        days = dict(zip(moved[::2], moved[1::2], strict=True))
        days[at] = days.get(at, 0) + units
        kept = sorted(days.items())
        before = self.before if len(kept) <= DAYS_KEPT else kept.pop(0)[0]
        return tuple(one for day in kept for one in day), before


NONE = StockItem()
Shelves: TypeAlias = Map[str, StockItem]
"""By SKU; of one that is not there nothing lies there."""


def decide(command: StockCommand, shelves: Shelves, known: Known) -> Iterator[StockEvent]:
    match command:
        case ReceiveStock() as c:
            on = happened_on(c.on, known)
            yield StockReceived(warehouse=c.warehouse, sku=c.sku, quantity=c.quantity, reference=c.reference, occurred_on=on)
        case CountStock() as c:
            yield from _count(c, shelves.get(c.sku, NONE), happened_on(c.on, known))
        case WriteOffStock() as c:
            _require_available(c.warehouse, c.sku, c.quantity, shelves)
            yield tell(StockWrittenOff, c, occurred_on=happened_on(c.on, known))
        case Reserve() as c:
            for one in c.lines:
                _require_available(c.warehouse, one.sku, one.quantity, shelves)
            yield _of_order(StockReserved, c)
        case Release() as c:
            _require_reserved(c, shelves)
            yield _of_order(StockReleased, c)
        case Ship() as c:
            _require_reserved(c, shelves)
            yield _of_order(StockShipped, c)
        case Restock() as c:
            yield _of_order(StockReturned, c)
        case TakeIn() as c:
            yield StockTakenIn(warehouse=c.warehouse, reference=c.reference, lines=c.lines, occurred_on=c.on)


def _count(c: CountStock, item: StockItem, on: date) -> Iterator[StockAdjusted]:
    """Against what lay there on the day of the count: what has moved since was not there to be counted, or was."""
    lay = item.on(on)
    if lay is None:
        earliest = date.fromordinal(item.before)
        raise Rejected("count_too_late", warehouse=c.warehouse, sku=c.sku, on=on.isoformat(), earliest=earliest.isoformat())
    difference = c.counted - lay
    if (left := item.on_hand + difference) < item.reserved:
        raise Rejected("count_below_reserved", warehouse=c.warehouse, sku=c.sku, counted=c.counted, left=left, reserved=item.reserved)
    if difference:
        yield StockAdjusted(
            warehouse=c.warehouse,
            sku=c.sku,
            counted=c.counted,
            difference=difference,
            reason=c.reason,
            reference=c.reference,
            occurred_on=on,
        )


def _require_available(warehouse: str, sku: str, units: int, shelves: Shelves) -> None:
    if units > (available := shelves.get(sku, NONE).available):
        raise Rejected("stock_insufficient", warehouse=warehouse, sku=sku, wanted=units, available=available)


def _of_order(kind: type[OrderStockEvent], command: StockStep) -> OrderStockEvent:
    return kind(warehouse=command.warehouse, order_id=command.order_id, lines=command.lines, occurred_on=command.on)


def _require_reserved(command: StockStep, shelves: Shelves) -> None:
    """Keeps reserved >= 0 whatever the caller believes: an order never holds more than it reserved."""
    for one in command.lines:
        if one.quantity > (reserved := shelves.get(one.sku, NONE).reserved):
            raise Rejected("stock_not_reserved", warehouse=command.warehouse, sku=one.sku, wanted=one.quantity, reserved=reserved)


def evolve(shelves: Shelves, event: StockEvent) -> Shelves:
    if isinstance(event, _OneSku):
        units = event.difference if isinstance(event, StockAdjusted) else event.quantity
        if isinstance(event, StockWrittenOff):
            units = -units
        return shelves.set(event.sku, shelves.get(event.sku, NONE).after(units, 0, event.occurred_on.toordinal()))
    (on_hand, reserved), at = _MOVES[type(event)], event.occurred_on.toordinal()
    with shelves.mutate() as after:
        for one in event.lines:
            after[one.sku] = after.get(one.sku, NONE).after(on_hand * one.quantity, reserved * one.quantity, at)
        finished: Shelves = after.finish()
    return finished


_MOVES: dict[type, tuple[int, int]] = {
    StockReserved: (0, 1),
    StockReleased: (0, -1),
    StockShipped: (-1, -1),
    StockReturned: (1, 0),
    StockTakenIn: (1, 0),
}
"""What a unit of each adds to what is on hand and to what is reserved."""

_EVENTS: tuple[type[StockEvent], ...] = (
    *(StockReceived, StockAdjusted, StockReserved, StockReleased, StockShipped, StockReturned),
    *(StockTakenIn, StockWrittenOff),
)
STOCK: Decider[StockCommand, Shelves, StockEvent] = Decider(
    "stock", initial=Map(), decide=decide, evolve=evolve, events=_EVENTS, state=dict[str, StockItem], kept=(dict, Map)
)
