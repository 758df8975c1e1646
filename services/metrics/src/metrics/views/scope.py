"""Which rows a question is about, and what they are grouped by."""

import operator
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import Table
from sqlalchemy.dialects.postgresql import ARRAY

from metrics.domain.kpi import Dated, Kind
from metrics.domain.question import Dimension, Period, Question, Tree
from metrics.views.hierarchy import PARTNER_PLACE, TERRITORY
from metrics.views.products import PRODUCT
from metrics.views.versions import members, on_date, versions

_TREES: dict[Tree, tuple[Dimension, Table]] = {
    Tree.PARTNER: (Dimension.PARTNER, PARTNER_PLACE),
    Tree.TERRITORY: (Dimension.TERRITORY, TERRITORY),
}


class Scope:
    """The ``rows`` (facts or their sums) that ``question`` is about: ``source`` to select from, and ``conditions``.

    Of facts of these ``kinds``, on the date on which they count.
    """

    def __init__(self, question: Question, rows: sa.FromClause, *, dated: Dated, kinds: Iterable[Kind]) -> None:
        self.rows = rows
        self.source = rows
        self._table = rows.c
        self._day: sa.ColumnElement[date] = self._table[dated.value]
        self._category: sa.ColumnElement[str] | None = None
        if Dimension.PRODUCT_CATEGORY in question.dimensions:
            self._join_categories(question.known_at)
        self.conditions = [
            _any_of(self._table.kind, [kind.value for kind in kinds]),
            *self._dates(question),
            *(_any_of(self.column(dimension), values) for dimension, values in question.filters.items()),
            *(self._in_tree(tree, roots, question.known_at) for tree, roots in question.trees.items()),
        ]

    def column(self, by: Dimension | Period) -> sa.ColumnElement[Any]:
        """The value of a dimension (``""`` is none), or the first day of a period."""
        if isinstance(by, Period):
            start = sa.func.date_trunc(sa.literal_column(f"'{by.value}'"), sa.cast(self._day, sa.DateTime))
            return self._day if by is Period.DAY else sa.cast(start, sa.Date)
        if by is Dimension.PRODUCT_CATEGORY and self._category is not None:
            return self._category
        column: sa.ColumnElement[Any] = self._table[by.value]
        return column

    def _join_categories(self, known_at: date | None) -> None:
        product = versions(PRODUCT, known_at)
        as_on_the_day = sa.and_(product.c.entity == self._table.product, on_date(product, self._day))
        self.source = self.rows.outerjoin(product, as_on_the_day)
        self._category = sa.func.coalesce(product.c.category, sa.literal_column("''"))

    def _dates(self, question: Question) -> list[sa.ColumnElement[bool]]:
        bounded = [
            (self._day, operator.ge, question.first),
            (self._day, operator.le, question.last),
            (self._table.occurred_on, operator.le, question.as_of),
            (self._table.recorded_on, operator.le, question.known_at),
        ]
        return [compare(column, day) for column, compare, day in bounded if day is not None]

    def _in_tree(self, tree: Tree, roots: Sequence[str], known_at: date | None) -> sa.ColumnElement[bool]:
        dimension, table = _TREES[tree]
        member = members(table, roots, known_at)
        return sa.exists().where(member.c.entity == self.column(dimension), on_date(member, self._day))


def _any_of(column: sa.ColumnElement[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    # One parameter, however many values: the statement stays the same and stays prepared.
    return column == sa.any_(sa.literal(list(values), ARRAY(sa.Text)))
