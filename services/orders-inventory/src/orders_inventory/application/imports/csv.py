"""CSV: a row per order line, the order's own columns repeated; consecutive rows of one order are one document.

A field holds no line break. Empty cells are absent. A broken row refuses the document it belongs to as a whole: an order
without one of its lines would be another order.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from orders_inventory.application.imports.documents import KINDS
from orders_inventory.application.imports.lines import MAX_LINE_BYTES, Lines
from orders_inventory.application.imports.rows import Read, Refused, Row

IDENTITY = ("kind", "source", "external_id", "reference")
LINE = frozenset({"line_id", "sku", "quantity", "unit_price", "discount"})
HISTORY = frozenset({"confirmed_on", "shipped_on", "delivered_on"})
WHOLE = frozenset(
    {
        *(*IDENTITY, "partner_id", "currency", "warehouse", "sales_rep", "on", "reason"),
        *("name", "category", "subcategory", "territory"),
    }
)
COLUMNS = LINE | HISTORY | WHOLE
OF_LINES = frozenset({"order", "cancellation", "return"})
MAX_ROWS = 2_000


class _Group:
    """Rows of one document as they come."""

    def __init__(self, number: int, identity: tuple[str | None, ...], head: dict[str, str]) -> None:
        self.number = number
        self.identity = identity
        self.head = head
        self.lines: list[dict[str, str]] = []
        self.broken: Refused | None = None

    @property
    def id(self) -> str | None:
        source, external_id = self.identity[1:3]
        return f"{source}:{external_id}" if source and external_id else None


class CsvReader:
    """See `Reader`. ``None`` in the place of a row's cells means that the row could not be read."""

    def __init__(self) -> None:
        self.rows = 0
        self._lines = Lines()
        self._columns: list[str] | None = None
        self._unusable = False
        self._group: _Group | None = None
        self._between: list[Refused] = []

    def feed(self, piece: bytes) -> Iterator[Read]:
        return self._read(self._lines.feed(piece))

    def end(self) -> Iterator[Read]:
        yield from self._read(self._lines.end())
        yield from self._close()

    def _read(self, lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Read]:
        for number, line in lines:
            if self._unusable or (line is not None and not line.strip()):
                continue
            cells = _cells(number, line)
            if self._columns is None:
                yield from self._header(number, cells)
                continue
            self.rows += 1
            if isinstance(cells, list) and len(cells) != len(self._columns):
                cells = Refused(number, "row_malformed", {"reason": f"{len(cells)} cells, the header has {len(self._columns)}"})
            if isinstance(cells, Refused):
                self._between.append(cells)
            else:
                yield from self._row(number, {c: v for c, v in zip(self._columns, cells, strict=True) if v})

    def _header(self, number: int, cells: list[str] | Refused) -> Iterator[Refused]:
        """Without a header that is understood no row can be: the rest of the file is not looked at."""
        if isinstance(cells, Refused):
            problem: Refused | None = cells
        elif unknown := sorted(set(cells) - COLUMNS):
            problem = Refused(number, "header_invalid", {"reason": f"unknown columns: {', '.join(unknown)}"})
        elif len(set(cells)) < len(cells) or "kind" not in cells:
            problem = Refused(number, "header_invalid", {"reason": "it must name kind, and no column twice"})
        else:
            problem = None
            self._columns = cells
        if problem:
            self._unusable = True
            yield problem

    def _row(self, number: int, cells: dict[str, str]) -> Iterator[Read]:
        identity = tuple(cells.get(name) for name in IDENTITY)
        of_lines = cells.get("kind") in OF_LINES
        head = {name: value for name, value in cells.items() if name not in LINE} if of_lines else cells
        if self._group is None or not of_lines or identity != self._group.identity:
            yield from self._close()
            self._group = _Group(number, identity, head)
        elif self._between:
            # Rows that cannot be read, amid the rows of one document: they are some of its lines.
            self._group.broken = self._group.broken or self._between[0]
            self._between = []
        elif head != self._group.head:
            self._break(number, "row_disagrees", {"reason": "its order columns differ from those of the rows before it"})
        if of_lines and (line := {name: value for name, value in cells.items() if name in LINE}):
            self._group.lines.append(line)
            if len(self._group.lines) > MAX_ROWS:
                self._group.lines.clear()
                self._break(number, "line_count_invalid", {"lines": MAX_ROWS + 1, "most": MAX_ROWS})

    def _break(self, number: int, code: str, facts: dict[str, Any]) -> None:
        if self._group is not None:
            self._group.broken = self._group.broken or Refused(number, code, facts)

    def _close(self) -> Iterator[Read]:
        """The document whose rows have ended, then rows after it that belong to none."""
        group, self._group = self._group, None
        if group is not None:
            yield _document(group)
        yield from self._between
        self._between = []


def _cells(number: int, line: bytes | None) -> list[str] | Refused:
    if line is None:
        return Refused(number, "row_too_long", {"limit": MAX_LINE_BYTES})
    try:
        rows = list(csv.reader([line.decode()], strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        return Refused(number, "row_malformed", {"reason": str(error)})
    return [cell.strip() for cell in rows[0]]


def _document(group: _Group) -> Read:
    if group.broken:
        return Refused(group.broken.number, group.broken.code, group.broken.facts, group.id)
    fields: dict[str, Any] = dict(group.head)
    if history := {name: fields.pop(name) for name in HISTORY & fields.keys()}:
        fields["history"] = history
    if group.lines:
        fields["lines"] = group.lines
    kind = KINDS.get(fields.pop("kind", ""))
    if kind is None:
        return Refused(group.number, "row_invalid", {"reason": f"kind must be one of {', '.join(KINDS)}"}, group.id)
    try:
        return Row(group.number, msgspec.convert(fields, kind, strict=False))
    except msgspec.ValidationError as error:
        return Refused(group.number, "row_invalid", {"reason": str(error)}, group.id)
