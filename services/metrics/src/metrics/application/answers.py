"""Asking a KPI: its values with names for people, rounded once."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from channel_terms import Periods
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics.domain.facts import CURRENCY
from metrics.domain.kpi import Figures, Kpi
from metrics.domain.question import Question
from metrics.domain.rounding import rounded
from metrics.domain.tally import groups_of
from metrics.views.kpi_facts import FACT_ORDER, FACT_ORDER_TYPES, facts_query
from metrics.views.kpi_values import Order, values_query
from metrics.views.names import names_query

__all__ = ["FACT_ORDER_TYPES", "HASH_JOINS", "Answer", "Order", "Value", "ask", "contributing_facts", "value_of"]


class Value(Struct, frozen=True):
    """A KPI of one group. ``facts`` is the question of just this group: the facts behind the value."""

    kpi: Kpi
    group: Mapping[str, str | None]
    names: Mapping[str, str]
    value: Decimal | None
    exact: Decimal | None
    reason: str | None
    figures: Figures
    currency: str | None
    facts: Question


class Answer(Struct, frozen=True):
    """``more``: groups were left out behind the limit."""

    values: list[Value]
    more: bool


HASH_JOINS = sa.text("set local enable_nestloop = off")
"""Facts are many; products, partners and territories, to which they are joined, are few: hashing those is right. A table
filled a moment ago has no statistics yet, and without them PostgreSQL took loops of 30 s over 58,000 facts
(right after a load; guarded by test_answers_agree.py)."""


async def ask(connection: AsyncConnection, kpi: Kpi, question: Question, *, order: Order, limit: int, everyone: bool = False) -> Answer:
    """The KPI's values; ``everyone`` as in `values_query`.

    Without facts, a count is one 0, a ratio is null with its reason, and money has no value: no currency.
    """
    groups = groups_of(kpi, question.groups)
    await connection.execute(HASH_JOINS)
    rows = (await connection.execute(values_query(kpi, question, order=order, limit=limit, everyone=everyone))).all()
    shown = [row for row in rows if row.place <= limit]
    names = await _names(connection, groups, shown)
    return Answer([value_of(kpi, question, _keys(groups, row), _figures(row), names) for row in shown], more=len(shown) < len(rows))


async def contributing_facts(
    connection: AsyncConnection, kpi: Kpi, question: Question, *, after: Sequence[Any] | None, limit: int
) -> tuple[list[Mapping[str, Any]], list[Any] | None]:
    """A page of the facts behind a value, and the key to go on behind, if there are more."""
    await connection.execute(HASH_JOINS)
    rows = (await connection.execute(facts_query(kpi, question, after=after, limit=limit + 1))).mappings().all()
    shown = [dict(row) for row in rows[:limit]]
    return list(shown), [shown[-1][name] for name in FACT_ORDER] if len(rows) > limit else None


def value_of(kpi: Kpi, question: Question, keys: Mapping[str, Any], figures: Figures, names: Mapping[Any, str] = {}) -> Value:
    """The value of the group with these keys."""
    currency = keys[CURRENCY] if kpi.money else None
    value, reason = rounded(kpi, figures, currency)
    return Value(
        kpi=kpi,
        group={str(group): _shown(group, key) for group, key in keys.items()},
        names={str(group): names[group, key] for group, key in keys.items() if (group, key) in names},
        value=value,
        exact=figures.numerator if figures.denominator is None else figures.value,
        reason=reason,
        figures=figures,
        currency=currency,
        facts=_narrowed(question, keys),
    )


def _keys(groups: Sequence[str], row: Any) -> dict[str, Any]:
    return {group: getattr(row, f"g{n}") for n, group in enumerate(groups)}


def _figures(row: Any) -> Figures:
    return Figures(Decimal(row.numerator), *(None if number is None else Decimal(number) for number in (row.denominator, row.value)))


def _shown(group: str, key: Any) -> str | None:
    """A group's key as an answer has it."""
    return group.name(key) if isinstance(group, Periods) else None if key == "" else str(key)


def _narrowed(question: Question, keys: Mapping[str, Any]) -> Question:
    """The question of one of its groups."""
    filters = dict(question.filters)
    first, last = question.first, question.last
    for group, key in keys.items():
        if isinstance(group, Periods):
            first = max(key, first or date.min)
            last = min(group.span(key).last, last or date.max)
        else:
            filters[group] = (key,)
    return replace(question, first=first, last=last, filters=filters, groups=())


async def _names(connection: AsyncConnection, groups: Sequence[str], rows: Sequence[Any]) -> dict[Any, str]:
    names: dict[Any, str] = {}
    for n, group in enumerate(groups):
        query: sa.Select[Any] | None = names_query(group, {getattr(row, f"g{n}") for row in rows})
        if query is not None:
            names.update({(group, key): name for key, name in (await connection.execute(query)).all()})
    return names
