"""What the metrics must show, worked out from what was sent; exact, so that nothing lost or counted twice can hide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from qudao_local.demo.documents import (
    AmountCorrection,
    Cancellation,
    Document,
    GoodsReturn,
    Line,
    LineQuantity,
    Order,
    Return,
    Shipment,
    Step,
)


@dataclass(slots=True)
class Figures:
    """Sums over the whole scenario. Money is exact up to the tenth decimal, in which shares of a discount may differ."""

    orders: int = 0
    order_lines: int = 0
    units: int = 0
    gross: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    cancelled: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    corrected: Decimal = Decimal(0)
    """What credit and debit notes add without goods; a credit takes away."""
    filled: int = 0
    """Lines that the first shipment of their order shipped whole."""
    fillable: int = 0
    """Lines that were not wholly cancelled."""

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount - self.cancelled - self.returned + self.corrected


class Expectation:
    """Fed with what was accepted, in the order in which it was sent. What takes back an order that is not in it counts nothing."""

    def __init__(self) -> None:
        self.figures = Figures()
        self._order_id = ""
        self._lines: dict[str, Line] = {}
        self._unshipped: dict[str, dict[str, int]] = {}
        """Orders that have shipped nothing yet: units open per line."""

    def document(self, document: Document) -> None:
        match document:
            case Order():
                self._placed(document)
            case Cancellation() | Return():
                self._taken_back(document)
            case Shipment():
                self._shipped(f"{document.source}:{document.external_id}", None)
            case GoodsReturn():
                self.figures.returned += sum(line.quantity * line.unit_price - line.discount for line in document.lines)
            case AmountCorrection():
                self.figures.corrected += document.amount if document.note == "debit" else -document.amount
            case _:
                pass

    def _placed(self, order: Order) -> None:
        figures = self.figures
        self._order_id = f"{order.source}:{order.external_id}"
        self._lines = {line.line_id: line for line in order.lines}
        figures.orders += 1
        figures.order_lines += len(order.lines)
        figures.fillable += len(order.lines)
        for line in order.lines:
            figures.units += line.quantity
            figures.gross += line.quantity * line.unit_price
            figures.discount += line.discount
        if order.history and order.history.shipped_on:
            figures.filled += len(order.lines)
        else:
            self._unshipped[self._order_id] = {line.line_id: line.quantity for line in order.lines}

    def _taken_back(self, document: Cancellation | Return) -> None:
        if document.lines and all(taken.unit_price is not None for taken in document.lines):
            self.figures.returned += sum(taken.quantity * (taken.unit_price or 0) for taken in document.lines)
            return
        # What takes an order back follows it at once, so only one order's lines are kept.
        if f"{document.source}:{document.external_id}" != self._order_id:
            return  # its order was refused, and yet it is there from an earlier load: `settle` is told of that
        cancelled = isinstance(document, Cancellation)
        left = self._unshipped.get(self._order_id) if cancelled else None
        net = Decimal(0)
        for taken in _all_or(document.lines, self._lines):
            line = self._lines[taken.line_id]
            net += taken.quantity * line.unit_price - line.discount * taken.quantity / line.quantity
            if left is not None:
                left[taken.line_id] -= taken.quantity
                self.figures.fillable -= left[taken.line_id] == 0
        if cancelled:
            self.figures.cancelled += net
        else:
            self.figures.returned += net

    def steps(self, steps: Iterable[Step]) -> None:
        for step in steps:
            if step.action == "ship":
                self._shipped(step.order_id, step.lines)

    def _shipped(self, order_id: str, lines: list[LineQuantity] | None) -> None:
        """Only an order's first shipment fills lines."""
        if (left := self._unshipped.pop(order_id, None)) is not None:
            shipped = {one.line_id: one.quantity for one in lines} if lines else left
            self.figures.filled += sum(1 for line_id, units in shipped.items() if units and units == left[line_id])


def _all_or(lines: list[LineQuantity] | None, of: dict[str, Line]) -> Iterator[LineQuantity]:
    if lines is not None:
        yield from lines
    else:
        yield from (LineQuantity(line.line_id, line.quantity) for line in of.values())


def expected(documents: Iterable[Document], steps: Iterable[list[Step]], refused: set[int]) -> Figures:
    """The figures of all documents but the ``refused`` (by their place, from 1) and of all steps."""
    expectation = Expectation()
    for place, document in enumerate(documents, 1):
        if place not in refused:
            expectation.document(document)
    for of_order in steps:
        expectation.steps(of_order)
    return expectation.figures
