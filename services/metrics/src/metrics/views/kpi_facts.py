"""The facts behind a value of a KPI, each with what it contributes; all of them together are the value."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from metrics.domain.facts import Facts
from metrics.domain.kpi import Kpi
from metrics.domain.question import Question
from metrics.views.fact_tables import KEY, FactTables, tables_of
from metrics.views.kpi_values import contribution, figures
from metrics.views.scope import Scope

FACT_ORDER = ("facts", *KEY)
FACT_ORDER_TYPES: tuple[type[Any], ...] = (str, *(type_().python_type for type_ in KEY.values()))
_EVENT = tuple(KEY)[:-1]


def facts_query(kpi: Kpi, question: Question, *, after: Sequence[Any] | None, limit: int | None) -> sa.Select[Any]:
    """The contributing facts in `FACT_ORDER`, behind ``after`` in it: by the name of their kind, all that is known of them (null is what
    others have), ``numerator``, ``denominator``. A fact that contributes nothing is left out."""
    left = [facts for facts in kpi.facts if after is None or facts.name >= after[0]]
    columns = {name: type_ for facts in kpi.facts for name, type_ in tables_of(facts).known.items()}
    pages = [_page(kpi, tables_of(one), question, columns, after[1:] if after and after[0] == one.name else None) for one in left]
    # Each has the limit, too: over all of them PostgreSQL would sort everything first.
    first, *others = (page.order_by(*KEY).limit(limit) for page in pages)
    return first if not others else sa.select(sa.union_all(first, *others).subquery()).order_by(*FACT_ORDER).limit(limit)


def _page(kpi: Kpi, tables: FactTables, question: Question, columns: Mapping[str, Any], after: Sequence[Any] | None) -> sa.Select[Any]:
    facts, rows = tables.facts, tables.rows
    scope = Scope(question, rows, dated=kpi.dated, kinds=kpi.kinds(facts))
    once = _first_lines(facts, rows) if kpi.counts_once(facts) and not facts.in_sums(question.dimensions) else {}
    query = sa.select(*(once.get(column.name, column) for column in rows.c)).select_from(scope.source).where(*scope.conditions)
    if after is not None:
        # From the beginning of the event the last page ended in: which line counts it is decided over all of them.
        query = query.where(_key(rows, _EVENT) >= _values(after[:-1]))
    found = query.subquery("facts")
    numerator = denominator = contribution(kpi.numerator, facts, found)
    if kpi.quantile:
        value = sa.select(figures(kpi, question).c.value).scalar_subquery()
        numerator = sa.case((found.c[kpi.quantile.of.name] <= value, numerator), else_=0)
    elif kpi.denominator:
        denominator = contribution(kpi.denominator, facts, found)
    counts = denominator != 0 if kpi.quantile else sa.or_(numerator != 0, denominator != 0)
    own: dict[str, Any] = dict(found.c.items())
    own |= {one.name: one.of(found.c).label(one.name) for one in facts.amounts if one.less}
    page = sa.select(
        sa.literal_column(f"'{facts.name}'", sa.Text).label("facts"),
        *(own[name] if name in own else sa.cast(sa.null(), type_).label(name) for name, type_ in columns.items()),
        numerator.label("numerator"),
        (denominator if kpi.denominator or kpi.quantile else sa.null()).label("denominator"),
    ).where(counts)
    return page if after is None else page.where(_key(found, tuple(KEY)) > _values(after))


def _first_lines(facts: Facts, rows: sa.FromClause) -> Mapping[str, sa.ColumnElement[Any]]:
    """What counts events: 1 at the line that counts its event, else 0: the first of the lines that the question lets in."""
    number = sa.func.row_number().over(partition_by=[rows.c[name] for name in _EVENT], order_by=rows.c.line)
    return {one.name: sa.case((number == 1, 1), else_=0).label(one.name) for one in facts.summed if one.counts == "events"}


def _key(rows: sa.FromClause, names: Sequence[str]) -> sa.Tuple:
    return sa.tuple_(*(rows.c[name] for name in names))


def _values(key: Sequence[Any]) -> sa.Tuple:
    return sa.tuple_(*(sa.literal(value, type_) for value, type_ in zip(key, KEY.values(), strict=False)))
