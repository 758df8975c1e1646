"""``feed(DIRECTORY, *events).rows()``: what a view makes of events, folded by the very code that folds in production."""

from collections.abc import Sequence
from typing import Any

from channel_events.pure import Recorded
from channel_events.pure.changes import Key
from channel_events.subscription.compose import TableChanges, compose
from channel_events.subscription.links import Place, walk
from channel_events.testing.failing import must
from channel_events.testing.recorded import in_order
from channel_events.view import Table, View


class MemoryTable:
    """A view's table, in memory, with the same rules as in PostgreSQL."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: dict[Key, dict[str, Any]] = {}

    def write(self, changes: TableChanges) -> None:
        for key, values in changes.inserts.items():
            must(key not in self.rows, f"{self.table.name} has a row {key!r} already: Insert is for keys that are new by construction")
            self.rows[key] = self._blank() | values
        for key, change in changes.rows.items():
            if change.gone:
                self.rows.pop(key, None)
                continue
            row = self.rows.get(key, self._blank()) if change.base else self._blank()
            sums = {name: row[name] + value for name, value in change.adds.items()}
            self.rows[key] = row | change.sets | sums

    def _blank(self) -> dict[str, Any]:
        return {name: 0 if name in self.table.sums else None for name in self.table.columns if name not in self.table.key}


class Fed:
    """A view in memory with the place it has reached."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._place = Place()
        self._tables = {table.name: MemoryTable(table) for table in view.tables}

    def take(self, batch: Sequence[Recorded]) -> None:
        walked = walk(self._place, list(enumerate(batch)), searching=False)
        must(not walked.gap and walked.forked is None, "the events given do not follow each other")
        for changes in compose(self._view, [event for event in walked.apply if event.data is not None]):
            self._tables[changes.table.name].write(changes)
        self._place = walked.place

    def rows(self, table_name: str | None = None) -> list[dict[str, Any]]:
        """The rows, key columns first, ordered by key; of the view's first table unless another is named."""
        memory = self._tables[table_name or self._view.tables[0].name]
        names = memory.table.key
        return [{**dict(zip(names, key, strict=True)), **row} for key, row in sorted(memory.rows.items())]

    def all_rows(self) -> dict[str, list[dict[str, Any]]]:
        return {name: self.rows(name) for name in self._tables}


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
