"""Each order with what became of it, told together: what was taken back, and on which day each line was delivered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qudao_local.demo.documents import Cancellation, Document, Line, Order, Return, Step


@dataclass(frozen=True, slots=True)
class Story:
    """``taken`` are the units by line that were cancelled or came back, on ``taken_on``; ``delivered`` the days by line, without those
    that are not there yet."""

    order: Order
    taken: dict[str, int]
    taken_on: date | None
    returned: bool
    delivered: dict[str, date]

    @property
    def order_id(self) -> str:
        return f"{self.order.source}:{self.order.external_id}"

    def kept(self) -> Decimal:
        """Net of what was not taken back."""
        return sum((net(line, line.quantity - self.taken.get(line.line_id, 0)) for line in self.order.lines), Decimal(0))


def net(line: Line, units: int) -> Decimal:
    """Of so many units of the line, with their share of its discount."""
    return units * line.unit_price - line.discount * units / line.quantity


def stories(documents: Iterable[Document], steps: Iterable[list[Step]]) -> Iterator[Story]:
    """In the order of the documents. What takes an order back follows it at once, and once only."""
    by_order = {of_one[0].order_id: of_one for of_one in steps}
    order: Order | None = None
    for document in documents:
        if isinstance(document, Order):
            if order is not None:
                yield _story(order, None, by_order)
            order = document
        elif isinstance(document, Cancellation | Return) and order is not None:
            yield _story(order, document, by_order)
            order = None
    if order is not None:
        yield _story(order, None, by_order)


def _story(order: Order, back: Cancellation | Return | None, steps: dict[str, list[Step]]) -> Story:
    taken: dict[str, int] = {}
    if back is not None:
        whole = {line.line_id: line.quantity for line in order.lines}
        taken = whole if back.lines is None else {one.line_id: one.quantity for one in back.lines}
    delivered = dict(_delivered(order, steps.get(f"{order.source}:{order.external_id}", [])))
    return Story(order, taken, back.on if back else None, isinstance(back, Return), delivered)


def _delivered(order: Order, steps: list[Step]) -> Iterator[tuple[str, date]]:
    if order.history and order.history.delivered_on:
        yield from ((line.line_id, order.history.delivered_on) for line in order.lines)
    left = [line.line_id for line in order.lines]
    shipments: list[list[str]] = []
    for step in steps:
        if step.action == "ship":
            shipments.append(left if step.lines is None else [one.line_id for one in step.lines])
            left = [line_id for line_id in left if line_id not in shipments[-1]]
        elif step.shipment is not None:
            yield from ((line_id, step.on) for line_id in shipments[step.shipment - 1])
