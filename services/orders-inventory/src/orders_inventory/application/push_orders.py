"""From what a platform says of an order to steps of it here, by the difference to what is known of it.

An order only moves forward. What its platform changed and cannot be said as a step of it here is refused, and so parked.
"""

from collections.abc import Generator, Sequence
from datetime import date
from typing import Any

from channel_events import Ask, On, Rejected

from orders_inventory.application.ordering import cancelling, confirming, delivering, returning, shipping
from orders_inventory.connectors.meaning import Stage, WholeOrder
from orders_inventory.domain.order import (
    ORDER,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    Line,
    NewLine,
    Order,
    OrderPlaced,
    ReturnOrder,
    ShipOrder,
    Wanted,
    line_of,
)

Steps = Generator[On | Ask | list[On], Any, Any]


class At:
    """One order of one source, at the point to which the steps so far brought it; ``taken`` counts them."""

    def __init__(self, source: str, external_id: str) -> None:
        self.where: dict[str, Any] = {"source": source, "external_id": external_id}
        self.order_id = f"{source}:{external_id}"
        self.order = Order()
        self.version = 0
        self.taken = 0

    def look(self) -> Steps:
        """Reads the order as it is by now; it has to be there."""
        self.order, self.version, _ = yield Ask(ORDER, self.order_id)

    @property
    def placed(self) -> OrderPlaced:
        if self.order.placed is None:
            raise Rejected("order_unknown", order_id=self.order_id)
        return self.order.placed

    def confirm(self, on: date) -> Steps:
        if self.order.confirmed_on is None:
            yield from self._take(confirming(ConfirmOrder(**self.where, on=on)))

    def ship(self, on: date) -> Steps:
        # Platforms tell of payment and delivery in any order; no step here is dated before the one it follows.
        yield from self._take(shipping(ShipOrder(**self.where, on=max(on, self.order.confirmed_on or on))))

    def deliver(self, on: date) -> Steps:
        latest = max((one.on for one in self.order.shipments if not one.delivered), default=on)
        yield from self._take(delivering(DeliverOrder(**self.where, on=max(on, latest))))

    def cancel(self, lines: Sequence[Wanted] | None, reason: str, on: date) -> Steps:
        yield from self._take(cancelling(CancelOrder(**self.where, lines=_all(lines), reason=reason, on=on)))

    def take_back(self, lines: Sequence[Wanted] | None, reason: str, on: date) -> Steps:
        first = max((line.delivered_on or on for line in self.order.lines.values() if line.held), default=on)
        yield from self._take(returning(ReturnOrder(**self.where, lines=_all(lines), reason=reason, on=max(on, first))))

    def _take(self, step: Steps) -> Steps:
        self.taken += bool((yield from step))
        yield from self.look()


def _all(lines: Sequence[Wanted] | None) -> tuple[Wanted, ...] | None:
    return None if lines is None else tuple(lines)


def follow(at: At, seen: WholeOrder) -> Steps:
    """Brings a placed order to where the platform has it."""
    if not at.order.over:
        yield from _shrink(at, seen)
    if at.order.over and seen.stage < Stage.CANCELLED:
        raise Rejected("order_is_cancelled", order_id=at.order_id)
    if seen.stage in (Stage.CONFIRMED, Stage.DELIVERED):
        yield from at.confirm(seen.confirmed_on)
    if seen.was_delivered and not at.order.over:
        yield from at.confirm(seen.confirmed_on)
        if at.order.open:
            yield from at.ship(seen.delivered_on)
        if at.order.under_way:
            yield from at.deliver(seen.delivered_on)
    if seen.stage >= Stage.CANCELLED:
        yield from _end(at, seen)


def _end(at: At, seen: WholeOrder) -> Steps:
    reason = "cancelled in the shop" if seen.stage is Stage.CANCELLED else "refunded in the shop"
    if at.order.open:
        yield from at.cancel(None, reason, seen.ended_on)
    if at.order.over:
        return
    if at.order.under_way:
        raise Rejected("order_under_way", order_id=at.order_id)
    # A refund says that the goods are back; a cancellation of what was delivered does not.
    if seen.stage is Stage.CANCELLED:
        raise Rejected("cancelled_after_delivery", order_id=at.order_id)
    yield from at.take_back(None, reason, seen.ended_on)


def _shrink(at: At, seen: WholeOrder) -> Steps:
    """Cancels units that the platform has no more; any other change of the lines is refused: an order's lines never change here."""
    theirs = {line.line_id: line for line in seen.lines}
    if theirs.keys() - at.order.lines.keys() or seen.currency != at.placed.currency:
        raise Rejected("order_changed", order_id=at.order_id)
    fewer: list[Wanted] = []
    for line_id, line in at.order.lines.items():
        gone = _gone(line, theirs.get(line_id))
        if gone is None:
            raise Rejected("order_changed", order_id=at.order_id, line_id=line_id)
        # Units cancelled by a refund are among those that are gone.
        if gone > line.cancelled:
            fewer.append(Wanted(line_id, gone - line.cancelled))
    if fewer:
        yield from at.cancel(fewer, "changed in the shop", seen.ended_on)


def _gone(line: Line, theirs: NewLine | None) -> int | None:
    """How many of the units placed the platform has no more; ``None`` when it has another line."""
    placed = line.placed
    if theirs is None:
        return placed.quantity
    same = (placed.sku, placed.unit_price) == (theirs.sku, theirs.unit_price)
    if not same or theirs.quantity > placed.quantity or (theirs.quantity == placed.quantity and theirs.discount != placed.discount):
        return None
    return placed.quantity - theirs.quantity


def give_back(at: At, wanted: Sequence[Wanted], reason: str, on: date) -> Steps:
    """Cancels what is still open of the wanted units, returns the others."""
    open_, held = [], []
    for one in wanted:
        line = line_of(at.order, one)
        units = line.open + line.held if one.quantity is None else one.quantity
        if here := min(units, line.open):
            open_.append(Wanted(line.placed.line_id, here))
        if units > here:
            held.append(Wanted(line.placed.line_id, units - here))
    if open_:
        yield from at.cancel(open_, reason, on)
    if held:
        yield from at.take_back(held, reason, on)
