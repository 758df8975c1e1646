"""What a declaration of facts becomes: a table of facts, two of their sums, and the view that folds all three.

They are written in one transaction and hold the same amounts under the same names, so a query reads the smallest that has its
dimensions. The sums have a row per event or fewer (an order has 10-16 lines in the median, up to 1,100), keep all dates and
the recorded day, so `as_of`, `known_at` and cohorts are answered from them, and have the Kafka partition in their key: each
consumer owns its rows. By what lines differ in they would have nearly as many rows as there are facts (``README.md``: measured).
The sums over all partners are the same without what has many values, a fraction of the rows; who sees only what is his has no
right to them.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, TEXT, Add, Change, Recorded, Rows, Table, Topic, View

from metrics.domain.facts import DATES, PARTNER, Amount, Dimension, Facts

KEY = {"service": TEXT, "partition": INTEGER, "position": INTEGER, "line": INTEGER}
"""Of a fact; ``line`` counts the lines of its event from 1."""
_DATES = dict.fromkeys((*DATES, "recorded_on"), DATE)
_TYPES: dict[type[Any], Any] = {str: TEXT, int: INTEGER, Decimal: NUMERIC}


class FactTables:
    """The tables of one kind of facts. Queries take one of three: ``rows`` has a row per fact, ``sums`` one per sum, ``overall`` one
    per sum over all partners, with the same amounts under the same names; a partner sees its own rows of the first two."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        shared, few, stored, summed = (_columns(part) for part in (facts.shared, facts.few, facts.stored, facts.summed))
        by_line = [(one.name, "occurred_on") for one in facts.stamped if one.by_line]
        self.table = Table(
            f"{facts.name}_fact",
            key=tuple(KEY),
            columns={**KEY, "event_id": TEXT, **_columns(facts.ids), "kind": TEXT, **_DATES, **_columns(facts.stamped), **stored},
            scope=PARTNER,
            indexes=[(PARTNER, "occurred_on"), *by_line, ("occurred_on",)],
        )

        def sums(name: str, by: dict[str, Any], **given: Any) -> Table:
            key = {"partition": INTEGER, "kind": TEXT, **_DATES, **by}
            return Table(f"{facts.name}_{name}", key=tuple(key), columns={**key, **summed}, sums=summed, **given)

        rollup = sums("rollup", shared, scope=PARTNER, indexes=[(PARTNER, "occurred_on")])
        overall = sums("overall", few)
        source = Topic(facts.of, events=facts.kinds)
        self.view = View(
            facts.name,
            version=facts.version,
            of=source,
            tables=[self.table, rollup, overall],
            changes=self._changes(rollup.name, overall.name),
        )
        less = [one for one in facts.amounts if one.less]
        self.known = {**self.table.columns, **_columns(less)}
        """All that is told of a fact."""
        self.sums, self.overall = rollup.sql, overall.sql
        self.rows = sa.select(self.table.sql, *(_counted(one, self.table.sql) for one in facts.summed if one.counts)).subquery(facts.name)

    def _changes(self, rollup: str, overall: str) -> Any:
        """The view's fold. What lines share is read off the event under its names, the rest is what `Facts.fold` yields of each."""
        facts, table = self.facts, self.table.name
        ids = [one for one in facts.ids if not one.by_line]
        told = [one for one in (*facts.shared, *ids) if one.name not in facts.apart]
        read = attrgetter(*DATES, *(one.field or one.name for one in told))
        names = ("event_id", "kind", "recorded_on", *DATES, *(one.name for one in told))
        by_line = tuple(one for one in self.table.columns if one not in names and one not in KEY)
        columns = (*names, *by_line)
        stored = [one.name for one in facts.stored]
        counts = {one.name: one.counts for one in facts.summed if one.counts}
        by = [*DATES, "recorded_on", *(one.name for one in facts.shared)]
        few = [*DATES, "recorded_on", *(one.name for one in facts.shared if one in facts.few)]

        def changes(event: Recorded) -> Iterator[Change]:
            kind, lines = facts.kinds[type(event.data)], list(facts.fold(event.data))
            values = ["" if value is None else value for value in read(event.data)]
            alike = (event.id, kind, event.recorded_on, *values)
            key = (event.source, event.partition, event.position)
            yield Rows(
                columns, [(*key, number, *alike, *map(line.__getitem__, by_line)) for number, line in enumerate(lines, 1)], table=table
            )
            shared = dict(zip(names, alike, strict=True))
            # Summed up here: an Add per line would make the library do, a thousand times for a long order, what one addition does.
            for apart, together in _apart(facts.apart, lines):
                sums = {name: sum([line[name] for line in together]) for name in stored}
                sums |= {name: len(together) if what == "lines" else 1 for name, what in counts.items()}
                said = shared | apart
                yield Add((event.partition, kind, *(said[name] for name in by)), table=rollup, **sums)
                yield Add((event.partition, kind, *(said[name] for name in few)), table=overall, **sums)

        return changes

    def least(self, dimensions: Iterable[str], *, everyone: bool) -> sa.FromClause:
        """The smallest of the three that has these dimensions; not all partners' for who does not see ``everyone``."""
        if not self.facts.in_sums(dimensions):
            return self.rows
        return self.overall if everyone and self.facts.in_overall(dimensions) else self.sums


@cache
def tables_of(facts: Facts) -> FactTables:
    """There is one of each."""
    return FactTables(facts)


def _apart(names: Sequence[str], lines: list[Any]) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """The lines of one event, those together that are in one sum, with what tells that from its others."""
    if not names:
        yield {}, lines
        return
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for line in lines:
        sums.setdefault(tuple(line[name] for name in names), []).append(line)
    for values, together in sums.items():
        yield dict(zip(names, values, strict=True)), together


def _columns(described: Iterable[Dimension | Amount]) -> dict[str, Any]:
    return {one.name: _TYPES[one.type] for one in described}


def _counted(amount: Amount, fact: sa.FromClause) -> sa.ColumnElement[Any]:
    if amount.counts == "lines":
        return sa.literal_column("1", sa.BigInteger).label(amount.name)
    # An event counts at its first line. Where a product decides which lines count, the queries see to it.
    return sa.case((fact.c.line == 1, 1), else_=0).label(amount.name)
