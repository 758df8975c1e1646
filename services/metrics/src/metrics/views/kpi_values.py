"""The values of a KPI, by groups."""

from typing import Any, Literal

import sqlalchemy as sa

from metrics.domain.kpi import Amount, Formula, Kind, Kpi, Unit
from metrics.domain.question import Dimension, Period, Question
from metrics.views.grains import contribution, grain_of
from metrics.views.scope import Scope

Order = Literal["group", "value", "-value"]


def groups_of(kpi: Kpi, question: Question) -> tuple[Dimension | Period, ...]:
    """What the answer is grouped by: as asked, and money always by currency, for amounts of two are never added up."""
    if kpi.unit is Unit.MONEY and Dimension.CURRENCY not in question.groups:
        return (*question.groups, Dimension.CURRENCY)
    return question.groups


def values_query(
    kpi: Kpi, question: Question, *, order: Order = "group", limit: int = 1000, rows: sa.FromClause | None = None
) -> sa.Select[Any]:
    """A row per group with ``g0``, ``g1``... (as `groups_of` has them), ``numerator``, ``denominator`` and its ``place``.

    The first ``limit + 1`` in the asked order, so that the caller sees whether there are more; of money, in each currency.
    ``rows`` overrides the choice of the table.
    """
    groups = groups_of(kpi, question)
    scope = Scope(kpi, question, grain_of(question) if rows is None else rows)
    columns = [scope.column(group).label(f"g{n}") for n, group in enumerate(groups)]
    sums = (
        sa.select(
            *columns,
            _total(kpi.numerator, scope, question).label("numerator"),
            (_total(kpi.denominator, scope, question) if kpi.denominator else sa.null()).label("denominator"),
        )
        .select_from(scope.source)
        .where(*scope.conditions)
        .group_by(*columns)
        .subquery("sums")
    )
    currency = [sums.c[f"g{groups.index(Dimension.CURRENCY)}"]] if kpi.unit is Unit.MONEY else []
    ranked = sa.select(
        sums, sa.func.row_number().over(partition_by=currency or None, order_by=_ordering(kpi, sums, order, len(groups))).label("place")
    ).subquery("ranked")
    return sa.select(ranked).where(ranked.c.place <= limit + 1).order_by(*(ranked.c[c.name] for c in currency), ranked.c.place)


def _ordering(kpi: Kpi, sums: sa.Subquery, order: Order, groups: int) -> list[sa.ColumnElement[Any]]:
    by_group: list[sa.ColumnElement[Any]] = [sums.c[f"g{n}"] for n in range(groups)]
    if order == "group":
        return by_group or [sa.literal_column("1")]
    value = sums.c.numerator / sa.func.nullif(sums.c.denominator, 0) if kpi.denominator else sums.c.numerator
    return [(value.desc() if order == "-value" else value.asc()).nulls_last(), *by_group]


def _total(formula: Formula, scope: Scope, question: Question) -> sa.ColumnElement[Any]:
    """The formula over a group of rows; zero over none."""
    orders = [term for term in formula.terms if term.amount is Amount.ORDERS]
    if not (orders and question.by_product):
        return sa.func.coalesce(sa.func.sum(contribution(formula, scope.rows)), 0)
    # By product, an order counts once in each group that has a line of it, whichever line that is.
    additive = tuple(term for term in formula.terms if term.amount is not Amount.ORDERS)
    total = _total(Formula(additive), scope, question) if additive else sa.literal_column("0")
    for term in orders:
        total = total + sa.literal(term.sign, sa.Integer) * _distinct_orders(term.kind, scope.rows)
    return total


def _distinct_orders(kind: Kind, facts: sa.FromClause) -> sa.ColumnElement[int]:
    # By position of its one event: numbers sort four times as fast as ids, and all facts are of one service's log.
    return sa.func.count(sa.distinct(facts.c.position)).filter(facts.c.kind == kind.value)
