"""``feed(DIRECTORY, *events).rows()``: what a view makes of events, folded by the very code that folds in production."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from channel_events.pure import Recorded
from channel_events.pure.changes import Key
from channel_events.subscription.compose import TableChanges, compose
from channel_events.subscription.history import Revision, Version, revise, revisions
from channel_events.subscription.links import Place, walk
from channel_events.view import KNOWN_FROM, KNOWN_UNTIL, Table, View

from channel_testing.events import in_order
from channel_testing.failing import must


class MemoryTable:
    """A view's table, in memory, with the same rules as in PostgreSQL."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: dict[Key, dict[str, Any]] = {}

    def write(self, changes: TableChanges) -> None:
        for key, values in changes.inserted():
            must(key not in self.rows, f"{self.table.name} has a row {key!r} already: Insert is for keys that are new by construction")
            self.rows[key] = self.table.blank() | values
        for key, change in changes.rows.items():
            if change.gone:
                self.rows.pop(key, None)
                continue
            row = self.rows.get(key, self.table.blank()) if change.base else self.table.blank()
            sums = {name: row[name] + value for name, value in change.adds.items()}
            self.rows[key] = row | change.sets | sums

    def read(self) -> list[dict[str, Any]]:
        """The rows, key columns first, ordered by key."""
        return [{**dict(zip(self.table.key, key, strict=True)), **row} for key, row in sorted(self.rows.items())]


class MemoryHistory:
    """A table of a view with history, in memory."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.versions: dict[tuple[Key, datetime], Version] = {}

    def write(self, revised: list[Revision]) -> None:
        known = {key: version for (key, _), version in self.versions.items() if version.until is None}
        done = revise(self.table, known, revised)
        for gone in done.gone:
            del self.versions[gone]
        for ended, until in done.ended.items():
            self.versions[ended] = Version(ended[1], self.versions[ended].values, until)
        self.versions.update(done.made)

    def read(self) -> list[dict[str, Any]]:
        """All versions, key columns first, ordered by key and time."""
        return [
            {**dict(zip(self.table.key, key, strict=True)), KNOWN_FROM: since, KNOWN_UNTIL: version.until, **version.values}
            for (key, since), version in sorted(self.versions.items(), key=lambda item: item[0])
        ]


class Fed:
    """A view in memory with the place it has reached."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._looked_at = _looked_at(view)
        self._place = Place()
        self._tables: dict[str, MemoryTable] = {} if view.history else {table.name: MemoryTable(table) for table in view.tables}
        self._histories = {table.name: MemoryHistory(table) for table in view.tables} if view.history else {}

    def take(self, batch: Sequence[Recorded]) -> None:
        walked = walk(self._place, list(enumerate(batch)), searching=False)
        must(not walked.gap and walked.forked is None, "the events given do not follow each other")
        events = [event for event in walked.apply if event.data is not None]
        for event in events:
            named = self._looked_at is None or event.type in self._looked_at
            must(named or not self._folds(event), f"view {self._view.name} folds {event.type}, which its source passes over: name it there")
        self._place = walked.place
        if self._view.history:
            for name, revised in revisions(self._view, events).items():
                self._histories[name].write(revised)
            return
        for changes in compose(self._view, events):
            self._tables[changes.table.name].write(changes)

    def _folds(self, event: Recorded) -> bool:
        return self._view.changes is not None and bool(list(self._view.changes(event)))

    def rows(self, table_name: str | None = None) -> list[dict[str, Any]]:
        """The rows, key columns first, ordered by key; of the view's first table unless another is named.

        Of a view with history those that are still known, without the times; see `versions`.
        """
        name = table_name or self._view.tables[0].name
        if not self._view.history:
            return self._tables[name].read()
        times = (KNOWN_FROM, KNOWN_UNTIL)
        still = (row for row in self._histories[name].read() if row[KNOWN_UNTIL] is None)
        return [{column: value for column, value in row.items() if column not in times} for row in still]

    def versions(self, table_name: str | None = None) -> list[dict[str, Any]]:
        """Of a view with history, all versions of its rows, with ``known_from`` and ``known_until``."""
        return self._histories[table_name or self._view.tables[0].name].read()

    def all_rows(self) -> dict[str, list[dict[str, Any]]]:
        memories: dict[str, MemoryTable | MemoryHistory] = {**self._tables, **self._histories}
        return {name: memory.read() for name, memory in memories.items()}


def _looked_at(view: View) -> set[str] | None:
    """The types of the events that the view's sources let through; None is all."""
    types: set[str] = set()
    for source in view.sources:
        if source.registry is None:
            return None
        types.update(source.registry.types)
    return types


def feed(view: View, *events: Any) -> Fed:
    """The view after these events (event objects, or `recorded` ones), fed as one batch.

    It is also fed in two batches split at every point, and with every event delivered twice; ``AssertionError`` when
    that makes another table: then the fold would depend on how records happen to arrive.
    """
    placed = in_order(events)
    whole = _fed(view, placed)
    for cut in range(1, len(placed)):
        _same(view, whole, _fed(view, placed[:cut], placed[cut:]), f"split after event {cut}")
    twice = [again for event in placed for again in (event, event)]
    _same(view, whole, _fed(view, twice), "each event twice")
    _same(view, whole, _fed(view, *([event] for event in twice)), "each event twice, alone")
    return whole


def _fed(view: View, *batches: Sequence[Recorded]) -> Fed:
    fed = Fed(view)
    for batch in batches:
        fed.take(batch)
    return fed


def _same(view: View, one: Fed, other: Fed, how: str) -> None:
    must(one.all_rows() == other.all_rows(), f"view {view.name} differs when fed with {how}: {other.all_rows()}, not {one.all_rows()}")
