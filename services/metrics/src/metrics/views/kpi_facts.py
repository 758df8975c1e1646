"""The facts behind a value of a KPI, each with what it contributes; all of them together are the value."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from metrics.domain.kpi import Amount, Kpi
from metrics.domain.question import Question
from metrics.views.grains import FACTS, contribution
from metrics.views.sales import FACT
from metrics.views.scope import Scope

KEY = FACT.key
KEY_TYPES: tuple[type[Any], ...] = tuple(FACT.sql.c[name].type.python_type for name in KEY)


def facts_query(kpi: Kpi, question: Question, *, after: Sequence[Any] | None, limit: int | None) -> sa.Select[Any]:
    """The contributing facts in the order of their key, behind the key ``after``: the fact's columns, ``numerator``,
    ``denominator``. A fact that contributes nothing is left out."""
    scope = Scope(question, FACTS, dated=kpi.dated, kinds=kpi.kinds)
    columns = [FACTS.c[column.name] for column in FACTS.c if column.name != "orders"]
    rows = sa.select(*columns, _orders(kpi, question).label("orders")).select_from(scope.source).where(*scope.conditions)
    if after is not None:
        # From the beginning of the event the last page ended in: which line counts its order is decided over all of them.
        rows = rows.where(_key(FACTS, KEY[:-1]) >= _values(after[:-1]))
    facts = rows.subquery("facts")
    numerator = contribution(kpi.numerator, facts)
    denominator = contribution(kpi.denominator, facts) if kpi.denominator else sa.literal_column("0")
    page = sa.select(
        *(facts.c[column.name] for column in FACT.sql.c),
        numerator.label("numerator"),
        (denominator if kpi.denominator else sa.null()).label("denominator"),
    ).where(sa.or_(numerator != 0, denominator != 0))
    if after is not None:
        page = page.where(_key(facts, KEY) > _values(after))
    return page.order_by(*(facts.c[name] for name in KEY)).limit(limit)


def _orders(kpi: Kpi, question: Question) -> sa.ColumnElement[int]:
    """1 at the line that counts its order, else 0: among the lines a product lets in, the first of the event."""
    if not (question.by_product and any(term.amount is Amount.ORDERS for term in kpi.terms)):
        return FACTS.c.orders
    number = sa.func.row_number().over(partition_by=[FACTS.c[name] for name in KEY[:-1]], order_by=FACTS.c[KEY[-1]])
    return sa.case((number == 1, 1), else_=0)


def _key(rows: sa.FromClause, names: Sequence[str]) -> sa.Tuple:
    return sa.tuple_(*(rows.c[name] for name in names))


def _values(key: Sequence[Any]) -> sa.Tuple:
    return sa.tuple_(*(sa.literal(value, FACT.sql.c[name].type) for name, value in zip(KEY, key, strict=False)))
