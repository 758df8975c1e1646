"""From an order's rows to the documents that tell its story through the doors."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from qudao_local.demo.datasets.order_rows import Header, OrderRows, TakenBack
from qudao_local.demo.datasets.report import BadValue, Report, place, require
from qudao_local.demo.datasets.tables import Row
from qudao_local.demo.documents import (
    AmountCorrection,
    Cancellation,
    Delivery,
    Document,
    History,
    Line,
    LineQuantity,
    Order,
    Return,
    Shipment,
)

_LONGEST_REFERENCE = 200


@dataclass(slots=True)
class Story:
    """Import documents that belong together, each with its place in the export. Stories are sent by their days, those of a day by their
    ``turn``: what came in, orders, what came back, what was lost."""

    on: date = date.min
    turn: int = 1
    documents: list[Document] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def add(self, document: Document, row: Row) -> None:
        self.documents.append(document)
        self.places.append(place(row.file, row.line))


def tell(source: str, key: str, order: OrderRows, report: Report) -> Story:
    """What is to be sent of an order; nothing of one without a good line."""
    header = order.header
    if header is None or order.row is None:
        for taken in order.taken_back:
            report.reject(taken.row.file, taken.row.line, f"order {key} has no good order line")
        return Story()
    story = Story(header.on)
    taken_back = taken_from(key, order, header, report)
    cancelled = sum(units for one in taken_back if one.kind == "cancellation" for units in one.lines.values())
    # An import ships all that is left at once, before a cancellation that follows it could be told: such an order ships by itself.
    ships_later = bool(cancelled) and header.shipped_on is not None
    placed = Order(
        source=source,
        external_id=key,
        partner_id=header.partner,
        currency=header.currency,
        warehouse=header.warehouse,
        on=header.on,
        sales_rep=header.sales_rep,
        territory=header.territory,
        lines=list(order.lines.values()),
        history=History(
            confirmed_on=header.confirmed_on,
            shipped_on=None if ships_later else header.shipped_on,
            delivered_on=None if ships_later else header.delivered_on,
        ),
    )
    story.add(placed, order.row)
    for one in taken_back:
        if one.kind == "cancellation":
            story.add(_document(source, key, one, header, order.lines), one.of.row)
    if ships_later and cancelled < sum(line.quantity for line in order.lines.values()):
        for step, on in ((Shipment, header.shipped_on), (Delivery, header.delivered_on)):
            if on is not None:
                story.add(step(source, key, on, AS_LOADED), order.row)
    for one in taken_back:
        if one.kind != "cancellation":
            story.add(_document(source, key, one, header, order.lines), one.of.row)
    return story


AS_LOADED = "as loaded"
"""The reference of steps that an export tells once for an order."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that takes back, as what it turned out to be (``correction`` is money only), and of which lines how many units."""

    kind: str
    lines: dict[str, int]
    of: TakenBack


def _document(source: str, key: str, one: Taken, header: Header, lines: Mapping[str, Line]) -> Document:
    of, on = one.of, one.of.on or header.on
    if one.kind == "correction":
        return AmountCorrection(
            source=source,
            external_id=_number(key, of),
            partner_id=header.partner,
            currency=header.currency,
            on=on,
            reason=of.reason,
            sale=key,
            sales_rep=header.sales_rep,
            note="credit" if of.amount < 0 else "debit",
            amount=abs(of.amount),
            sku=next((line.sku for line in lines.values() if of.wanted in (line.line_id, line.sku)), None),
        )
    document = Cancellation if one.kind == "cancellation" else Return
    units = [LineQuantity(line_id, count, of.unit_price) for line_id, count in one.lines.items()]
    return document(source, key, on, of.reason, units, reference=_reference(of))


def _number(key: str, of: TakenBack) -> str:
    """The number of a correction that the export gives none: the same in every export that has the row, and of no other row."""
    return "adjustment-" + hashlib.sha256(repr((key, of.wanted, of.turn)).encode()).hexdigest()[:32]


def _reference(taken: TakenBack) -> str:
    """The same in every export that has the row, however much it grew: so a row counts once, and one that was changed is noticed."""
    whole = f"{taken.kind} {taken.wanted} {taken.turn}"
    return whole if len(whole) <= _LONGEST_REFERENCE else hashlib.sha256(whole.encode()).hexdigest()


def taken_from(key: str, order: OrderRows, header: Header, report: Report) -> list[Taken]:
    """What each row takes back: as what, and from which lines. Rows that take back what is not there are bad."""
    left = {line_id: line.quantity for line_id, line in order.lines.items()}
    found: list[Taken] = []
    for taken in order.taken_back:
        try:
            on = taken.on or header.on
            require(on >= header.on, f"is of {on}, before its order of {header.on}")
            kind = _kind(taken, header)
            lines = {} if kind == "correction" else _lines(key, order, taken, left)
            for line_id, units in lines.items():
                left[line_id] -= units
            found.append(Taken(kind, lines, taken))
            report.taken[taken.kind] += 1
        except BadValue as bad:
            report.reject(taken.row.file, taken.row.line, str(bad), key)
    return found


def _kind(taken: TakenBack, header: Header) -> str:
    """An adjustment is what it can be by the order's state: before shipping a cancellation, after delivery a return."""
    if taken.kind == "adjustment":
        if not taken.quantity:
            return "correction"
        if header.shipped_on and not header.delivered_on:
            raise BadValue("adjusts an order that is under way: neither a cancellation nor a return")
        return "return" if header.delivered_on else "cancellation"
    if taken.kind == "return" and not header.delivered_on:
        raise BadValue("returns what was not delivered")
    return taken.kind


def _lines(key: str, order: OrderRows, taken: TakenBack, left: dict[str, int]) -> dict[str, int]:
    """The line by its key, else the lines of the SKU: the first that has so many units left, or all of them one after another."""
    named = [line_id for line_id, line in order.lines.items() if taken.wanted in (line_id, line.sku)]
    if taken.wanted in order.lines:
        named = [taken.wanted]
    if not named:
        raise BadValue(f"order {key} has no line {taken.wanted}")
    for line_id in named:
        if left[line_id] >= taken.quantity:
            return {line_id: taken.quantity}
    wanted, parts = taken.quantity, {}
    for line_id in named:
        if units := min(wanted, left[line_id]):
            parts[line_id] = units
            wanted -= units
    if wanted:
        raise BadValue(f"takes back {taken.quantity} of {taken.wanted}, of which order {key} has {sum(left[one] for one in named)} left")
    return parts
