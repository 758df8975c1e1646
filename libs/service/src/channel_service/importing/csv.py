"""CSV: a row per line of a document, the document's own columns repeated; consecutive rows of one document belong together.

The header names the columns, in any order, separated by commas, semicolons or tabs. A cell in quotes may hold line breaks. Empty
cells are absent; the apostrophe that keeps a spreadsheet from running a cell is not part of it. A broken row refuses the document it
belongs to as a whole: an order without one of its lines would be another order.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from channel_events import Rejected

from channel_service.importing.importable import Importable, ImportSet
from channel_service.importing.lines import MAX_LINE_BYTES, Lines
from channel_service.importing.records import Record, Records
from channel_service.importing.rows import Read, RefusedRow, Row, refused, row, unreadable
from channel_service.spreadsheets import meant

MAX_LINES = 2_000
"""Of one document."""
MAX_BETWEEN = 100
"""Rows in a row that cannot be read and are kept until it is known whether they lie inside a document."""
SEPARATORS = ",;\t"

Identity = tuple[str | None, ...]


class _Group:
    """Rows of one document as they come."""

    def __init__(self, number: int, kind: Importable[Any] | None, identity: Identity, head: dict[str, str]) -> None:
        self.number, self.kind, self.identity, self.head = number, kind, identity, head
        self.lines: list[dict[str, str]] = []
        self.broken: RefusedRow | None = None

    def refuse(self, why: RefusedRow) -> None:
        self.broken = self.broken or why


class CsvReader:
    """See `RowReader`."""

    def __init__(self, what: ImportSet) -> None:
        self.rows = 0
        self._what = what
        self._default = None if what.default is None else what.default.kind
        self._lines, self._records = Lines(), Records()
        self._columns: list[str] | None = None
        self._separator = ","
        self._unusable = False
        self._group: _Group | None = None
        self._between: list[RefusedRow] = []
        self._cut: tuple[Identity, RefusedRow] | None = None
        """A document that was given up amid its rows: those that still come are refused with it, else they would be a smaller one."""

    def feed(self, piece: bytes) -> Iterator[Read | None]:
        return iter(()) if self._unusable else self._read(self._records.feed(self._lines.feed(piece)))

    def end(self) -> Iterator[Read | None]:
        yield from self._read(self._records.feed(self._lines.end()))
        yield from self._read(self._records.end())
        yield from self._close()

    def _read(self, records: Iterable[Record | None]) -> Iterator[Read | None]:
        for record in records:
            if record is None:
                yield None
            elif len(record) > 1 and isinstance(self._cells(record), RefusedRow):
                # Its quotes do not belong together: it is so many rows.
                for line in record:
                    yield from self._record([line])
            else:
                yield from self._record(record)

    def _record(self, record: Record) -> Iterator[Read | None]:
        number, line = record[0]
        if self._unusable or (line is not None and not line.strip()):
            return
        cells = self._cells(record)
        if self._columns is None:
            yield from self._header(number, cells)
            return
        self.rows += 1
        if isinstance(cells, RefusedRow):
            yield from self._unreadable(cells)
        else:
            yield from self._row(number, {c: v for c, v in zip(self._columns, cells, strict=True) if v})

    def _header(self, number: int, cells: list[str] | RefusedRow) -> Iterator[RefusedRow]:
        """Without a header that is understood no row can be: the rest of the file is not looked at."""
        columns = {"kind", "key"}.union(*(kind.columns.all for kind in self._what.kinds.values()))
        if isinstance(cells, RefusedRow):
            problem: RefusedRow | None = cells
        elif unknown := sorted(set(cells) - columns):
            names, known = ", ".join(unknown), ", ".join(sorted(columns))
            problem = refused(
                number, "header_invalid", f"unknown columns: {names}; there are {known}", f"不认识的列：{names}；可用的列：{known}"
            )
        elif len(set(cells)) < len(cells):
            problem = refused(number, "header_invalid", "it must name no column twice", "同一列不能出现两次")
        elif "kind" not in cells and self._default is None:
            kinds = ", ".join(self._what.kinds)
            problem = refused(number, "header_invalid", f"it must name kind, one of {kinds}", f"必须含 kind 列，取值为 {kinds} 之一")
        else:
            problem = None
            self._columns = cells
        if problem:
            self._unusable = True
            yield problem

    def _unreadable(self, row: RefusedRow) -> Iterator[Read]:
        self._between.append(row)
        if len(self._between) > MAX_BETWEEN:
            if self._group is not None and self._group.kind is not None and self._group.kind.columns.lines:
                self._group.refuse(self._between[0])
                self._cut = self._group.identity, self._between[0]
            yield from self._close()

    def _row(self, number: int, cells: dict[str, str]) -> Iterator[Read]:
        kind = self._what.kinds.get(cells.pop("kind", "") or self._default or "")
        of_lines = kind.columns.lines if kind else frozenset[str]()
        identity = (kind.kind if kind else None, cells.get("key"), *(cells.get(name) for name in (kind.key if kind else ())))
        head = {name: value for name, value in cells.items() if name not in of_lines}
        if self._cut is not None:
            if of_lines and identity == self._cut[0]:
                yield RefusedRow(number, self._cut[1].code, self._cut[1].facts, None, self._cut[1].field)
                return
            self._cut = None
        if self._group is None or not of_lines or identity != self._group.identity:
            yield from self._close()
            self._group = _Group(number, kind, identity, head)
        elif self._between:
            # Rows that cannot be read, amid the rows of one document: they are some of its lines.
            self._group.refuse(self._between[0])
            self._between = []
        elif head != self._group.head:
            words = "its other columns differ from those of the rows before it", "其他列与前面各行不一致"
            self._group.refuse(refused(number, "row_disagrees", *words))
        if line := {name: value for name, value in cells.items() if name in of_lines}:
            self._group.lines.append(line)
            if len(self._group.lines) > MAX_LINES:
                self._group.lines.clear()
                self._group.refuse(RefusedRow(number, "line_count_invalid", {"lines": MAX_LINES + 1, "most": MAX_LINES}))

    def _close(self) -> Iterator[Read]:
        """The document whose rows have ended, then rows after it that belong to none."""
        group, self._group = self._group, None
        if group is not None:
            yield self._document(group)
        between, self._between = self._between, []
        yield from between

    def _cells(self, record: Record) -> list[str] | RefusedRow:
        """The cells of a row, as many as the header has; before there is one, those of the header, whose separators are all rows'."""
        number = record[0][0]
        try:
            text = "\n".join([(line or b"").decode() for _, line in record])
            if any(line is None for _, line in record):
                return RefusedRow(number, "row_too_long", {"limit": MAX_LINE_BYTES})
            if "\0" in text:
                return refused(number, "row_malformed", "it holds a NUL character", "含有 NUL 字符")
            if self._columns is None:
                self._separator = max(SEPARATORS, key=text.count)
            elif '"' not in text and "\r" not in text:
                # Counted before they are made: a row of a million cells costs what a good one does.
                found = text.count(self._separator) + 1
                return self._miscounted(number, found) if found != len(self._columns) else self._meant(text.split(self._separator))
            (cells,) = csv.reader([text], delimiter=self._separator, strict=True)
        except (UnicodeDecodeError, csv.Error) as error:
            return unreadable(number, "row_malformed", error)
        if self._columns is not None and len(cells) != len(self._columns):
            return self._miscounted(number, len(cells))
        return self._meant(cells)

    @staticmethod
    def _meant(cells: list[str]) -> list[str]:
        return [meant(cell).strip() for cell in cells]

    def _miscounted(self, number: int, found: int) -> RefusedRow:
        counts = found, len(self._columns or ())
        words = "{} cells, the header has {}".format(*counts), "有 {} 个单元格，表头有 {} 个".format(*counts)
        return refused(number, "row_malformed", *words)

    def _document(self, group: _Group) -> Read:
        kind, broken = group.kind, group.broken
        if broken is not None:
            return RefusedRow(broken.number, broken.code, broken.facts, self._called(group), broken.field)
        if kind is None:
            return row(group.number, self._what, {"kind": ""})
        document = kind.columns.document(group.head, group.lines) | {"kind": kind.kind}
        read = row(group.number, self._what, document)
        return read if isinstance(read, Row) else msgspec.structs.replace(read, id=self._called(group))

    @staticmethod
    def _called(group: _Group) -> str | None:
        """What the document would be called, as far as that can be told."""
        kind = group.kind
        if kind is None:
            return None
        try:
            return kind.id(msgspec.structs.replace(kind.example, **{name: group.head.get(name) for name in kind.key}))
        except (Rejected, AttributeError, TypeError, ValueError):
            return None
