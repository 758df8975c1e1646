"""From what a platform says of an order to commands, by the difference to what is known of it here.

An order only moves forward. What its platform changed and cannot be said as a step of it here is refused, and so parked.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from channel_events import On, Rejected

from orders_inventory.application.placing import placing
from orders_inventory.application.steps import cancelling, returning, shipping
from orders_inventory.connectors.meaning import Stage, Units, WholeOrder
from orders_inventory.domain.order import ORDER, ConfirmOrder, DeliverOrder, Line, NewLine, Order, PlaceOrder, Wanted


class Plan:
    """Commands on one order in the making, and the order as they will leave it: each is tried on it before it is added."""

    def __init__(self, order_id: str, order: Order) -> None:
        self.order_id = order_id
        self.order = order
        self.targets: list[On] = []

    def add(self, targets: Iterable[On]) -> None:
        """Raises what the order would refuse."""
        for target in targets:
            if target.decider is ORDER:
                self.order = ORDER.fold(ORDER.decide(target.command, self.order), self.order)
            self.targets.append(target)

    def place(self, command: PlaceOrder) -> None:
        self.add(placing(command))

    def confirm(self, on: date) -> None:
        if self.order.confirmed_on is None:
            self.add([On(ORDER, self.order_id, ConfirmOrder(on))])

    def ship(self, wanted: Sequence[Wanted] | None, on: date) -> None:
        self.add(shipping(self.order_id, self.order, wanted, on))

    def deliver(self, shipment: int | None, on: date) -> None:
        self.add([On(ORDER, self.order_id, DeliverOrder(shipment, on))])

    def cancel(self, wanted: Sequence[Wanted] | None, reason: str, on: date) -> None:
        self.add(cancelling(self.order_id, self.order, wanted, reason, on))

    def take_back(self, wanted: Sequence[Wanted] | None, reason: str, on: date) -> None:
        self.add(returning(self.order_id, self.order, wanted, reason, on))

    @property
    def open(self) -> bool:
        return any(line.open for line in self.order.lines.values())

    @property
    def held(self) -> bool:
        return any(line.held for line in self.order.lines.values())

    @property
    def under_way(self) -> bool:
        return any(line.shipped > line.delivered for line in self.order.lines.values())

    @property
    def over(self) -> bool:
        """Everything that was ordered was cancelled or has come back."""
        return not (self.open or self.held or self.under_way)


def follow(plan: Plan, seen: WholeOrder) -> str | None:
    """Brings a placed order to where the platform has it; why nothing came of it, when nothing did."""
    before = len(plan.targets)
    if not plan.over:
        _shrink(plan, seen)
    if plan.over and seen.stage < Stage.CANCELLED:
        raise Rejected("order_is_cancelled", order_id=plan.order_id)
    if seen.stage in (Stage.CONFIRMED, Stage.DELIVERED):
        plan.confirm(seen.confirmed_on)
    if seen.was_delivered and not plan.over:
        _deliver_all(plan, seen)
    if seen.stage >= Stage.CANCELLED:
        _end(plan, seen)
    return None if len(plan.targets) > before else "nothing_new"


def _deliver_all(plan: Plan, seen: WholeOrder) -> None:
    plan.confirm(seen.confirmed_on)
    if plan.open:
        plan.ship(None, seen.delivered_on)
    if plan.under_way:
        plan.deliver(None, seen.delivered_on)


def _end(plan: Plan, seen: WholeOrder) -> None:
    reason = "cancelled in the shop" if seen.stage is Stage.CANCELLED else "refunded in the shop"
    if plan.open:
        plan.cancel(None, reason, seen.ended_on)
    if plan.over:
        return
    if plan.under_way:
        raise Rejected("order_under_way", order_id=plan.order_id)
    # A refund says that the goods are back; a cancellation of what was delivered does not.
    if seen.stage is Stage.CANCELLED:
        raise Rejected("cancelled_after_delivery", order_id=plan.order_id)
    plan.take_back(None, reason, seen.ended_on)


def _shrink(plan: Plan, seen: WholeOrder) -> None:
    """Cancels units that the platform has no more; any other change of the lines is refused: an order's lines never change here."""
    placed = plan.order.placed
    theirs = {line.line_id: line for line in seen.lines}
    if placed is None or theirs.keys() - plan.order.lines.keys() or seen.currency != placed.currency:
        raise Rejected("order_changed", order_id=plan.order_id)
    fewer: list[Wanted] = []
    for line_id, line in plan.order.lines.items():
        gone = _gone(line, theirs.get(line_id))
        if gone is None:
            raise Rejected("order_changed", order_id=plan.order_id, line_id=line_id)
        # Units cancelled by a refund are among those that are gone.
        if gone > line.cancelled:
            fewer.append(Wanted(line_id, gone - line.cancelled))
    if fewer:
        plan.cancel(fewer, "changed in the shop", seen.ended_on)


def _gone(line: Line, theirs: NewLine | None) -> int | None:
    """How many of the units placed the platform has no more; ``None`` when it has another line."""
    placed = line.placed
    if theirs is None:
        return placed.quantity
    same = (placed.sku, placed.unit_price) == (theirs.sku, theirs.unit_price)
    if not same or theirs.quantity > placed.quantity or (theirs.quantity == placed.quantity and theirs.discount != placed.discount):
        return None
    return placed.quantity - theirs.quantity


def named(order: Order, units: Sequence[Units]) -> list[Wanted]:
    """The lines that are meant; `Rejected` when a line is named by a SKU that several or no lines have."""
    found: list[Wanted] = []
    for one in units:
        if one.line_id is not None:
            found.append(Wanted(one.line_id, one.quantity))
            continue
        lines = [line.placed.line_id for line in order.lines.values() if line.placed.sku == one.sku]
        if len(lines) != 1:
            raise Rejected("line_not_clear", sku=one.sku, lines=len(lines))
        found.append(Wanted(lines[0], one.quantity))
    return found


def give_back(plan: Plan, wanted: Sequence[Wanted], reason: str, on: date) -> str | None:
    """Cancels what is still open of the wanted units, returns the others; why nothing came of it, when nothing did."""
    if plan.over:
        return "nothing_left"
    open_, held = [], []
    for one in wanted:
        line = plan.order.lines.get(one.line_id)
        if line is None:
            raise Rejected("line_unknown", line_id=one.line_id)
        units = line.open + line.held if one.quantity is None else one.quantity
        if here := min(units, line.open):
            open_.append(Wanted(one.line_id, here))
        if units > here:
            held.append(Wanted(one.line_id, units - here))
    if open_:
        plan.cancel(open_, reason, on)
    if held:
        plan.take_back(held, reason, on)
    return None
