"""Changes of one key composed to one: what a whole batch of events comes to, before anything is written. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from channel_events.pure import Add, Change, Delete, Insert, Put, Recorded, Rows, Set
from channel_events.pure.changes import Key
from channel_events.view import Table, View


class RowChange:
    """What is to become of one row.

    ``base`` tells what it starts from: False from nothing (then `sets` is the whole row), True from what the table
    holds. ``gone``: it is deleted. ``adds`` are sums onto what the table holds, of columns that ``sets`` does not name.
    """

    __slots__ = ("adds", "base", "gone", "sets")

    def __init__(self, *, base: bool, gone: bool = False) -> None:
        self.base = base
        self.gone = gone
        self.sets: dict[str, Any] = {}
        self.adds: dict[str, Any] = {}

    def set(self, values: dict[str, Any]) -> None:
        self._begin()
        self.sets.update(values)
        if self.adds:
            for name in values:
                self.adds.pop(name, None)

    def add(self, values: dict[str, Any]) -> None:
        self._begin()
        sets, adds = self.sets, self.adds
        for name, value in values.items():
            if name in sets:
                sets[name] += value
            elif self.base:
                adds[name] = adds[name] + value if name in adds else value
            else:
                sets[name] = value

    def _begin(self) -> None:
        if self.gone:  # a row that is not there yet begins with what is set or added
            self.gone = False


class TableChanges:
    """All changes of one table, composed by key; ``inserts`` come before them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: dict[Key, RowChange] = {}
        self.inserts: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        """By the columns that are given, rows of these behind their key."""
        self._there = RowChange(base=False) if len(table.key) == len(table.columns) else None
        """Of every row that is nothing but its key."""

    def take(self, change: Change) -> None:
        if isinstance(change, Rows):
            self.inserts.setdefault(change.columns, []).extend(change.rows)
            return
        key, kind = change.key, type(change)
        if kind is Insert:
            self.inserts.setdefault(tuple(change.values), []).append((*key, *change.values.values()))
        elif kind is Put and self._there is not None:
            self._there.sets.update(change.values)  # which `check` refuses
            self.rows[key] = self._there
        elif kind is Put or kind is Delete:
            row = self.rows[key] = RowChange(base=False, gone=kind is Delete)
            row.sets.update(change.values)
        else:
            row = self.rows.get(key) or self.rows.setdefault(key, RowChange(base=True))
            if kind is Add:
                row.add(change.values)
            elif kind is Set:
                row.set(change.values)
            else:
                raise TypeError(f"{change!r} is no change")

    def inserted(self) -> Iterator[tuple[Key, dict[str, Any]]]:
        """The rows that are inserted, by key."""
        width = len(self.table.key)
        for columns, rows in self.inserts.items():
            yield from ((row[:width], dict(zip(columns, row[width:], strict=True))) for row in rows)


def compose(view: View, events: Iterable[Recorded]) -> list[TableChanges]:
    """What the events come to in each table of the view; raises what ``changes`` raises."""
    tables = {table.name: TableChanges(table) for table in view.tables}
    first = tables[view.tables[0].name]
    changes = view.changes
    if changes is None:
        raise TypeError(f"view {view.name} has no changes to compose: it applies by itself")
    for event in events:
        for change in changes(event):
            (first if change.table is None else tables[change.table]).take(change)
    for composed in tables.values():
        check(composed)
    return list(tables.values())


def check(composed: TableChanges) -> None:
    """Refuses what the table has no place for, here and not in the database, so that the kit finds it too."""
    table = composed.table
    width, columns, sums = len(table.key), table.columns.keys() - set(table.key), table.sums
    for key, row in composed.rows.items():
        if len(key) != width or not row.sets.keys() <= columns or not row.adds.keys() <= sums:
            raise ValueError(f"{table.name}{key!r}: {[*row.sets, *row.adds]} do not fit key {table.key} and columns {sorted(columns)}")
    for names, rows in composed.inserts.items():
        if not columns.issuperset(names) or any(len(row) != width + len(names) for row in rows):
            raise ValueError(f"{table.name}{rows[0]!r}: {[*names]} do not fit key {table.key} and columns {sorted(columns)}")
    keys = {row[:width] for rows in composed.inserts.values() for row in rows}
    if len(keys) < sum(map(len, composed.inserts.values())):
        raise ValueError(f"two rows that are inserted into {table.name} share the key")
