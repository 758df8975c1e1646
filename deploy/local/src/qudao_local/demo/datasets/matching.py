"""Which of the lines that were sold a credit note takes back, by the rule that the mapping names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qudao_local.demo.datasets.credit_rows import Note, NoteRow
from qudao_local.demo.datasets.mapping import Match
from qudao_local.demo.datasets.report import Report
from qudao_local.demo.datasets.store import OrderStore
from qudao_local.demo.datasets.stories import taken_from
from qudao_local.demo.documents import NoteDocument, Return


@dataclass(slots=True)
class SoldLine:
    """A delivered line, and how many of its units nobody has taken back."""

    order: str
    line_id: str
    sku: str
    unit_price: Decimal
    delivered_on: date
    left: int


class Sold:
    """The lines that notes may mean, oldest first: of the sales that they name, and of what their partners bought of their SKUs."""

    def __init__(self, orders: OrderStore, notes: Iterable[Note], documents: Iterable[NoteDocument]) -> None:
        named, wanted = set[str](), set[tuple[str, str]]()
        for note in notes:
            named.add(note.header.sale or "")
            wanted |= {(note.header.partner, row.line.sku) for row in note.rows if row.line}
        returns = [one for one in documents if isinstance(one, Return)]
        named |= {one.external_id for one in returns}
        partners = {partner for partner, _ in wanted}
        self._of_order: dict[str, list[SoldLine]] = {}
        self._of_item: dict[tuple[str, str], list[SoldLine]] = {}
        for key, order in orders.by_day():
            header = order.header
            if header is None or header.delivered_on is None or (key not in named and header.partner not in partners):
                continue
            taken = [one.lines for one in taken_from(key, order, header, Report())]
            for line in order.lines.values():
                if key in named or (header.partner, line.sku) in wanted:
                    left = line.quantity - sum(units.get(line.line_id, 0) for units in taken)
                    sold = SoldLine(key, line.line_id, line.sku, line.unit_price, header.delivered_on, left)
                    self._of_order.setdefault(key, []).append(sold)
                    self._of_item.setdefault((header.partner, line.sku), []).append(sold)
        for one in returns:
            for taken_back in one.lines or ():
                for sold in self._of_order.get(one.external_id, ()):
                    sold.left -= taken_back.quantity if sold.line_id == taken_back.line_id else 0

    def take(self, note: Note, row: NoteRow, rule: Match) -> Iterator[tuple[SoldLine, int]]:
        """Of which lines how many units, taken from what is left of them; fewer than the row has when there are not so many."""
        if row.line is None:
            return
        wanted = row.line.quantity
        of_item = self._of_item.get((note.header.partner, row.line.sku), [])
        found = self._of_order.get(note.header.sale or "", []) if rule.of == "sale" else of_item
        for sold in found if rule.take == "first" else reversed(found):
            if wanted and sold.left > 0 and sold.delivered_on <= note.header.on and _fits(row, sold, rule):
                units = min(wanted, sold.left)
                sold.left -= units
                wanted -= units
                yield sold, units


def _fits(row: NoteRow, sold: SoldLine, rule: Match) -> bool:
    line = row.line
    if line is None or sold.sku != line.sku:
        return False
    match rule.by:
        case "line":
            return sold.line_id == row.wanted
        case "item_and_price":
            return sold.unit_price == line.unit_price
        case _:
            return True
