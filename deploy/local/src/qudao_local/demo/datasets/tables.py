"""Rows of a section: read from its file, joined with others, and the values that the mapping takes from them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from qudao_local.demo.datasets import convert
from qudao_local.demo.datasets.expression import Expression
from qudao_local.demo.datasets.files import Cells, Source
from qudao_local.demo.datasets.mapping import Mapping
from qudao_local.demo.datasets.report import BadValue, MappingError, Report
from qudao_local.demo.datasets.sections import Join, Table, Value

Get = Callable[["Row"], str | Decimal | bool]


@dataclass(slots=True)
class Row:
    """A row and the rows joined to it, one after another in the order of the section's joins."""

    file: str
    line: int
    parts: list[Cells]

    def place(self) -> "Row":
        """Where it stands, without what it says."""
        return Row(self.file, self.line, [])


class Tables:
    """The files of one export."""

    def __init__(self, mapping: Mapping, folder: Path, report: Report) -> None:
        self.report = report
        self.number = convert.number_reader(mapping.numbers)
        self.day = convert.day_reader(mapping.dates, mapping.zone)
        self._mapping = mapping
        self._folder = folder
        self._sources: dict[str, Source] = {}
        self._indexes: dict[str, dict[tuple[str, ...], Cells]] = {}

    def source(self, name: str) -> Source:
        if name not in self._sources:
            self._sources[name] = Source(self._folder, self._mapping.files[name])
        return self._sources[name]

    def index(self, name: str) -> dict[tuple[str, ...], Cells]:
        """A joined file by its key, read once; a key's second row is bad."""
        if name not in self._indexes:
            source, columns = self.source(name), self._mapping.files[name].key or []
            at = [_position(column, source.columns, f"files.{name}.key", source.name) for column in columns]
            index: dict[tuple[str, ...], Cells] = {}
            for file, line, cells in source.rows(self.report):
                key = tuple(cells[position] for position in at)
                if (known := index.setdefault(key, cells)) is not cells:
                    if known == cells:
                        self.report.repeat(file, line, f"the row of the key {', '.join(key)} is there already, the same")
                    else:
                        self.report.reject(file, line, f"the key {', '.join(key)} is there already")
            self._indexes[name] = index
        return self._indexes[name]


class Section:
    """A section of the mapping, bound to the columns of its files."""

    def __init__(self, tables: Tables, table: Table, place: str) -> None:
        self.tables = tables
        self.place = place
        self._source = tables.source(table.from_)
        self._columns: dict[str, tuple[int, int]] = {column: (0, position) for position, column in enumerate(self._source.columns)}
        self._joins = [self._bind_join(name, join, part) for part, (name, join) in enumerate(table.join.items(), 1)]
        self._where = self.condition(table.where, "where") if table.where is not None else None
        self.order_of: Callable[[Row], str | None] = lambda _: None
        """To which order a row belongs that turns out bad, where the section has orders and that can be told."""

    def _bind_join(
        self, name: str, join: Join, part: int
    ) -> tuple[str, Join, list[Callable[[Row], str]], dict[tuple[str, ...], Cells], Cells]:
        on = [self._column(column, f"join.{name}.on") for column in join.on]
        columns = self.tables.source(join.file).columns
        self._columns |= {f"{name}.{column}": (part, position) for position, column in enumerate(columns)}
        return name, join, on, self.tables.index(join.file), [""] * len(columns)

    def rows(self) -> Iterator[Row]:
        """The joined rows for which `where` holds; rows that cannot be joined are bad."""
        report = self.tables.report
        for file, line, cells in self._source.rows(report):
            row = Row(file, line, [cells])
            try:
                for join in self._joins:
                    row.parts.append(_joined(row, *join))
                if self._where is None or self._where(row):
                    yield row
            except BadValue as bad:
                report.reject(row.file, line, str(bad), self.order_of(row))

    def _column(self, name: str, place: str) -> Callable[[Row], str]:
        if name not in self._columns:
            raise MappingError(
                f"{self.place}.{place}: there is no column {name!r}; there are {', '.join(repr(column) for column in self._columns)}"
            )
        part, position = self._columns[name]
        return lambda row: row.parts[part][position]

    def expression(self, source: str, place: str) -> Get:
        checked = Expression(source, f"{self.place}.{place}", self.tables.number)
        names = sorted(checked.columns)
        columns = [self._column(name, place) for name in names]

        # An expression is a pure function of its cells, and the rows of an export repeat themselves.
        @lru_cache(maxsize=4096)
        def evaluated(cells: tuple[str, ...]) -> str | Decimal | bool:
            return checked(dict(zip(names, cells, strict=True)))

        return lambda row: evaluated(tuple([get(row) for get in columns]))

    def condition(self, source: str, place: str) -> Callable[[Row], bool]:
        holds = self.expression(source, place)

        def get(row: Row) -> bool:
            answer = holds(row)
            if not isinstance(answer, bool):
                raise BadValue(f"{source!r} is neither true nor false: {answer!r}")
            return answer

        return get

    def value(self, value: Value | None, place: str) -> Get:
        """The raw value; empty text when there is none."""
        if value is None:
            return lambda _: ""
        if value.constant is not None:
            constant = value.constant
            return lambda _: constant
        get = self._column(value.column, place) if value.column is not None else self.expression(value.expression or "", place)
        if value.map is None and value.default is None:
            return get
        return lambda row: _finish(value, get(row))

    def text(self, value: Value | None, place: str) -> Callable[[Row], str]:
        """A text that must be there."""
        get = self.optional_text(value, place)

        def required(row: Row) -> str:
            if not (text := get(row)):
                raise BadValue(f"{place} is empty")
            return text

        return required

    def optional_text(self, value: Value | None, place: str) -> Callable[[Row], str]:
        get = self.value(value, place)
        return lambda row: _as_text(get(row))

    def number(self, value: Value, place: str) -> Callable[[Row], Decimal]:
        get, read = self.value(value, place), self.tables.number

        def number(row: Row) -> Decimal:
            found = get(row)
            try:
                return found if isinstance(found, Decimal) else read(_as_text(found))
            except BadValue as bad:
                raise BadValue(f"{place}: {bad}") from None

        return number

    def day(self, value: Value | None, place: str) -> Callable[[Row], date | None]:
        """A day, or ``None`` when the value is empty."""
        get, read = self.value(value, place), self.tables.day
        form = value.format if value else None

        def day(row: Row) -> date | None:
            found = _as_text(get(row))
            try:
                return read(found, form) if found else None
            except BadValue as bad:
                raise BadValue(f"{place}: {bad}") from None

        return day


def _position(column: str, columns: list[str], place: str, file: str) -> int:
    if column not in columns:
        raise MappingError(f"{place}: {file} has no column {column!r}; it has {', '.join(map(repr, columns))}")
    return columns.index(column)


def _joined(row: Row, name: str, join: Join, on: list[Callable[[Row], str]], index: dict[tuple[str, ...], Cells], nothing: Cells) -> Cells:
    key = tuple([get(row) for get in on])
    found = index.get(key)
    if found is None and not join.optional:
        raise BadValue(f"{name}: {join.file} has no row {', '.join(key)}")
    return nothing if found is None else found


def _finish(value: Value, found: str | Decimal | bool) -> str | Decimal | bool:
    if value.map is not None and found != "":
        text = _as_text(found)
        if text not in value.map:
            if value.default is not None:
                return value.default
            raise BadValue(f"{text!r} is not in the map, which has {', '.join(map(repr, value.map))}")
        return value.map[text]
    return value.default if found == "" and value.default is not None else found


def _as_text(found: str | Decimal | bool) -> str:
    return found if isinstance(found, str) else format(found, "f") if isinstance(found, Decimal) else str(found).lower()
