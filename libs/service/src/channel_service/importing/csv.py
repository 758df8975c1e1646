"""CSV: a row per line of a document, the document's own columns repeated; consecutive rows of one document belong together.

The header names the columns, in any order, separated by commas, semicolons or tabs. A field holds no line break. Empty
cells are absent. A broken row refuses the document it belongs to as a whole: an order without one of its lines would be another order.
"""

import csv
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import msgspec
from channel_events import Rejected
from msgspec.structs import replace

from channel_service.importing.importable import Importable, ImportSet
from channel_service.importing.lines import MAX_LINE_BYTES, Lines
from channel_service.importing.refusing import invalid, refused, unreadable
from channel_service.importing.rows import Read, Refused, Row

MAX_LINES = 2_000
"""Of one document."""
SEPARATORS = ",;\t"


class _Kind:
    """A kind of row as this file has it."""

    def __init__(self, kind: Importable[Any]) -> None:
        self.importable, self.columns = kind, kind.columns
        self._none = dict.fromkeys(self.columns.own)

    def id(self, head: dict[str, str]) -> str | None:
        """What the document would be called, as far as that can be told."""
        try:
            return self.importable.id(SimpleNamespace(**self._none | head))
        except (Rejected, AttributeError, TypeError):
            return None


class _Group:
    """Rows of one document as they come."""

    def __init__(self, number: int, kind: _Kind | None, identity: tuple[str | None, ...], head: dict[str, str]) -> None:
        self.number, self.kind, self.identity, self.head = number, kind, identity, head
        self.lines: list[dict[str, str]] = []
        self.broken: Refused | None = None


class CsvReader:
    """See `Reader`."""

    def __init__(self, what: ImportSet) -> None:
        self.rows = 0
        self._kinds = {name: _Kind(kind) for name, kind in what.kinds.items()}
        self._default = None if what.default is None else what.default.kind
        self._lines = Lines()
        self._columns: list[str] | None = None
        self._separator = ","
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
            if self._columns is None:
                yield from self._header(number, line)
                continue
            cells = self._cells(number, line)
            self.rows += 1
            if isinstance(cells, list) and len(cells) != len(self._columns):
                cells = refused(
                    number,
                    "row_malformed",
                    f"{len(cells)} cells, the header has {len(self._columns)}",
                    f"有 {len(cells)} 个单元格，表头有 {len(self._columns)} 个",
                )
            if isinstance(cells, Refused):
                self._between.append(cells)
            else:
                yield from self._row(number, {c: v for c, v in zip(self._columns, cells, strict=True) if v})

    def _header(self, number: int, line: bytes | None) -> Iterator[Refused]:
        """Without a header that is understood no row can be: the rest of the file is not looked at."""
        self._separator = max(SEPARATORS, key=(line or b"").decode(errors="replace").count)
        cells = self._cells(number, line)
        columns = {"kind"}.union(*(kind.columns.all for kind in self._kinds.values()))
        if isinstance(cells, Refused):
            problem: Refused | None = cells
        elif unknown := sorted(set(cells) - columns):
            names, known = ", ".join(unknown), ", ".join(sorted(columns))
            problem = refused(
                number, "header_invalid", f"unknown columns: {names}; there are {known}", f"不认识的列：{names}；可用的列：{known}"
            )
        elif len(set(cells)) < len(cells):
            problem = refused(number, "header_invalid", "it must name no column twice", "同一列不能出现两次")
        elif "kind" not in cells and self._default is None:
            kinds = ", ".join(self._kinds)
            problem = refused(number, "header_invalid", f"it must name kind, one of {kinds}", f"必须含 kind 列，取值为 {kinds} 之一")
        else:
            problem = None
            self._columns = cells
        if problem:
            self._unusable = True
            yield problem

    def _row(self, number: int, cells: dict[str, str]) -> Iterator[Read]:
        kind = self._kinds.get(cells.pop("kind", "") or self._default or "")
        of_lines = kind.columns.lines if kind else frozenset[str]()
        names = kind.importable.key if kind else ()
        identity = (kind.importable.kind if kind else None, cells.get("key"), *(cells.get(name) for name in names))
        head = {name: value for name, value in cells.items() if name not in of_lines}
        if self._group is None or not of_lines or identity != self._group.identity:
            yield from self._close()
            self._group = _Group(number, kind, identity, head)
        elif self._between:
            # Rows that cannot be read, amid the rows of one document: they are some of its lines.
            self._group.broken = self._group.broken or self._between[0]
            self._between = []
        elif head != self._group.head:
            words = "its other columns differ from those of the rows before it", "其他列与前面各行不一致"
            self._break(refused(number, "row_disagrees", *words))
        if line := {name: value for name, value in cells.items() if name in of_lines}:
            self._group.lines.append(line)
            if len(self._group.lines) > MAX_LINES:
                self._group.lines.clear()
                self._break(Refused(number, "line_count_invalid", {"lines": MAX_LINES + 1, "most": MAX_LINES}))

    def _break(self, why: Refused) -> None:
        if self._group is not None:
            self._group.broken = self._group.broken or why

    def _close(self) -> Iterator[Read]:
        """The document whose rows have ended, then rows after it that belong to none."""
        group, self._group = self._group, None
        if group is not None:
            yield self._document(group)
        yield from self._between
        self._between = []

    def _cells(self, number: int, line: bytes | None) -> list[str] | Refused:
        if line is None:
            return Refused(number, "row_too_long", {"limit": MAX_LINE_BYTES})
        try:
            rows = list(csv.reader([line.decode()], delimiter=self._separator, strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            return unreadable(number, "row_malformed", error)
        return [cell.strip() for cell in rows[0]]

    def _document(self, group: _Group) -> Read:
        kind = group.kind
        if kind is None:
            kinds = ", ".join(self._kinds)
            return replace(refused(group.number, "row_invalid", f"kind must be one of {kinds}", f"kind 应为 {kinds} 之一"), field="kind")
        if broken := group.broken:
            return Refused(broken.number, broken.code, broken.facts, kind.id(group.head), broken.field)
        try:
            return Row(group.number, msgspec.convert(kind.columns.document(group.head, group.lines), kind.importable.row, strict=False))
        except msgspec.ValidationError as error:
            return invalid(group.number, error, kind.id(group.head))
