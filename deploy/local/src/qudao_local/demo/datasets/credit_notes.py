"""From credit notes to documents: returns of the sales that are found, and notes without an order for the rest.

How a note was taken is fixed by the first load that has it (`Earlier.notes`): a later export may know more sales, and the same goods
would come back twice (test_a_note_that_was_taken_without_its_sale_stays_so_when_the_sale_comes).
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from qudao_local.demo.datasets.convert import plain
from qudao_local.demo.datasets.credit_rows import CreditReader, Note
from qudao_local.demo.datasets.earlier import TakenNote
from qudao_local.demo.datasets.mapping import CreditNotes, Match
from qudao_local.demo.datasets.matching import Sold
from qudao_local.demo.datasets.report import Report
from qudao_local.demo.datasets.store import OrderStore
from qudao_local.demo.datasets.stories import Story
from qudao_local.demo.documents import AmountCorrection, GoodsReturn, Line, LineQuantity, NoteDocument, Return

_TURN = 2
_FRACTION = Decimal(1).scaleb(-10)


def place_notes(
    sections: Sequence[tuple[CreditNotes, CreditReader]], source: str, orders: OrderStore, earlier: dict[str, TakenNote], report: Report
) -> tuple[list[Story], dict[str, TakenNote]]:
    """The stories of all notes by their days, and how each was taken, those of earlier loads too."""
    read = [(note, section.match) for section, reader in sections for note in reader.read()]
    read.sort(key=lambda one: one[0].header.on)
    sold = Sold(orders, (note for note, _ in read), (one for taken in earlier.values() for one in taken.documents))
    taken, stories = dict(earlier), []
    for note, rule in read:
        said = sha256(repr(note.said()).encode()).hexdigest()
        known = taken.get(note.number)
        if known is None:
            known = taken[note.number] = TakenNote(said, tuple(_documents(source, note, rule, sold, report)))
        elif known.said != said:
            for row in note.rows:
                report.alter(row.row.file, row.row.line, f"credit note {note.number} was taken otherwise before; it stays as it was")
        story = Story(note.header.on, _TURN)
        for document in known.documents:
            story.add(document, note.rows[0].row)
        stories.append(story)
    return stories, taken


def _documents(source: str, note: Note, rule: Match | None, sold: Sold, report: Report) -> Iterator[NoteDocument]:
    without, matched, all_units = list[Line](), 0, 0
    for number, row in enumerate(note.rows, 1):
        line = row.line
        if line is None:
            continue
        parts = list(sold.take(note, row, rule)) if rule else []
        units = sum(part for _, part in parts)
        matched, all_units = matched + units, all_units + line.quantity
        for order in dict.fromkeys(of.order for of, _ in parts):
            lines = [LineQuantity(of.line_id, part, _given_back(line)) for of, part in parts if of.order == order]
            yield Return(source, order, note.header.on, note.header.reason, lines, f"credit {note.number} {number}")
        if rest := line.quantity - units:
            discount = plain((line.discount * rest / line.quantity).quantize(_FRACTION))
            without.append(Line(str(number), line.sku, rest, line.unit_price, discount if units else line.discount))
    report.matched(matched, all_units)
    about = _header(source, note)
    if without:
        yield GoodsReturn(**about, lines=without, warehouse=note.header.warehouse)
    if amount := sum((row.amount for row in note.rows), Decimal(0)):
        skus = {row.wanted for row in note.rows if row.line is None}
        sku = next(iter(skus)) if len(skus) == 1 else ""
        yield AmountCorrection(**about, note="credit" if amount > 0 else "debit", amount=plain(abs(amount)), sku=sku or None)


def _given_back(line: Line) -> Decimal:
    """For a unit, after all discounts; at most ten decimals, as money has here."""
    net = line.unit_price - line.discount / line.quantity
    return plain(net if -int(net.as_tuple().exponent) <= 10 else net.quantize(_FRACTION))


def _header(source: str, note: Note) -> dict[str, Any]:
    header = note.header
    return {
        "source": source,
        "external_id": note.number,
        "partner_id": header.partner,
        "currency": header.currency,
        "on": header.on,
        "reason": header.reason,
        "sale": header.sale,
        "sales_rep": header.sales_rep,
    }
