"""Rows with a date from which they hold, and the day that was recorded, joined to facts by the fact's date: places of partners, and
whatever else has versions.

Two clocks: ``valid_from`` is when it holds, ``recorded_on`` when we were told. A later word about the same date wins, from
the day it was recorded on. Before the first known version the first is taken: the rule of `channel_service.partners.places`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, TEXT, Table
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

BEGINNING: sa.ColumnElement[date] = sa.literal_column("date '-infinity'", sa.Date)
END: sa.ColumnElement[date] = sa.literal_column("date 'infinity'", sa.Date)


def version_table(name: str, entity: str, columns: Mapping[str, Any]) -> Table:
    """A table of the versions of ``entity``, which everybody may see."""
    return Table(
        name,
        key=(entity, "valid_from", "recorded_on"),
        columns={entity: TEXT, "valid_from": DATE, "recorded_on": DATE, **columns},
        shared=True,
    )


def versions(table: Table, known_at: date | None) -> sa.CTE:
    """The versions known by then, as ``entity``, the other columns, and ``since`` to ``until`` (excluded); never overlapping."""
    t = table.sql
    entity, valid_from = t.c[table.key[0]], t.c.valid_from
    other = [column for column in t.c if column.name not in table.key]
    latest = sa.select(entity.label("entity"), valid_from, *other).ext(distinct_on(entity, valid_from))
    latest = latest.order_by(entity, valid_from, t.c.recorded_on.desc())
    if known_at is not None:
        latest = latest.where(t.c.recorded_on <= known_at)
    every = latest.subquery()
    # A version that says nothing takes back what was said of its day before.
    known = sa.select(every).where(sa.or_(*(every.c[column.name].is_not(None) for column in other))).subquery()
    first = _in_time(sa.func.row_number(), known) == 1
    # Without a name: a statement over two kinds of facts joins versions to each.
    return sa.select(
        known.c.entity,
        *(known.c[column.name] for column in other),
        sa.case((first, BEGINNING), else_=known.c.valid_from).label("since"),
        sa.func.coalesce(_in_time(sa.func.lead(known.c.valid_from), known), END).label("until"),
    ).cte()


def _in_time(function: sa.FunctionElement[Any], known: sa.Subquery) -> sa.Over[Any]:
    return function.over(partition_by=known.c.entity, order_by=known.c.valid_from)


def members(table: Table, roots: Sequence[str], known_at: date | None) -> sa.CTE:
    """``roots`` and all under them by the column ``parent``: ``entity``, in the tree from ``since`` until ``until``."""
    known = versions(table, known_at)
    named = sa.func.unnest(sa.literal(list(roots), ARRAY(sa.Text))).column_valued("entity")
    found = sa.select(named.label("entity"), BEGINNING.label("since"), END.label("until")).cte(recursive=True)
    since, until = sa.func.greatest(found.c.since, known.c.since), sa.func.least(found.c.until, known.c.until)
    below = sa.select(known.c.entity, since, until).join(found, known.c.parent == found.c.entity).where(since < until)
    # UNION, not UNION ALL: copies of moves that overtook each other may close a ring for a while, and this still ends.
    return found.union(below)


def on_date(versioned: sa.CTE, day: sa.ColumnElement[date]) -> sa.ColumnElement[bool]:
    return sa.and_(day >= versioned.c.since, day < versioned.c.until)
