"""The two tables a KPI can be read from, with the same amounts under the same names."""

from typing import Any

import sqlalchemy as sa

from metrics.domain.kpi import Amount, Formula, Kind
from metrics.domain.question import Dimension, Question
from metrics.views.sales import FACT, HEADER, ROLLUP

FACTS = sa.select(
    FACT.sql,
    sa.literal_column("1", sa.BigInteger).label("lines"),
    # An order counts at the first line of its event. Where a product decides which lines count, the queries see to it.
    sa.case((FACT.sql.c.line == 1, 1), else_=0).label("orders"),
).subquery("fact")
SUMS = ROLLUP.sql

_IN_SUMS = frozenset(Dimension(name) for name in HEADER)


def grain_of(question: Question) -> sa.FromClause:
    """The smaller table, if it has what the question names."""
    return SUMS if question.dimensions <= _IN_SUMS else FACTS


def contribution(formula: Formula, rows: sa.FromClause) -> sa.ColumnElement[Any]:
    """What one of the rows adds to the formula."""
    kinds = dict.fromkeys(term.kind for term in formula.terms)
    return sa.case(*((rows.c.kind == kind.value, _of_kind(formula, kind, rows)) for kind in kinds), else_=0)


def _of_kind(formula: Formula, kind: Kind, rows: sa.FromClause) -> sa.ColumnElement[Any]:
    signed = [_amount(t.amount, rows) if t.sign > 0 else -_amount(t.amount, rows) for t in formula.terms if t.kind is kind]
    return sum(signed[1:], start=signed[0])


def _amount(amount: Amount, rows: sa.FromClause) -> sa.ColumnElement[Any]:
    if amount is Amount.NET:
        return rows.c.gross - rows.c.discount
    column: sa.ColumnElement[Any] = rows.c[amount.value]
    return column
