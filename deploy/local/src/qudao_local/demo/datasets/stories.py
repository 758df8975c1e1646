"""From an order's rows to the documents and steps that tell its story through the doors."""

import hashlib
from dataclasses import dataclass, field

from qudao_local.demo.datasets.order_rows import Header, OrderRows, TakenBack
from qudao_local.demo.datasets.report import BadValue, Report, place, require
from qudao_local.demo.datasets.tables import Row
from qudao_local.demo.documents import Cancellation, Document, History, LineQuantity, Order, Return, Step

_LONGEST_REFERENCE = 200


@dataclass(slots=True)
class Story:
    """An order's import documents, each with its place in the export, then the calls at its own doors."""

    documents: list[Document] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def add(self, document: Document, row: Row) -> None:
        self.documents.append(document)
        self.places.append(place(row.file, row.line))


def tell(source: str, key: str, order: OrderRows, report: Report) -> Story:
    """What is to be sent of an order; nothing of one without a good line."""
    header, story = order.header, Story()
    if header is None or order.row is None:
        for taken in order.taken_back:
            report.reject(taken.row.file, taken.row.line, f"order {key} has no good order line")
        return story
    taken_back = _taken_back(key, order, header, report)
    cancelled = sum(taken.quantity for kind, _, taken in taken_back if kind == "cancellation")
    # An import ships all that is left at once, before a cancellation that follows it could be told: such an order ships by its door.
    by_door = bool(cancelled) and header.shipped_on is not None
    placed = Order(
        source=source,
        external_id=key,
        partner_id=header.partner,
        currency=header.currency,
        warehouse=header.warehouse,
        on=header.on,
        sales_rep=header.sales_rep,
        lines=list(order.lines.values()),
        history=History(
            confirmed_on=header.confirmed_on,
            shipped_on=None if by_door else header.shipped_on,
            delivered_on=None if by_door else header.delivered_on,
        ),
    )
    story.add(placed, order.row)
    for kind, line_id, taken in taken_back:
        document = Cancellation if kind == "cancellation" else Return
        lines = [LineQuantity(line_id, taken.quantity)]
        story.add(document(source, key, taken.on or header.on, taken.reason, lines, reference=_reference(taken)), taken.row)
    if by_door and cancelled < sum(line.quantity for line in order.lines.values()):
        story.steps = _steps(f"{source}:{key}", header)
    return story


def _reference(taken: TakenBack) -> str:
    """The same in every export that has the row, however much it grew: so a row counts once, and one that was changed is noticed."""
    whole = f"{taken.kind} {taken.wanted} {taken.turn}"
    return whole if len(whole) <= _LONGEST_REFERENCE else hashlib.sha256(whole.encode()).hexdigest()


def _taken_back(key: str, order: OrderRows, header: Header, report: Report) -> list[tuple[str, str, TakenBack]]:
    """What each row takes back: as what, and from which line; cancellations first. Rows that take back what is not there are bad."""
    left = {line_id: line.quantity for line_id, line in order.lines.items()}
    found: list[tuple[str, str, TakenBack]] = []
    for taken in order.taken_back:
        try:
            kind = _kind(taken, header)
            line_id = _line(key, order, taken, left)
            on = taken.on or header.on
            require(on >= header.on, f"is of {on}, before its order of {header.on}")
            left[line_id] -= taken.quantity
            found.append((kind, line_id, taken))
            report.taken[taken.kind] += 1
        except BadValue as bad:
            report.reject(taken.row.file, taken.row.line, str(bad), key)
    return sorted(found, key=lambda one: one[0] != "cancellation")


def _kind(taken: TakenBack, header: Header) -> str:
    """An adjustment is what it can be by the order's state: before shipping a cancellation, after delivery a return."""
    if taken.kind == "adjustment":
        if header.shipped_on and not header.delivered_on:
            raise BadValue("adjusts an order that is under way: neither a cancellation nor a return")
        return "return" if header.delivered_on else "cancellation"
    if taken.kind == "return" and not header.delivered_on:
        raise BadValue("returns what was not delivered")
    return taken.kind


def _line(key: str, order: OrderRows, taken: TakenBack, left: dict[str, int]) -> str:
    """The line by its key, else the first line of the SKU that has so many units left."""
    named = [line_id for line_id, line in order.lines.items() if taken.wanted in (line_id, line.sku)]
    if taken.wanted in order.lines:
        named = [taken.wanted]
    if not named:
        raise BadValue(f"order {key} has no line {taken.wanted}")
    for line_id in named:
        if left[line_id] >= taken.quantity:
            return line_id
    raise BadValue(
        f"takes back {taken.quantity} of {taken.wanted}, of which order {key} has {max(left[line_id] for line_id in named)} left"
    )


def _steps(order_id: str, header: Header) -> list[Step]:
    steps = []
    if header.shipped_on:
        steps.append(Step(order_id, "ship", header.shipped_on))
    if header.delivered_on:
        steps.append(Step(order_id, "deliver", header.delivered_on, shipment=1))
    return steps
