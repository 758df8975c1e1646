"""Which rows a question is about, and what they are grouped by."""

import operator
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import Table
from channel_service.partners import members, on_date, versions
from channel_terms import Periods
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import Grouping

from metrics.domain.kpi import Dated
from metrics.domain.question import Question
from metrics.views.hierarchy import PARTNERS, TERRITORY
from metrics.views.products import PRODUCT

TREES = {"partner": PARTNERS.place, "territory": TERRITORY}
JOINED: dict[str, tuple[Table, str, str]] = {"product_category": (PRODUCT, "product", "category")}
"""Of dimensions that are no facts' own: the versions that know of them, by which dimension, in which column."""

_TRUNCATED = {"week", "month", "quarter", "year"}
"""Periods that PostgreSQL knows."""


class Scope:
    """The ``rows`` (facts or their sums) that ``question`` is about: ``source`` to select from, and ``conditions``.

    Of facts of these ``kinds``, on the date on which they count.
    """

    def __init__(self, question: Question, rows: sa.FromClause, *, dated: Dated, kinds: Sequence[str]) -> None:
        self.rows = rows
        self.source = rows
        self._day: sa.ColumnElement[date] = rows.c[dated.value]
        self._joined = {name: self._join(name, question.known_at) for name in sorted(question.dimensions & JOINED.keys())}
        self.conditions = [
            _any_of(rows.c.kind, kinds),
            *self._dates(question),
            *(_any_of(self.column(name), values) for name, values in question.filters.items()),
            *(self._in_tree(name, roots, question.known_at) for name, roots in question.trees.items()),
        ]

    def column(self, by: str) -> sa.ColumnElement[Any]:
        """The value of a dimension (``""`` is none), or the first day of a period."""
        if isinstance(by, Periods):
            return self._day if by == "day" else _first_day(by, self._day)
        return self._joined[by] if by in self._joined else self.rows.c[by]

    def _join(self, name: str, known_at: date | None) -> sa.ColumnElement[str]:
        table, through, column = JOINED[name]
        known = versions(table, known_at)
        self.source = self.source.outerjoin(known, sa.and_(known.c.entity == self.rows.c[through], on_date(known, self._day)))
        return sa.func.coalesce(known.c[column], sa.literal_column("''"))

    def _dates(self, question: Question) -> list[sa.ColumnElement[bool]]:
        bounded = [
            (self._day, operator.ge, question.first),
            (self._day, operator.le, question.last),
            (self.rows.c.occurred_on, operator.le, question.as_of),
            (self.rows.c.recorded_on, operator.le, question.known_at),
        ]
        return [compare(column, day) for column, compare, day in bounded if day is not None]

    def _in_tree(self, name: str, roots: Sequence[str], known_at: date | None) -> sa.ColumnElement[bool]:
        member = members(TREES[name], roots, known_at)
        return sa.exists().where(member.c.entity == self.column(name), on_date(member, self._day))


def _first_day(periods: Periods, day: sa.ColumnElement[date]) -> sa.ColumnElement[date]:
    """Of the period that ``day`` is in."""
    if periods in _TRUNCATED:
        return sa.cast(sa.func.date_trunc(sa.literal_column(f"'{periods}'"), sa.cast(day, sa.DateTime)), sa.Date)
    firsts = sa.literal(periods.first_days, ARRAY(sa.Date))
    return Grouping(firsts)[sa.func.width_bucket(day, firsts)]


def _any_of(column: sa.ColumnElement[Any], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    # One parameter, however many values: the statement stays the same and stays prepared.
    return column == sa.any_(sa.literal(list(values), ARRAY(column.type)))
