"""From what a platform says of an order to steps of it here, by the difference to what is known of it.

An order only moves forward. What its platform changed and cannot be said as a step of it here is refused, and so parked.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from channel_events import Ask, Rejected, Steps
from channel_terms import MINOR_DIGITS

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
    WantedBack,
    line_of,
)


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
        back = None if lines is None else tuple(WantedBack(one.line_id, one.quantity, one.sku) for one in lines)
        yield from self._take(returning(ReturnOrder(**self.where, lines=back, reason=reason, on=max(on, first))))

    def _take(self, step: Steps) -> Steps:
        self.taken += bool((yield from step))
        yield from self.look()


def _all(lines: Sequence[Wanted] | None) -> tuple[Wanted, ...] | None:
    return None if lines is None else tuple(lines)


def follow(at: At, seen: WholeOrder) -> Steps:
    """Brings a placed order to where the platform has it; returns what is left for a person when not all of it can be said here.

    Every status there has its outcome for every state here (test_every_state_here_and_status_there). What is open of an order that is
    dead there is freed, whatever else is wrong with it.
    """
    was_over = at.order.over
    fewer = [] if was_over else _fewer(at, seen)
    if seen.stage.dead:
        return (yield from _end(at, seen, fewer))
    if was_over:
        if seen.was_delivered and any(line.delivered for line in at.order.lines.values()):
            return None  # all of it came back
        raise Rejected("order_is_cancelled", order_id=at.order_id)
    if fewer is None:
        raise Rejected("order_changed", order_id=at.order_id)
    if fewer:
        yield from at.cancel(fewer, "changed in the shop", seen.ended_on)
    if seen.stage is not Stage.PLACED and not at.order.over:
        yield from at.confirm(seen.confirmed_on)
    if seen.was_delivered:
        yield from _deliver(at, seen)
    return None


def _deliver(at: At, seen: WholeOrder) -> Steps:
    if at.order.over:
        return
    yield from at.confirm(seen.confirmed_on)
    if at.order.open:
        yield from at.ship(seen.delivered_on)
    if at.order.under_way:
        yield from at.deliver(seen.delivered_on)


_REASONS = {
    Stage.NOT_ORDERED: "not ordered in the shop any more",
    Stage.CANCELLED: "cancelled in the shop",
    Stage.TAKEN_BACK: "refunded in the shop",
}


def _end(at: At, seen: WholeOrder, fewer: list[Wanted] | None) -> Steps:
    reason = _REASONS[seen.stage]
    # Lines that became others there cannot be served any more: then nothing is shipped that may never have been.
    if seen.was_delivered and fewer is not None:
        if fewer:
            yield from at.cancel(fewer, "changed in the shop", seen.ended_on)
        yield from _deliver(at, seen)
    if at.order.open:
        yield from at.cancel(None, reason, seen.ended_on)
    if at.order.over:
        return None
    if at.order.under_way:
        return _for_a_person(at, "order_under_way")
    # A refund says that the goods are back; the end of an order that was delivered does not.
    if seen.stage is not Stage.TAKEN_BACK:
        return _for_a_person(at, "cancelled_after_delivery")
    yield from at.take_back(None, reason, seen.ended_on)
    return None


def _for_a_person(at: At, code: str) -> str:
    """What was freed stays freed; where there was nothing to free the push is parked."""
    if at.taken:
        return code
    raise Rejected(code, order_id=at.order_id)


def _fewer(at: At, seen: WholeOrder) -> list[Wanted] | None:
    """The units that the platform has no more; ``None`` when it changed otherwise: an order's lines never change here."""
    theirs = {line.line_id: line for line in seen.lines}
    if theirs.keys() - at.order.lines.keys() or seen.currency != at.placed.currency:
        return None
    fewer: list[Wanted] = []
    for line_id, line in at.order.lines.items():
        gone = _gone(line, theirs.get(line_id), seen.currency)
        if gone is None:
            return None
        # Units cancelled by a refund are among those that are gone.
        if gone > line.cancelled:
            fewer.append(Wanted(line_id, gone - line.cancelled))
    return fewer


def _gone(line: Line, theirs: NewLine | None, currency: str) -> int | None:
    """How many of the units placed the platform has no more; ``None`` when it has another line."""
    placed = line.placed
    if theirs is None:
        return placed.quantity
    if placed.sku != theirs.sku or theirs.quantity > placed.quantity:
        return None
    if theirs.quantity == placed.quantity:
        same = (placed.unit_price, placed.discount) == (theirs.unit_price, theirs.discount)
    else:
        # Shops round each line to what can be paid: 25.21 for three units of 10.00 gross, 16.81 for two.
        cent = Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2))
        same = abs(placed.unit_price - theirs.unit_price) * theirs.quantity <= cent
    return placed.quantity - theirs.quantity if same else None


def give_back(at: At, wanted: Sequence[Wanted], reason: str, on: date) -> Steps:
    """Cancels what is still open of the wanted units, returns the others."""
    asked: dict[str, int] = {}
    for one in wanted:
        line = line_of(at.order, one)
        units = line.open + line.held if one.quantity is None else one.quantity
        # The same item may stand in a refund twice.
        asked[line.placed.line_id] = asked.get(line.placed.line_id, 0) + units
    open_, held = [], []
    for line_id, units in asked.items():
        if here := min(units, at.order.lines[line_id].open):
            open_.append(Wanted(line_id, here))
        if units > here:
            held.append(Wanted(line_id, units - here))
    if open_:
        yield from at.cancel(open_, reason, on)
    if held:
        yield from at.take_back(held, reason, on)
