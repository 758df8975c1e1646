"""Asking a KPI: its values with names for people, rounded once."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics.domain.kpi import Kpi, Unit
from metrics.domain.question import Dimension, Period, Question
from metrics.domain.rounding import Rounded, rounded
from metrics.views.kpi_facts import KEY, KEY_TYPES, facts_query
from metrics.views.kpi_values import Order, groups_of, values_query
from metrics.views.names import names_query

__all__ = ["HASH_JOINS", "KEY_TYPES", "Answer", "Order", "Value", "ask", "contributing_facts", "narrowed", "shown"]


class Value(Struct, frozen=True):
    """A KPI of one group. ``facts`` is the question of just this group: the facts behind the value."""

    group: Mapping[str, str | None]
    names: Mapping[str, str]
    rounded: Rounded
    numerator: Decimal
    denominator: Decimal | None
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


async def ask(connection: AsyncConnection, kpi: Kpi, question: Question, *, order: Order, limit: int) -> Answer:
    """The KPI's values. Without facts, a count is one 0, a ratio is null with its reason, and money has no value: no currency."""
    groups = groups_of(kpi, question)
    await connection.execute(HASH_JOINS)
    rows = (await connection.execute(values_query(kpi, question, order=order, limit=limit))).all()
    shown = [row for row in rows if row.place <= limit]
    names = await _names(connection, groups, shown)
    return Answer([_value(kpi, question, groups, row, names) for row in shown], more=len(shown) < len(rows))


async def contributing_facts(
    connection: AsyncConnection, kpi: Kpi, question: Question, *, after: Sequence[Any] | None, limit: int
) -> tuple[list[Mapping[str, Any]], list[Any] | None]:
    """A page of the facts behind a value, and the key to go on behind, if there are more."""
    await connection.execute(HASH_JOINS)
    rows = (await connection.execute(facts_query(kpi, question, after=after, limit=limit + 1))).mappings().all()
    shown = [dict(row) for row in rows[:limit]]
    return list(shown), [shown[-1][name] for name in KEY] if len(rows) > limit else None


def _value(kpi: Kpi, question: Question, groups: Sequence[Dimension | Period], row: Any, names: Mapping[Any, str]) -> Value:
    keys = {group: getattr(row, f"g{n}") for n, group in enumerate(groups)}
    currency = keys.get(Dimension.CURRENCY) if kpi.unit is Unit.MONEY else None
    numerator = Decimal(row.numerator)
    denominator = None if row.denominator is None else Decimal(row.denominator)
    return Value(
        group={group.value: shown(group, key) for group, key in keys.items()},
        names={group.value: names[group, key] for group, key in keys.items() if (group, key) in names},
        rounded=rounded(kpi, numerator, denominator, currency),
        numerator=numerator,
        denominator=denominator,
        currency=currency,
        facts=narrowed(question, keys),
    )


def shown(group: Dimension | Period, key: Any) -> str | None:
    """A group's key as an answer has it."""
    return group.label(key) if isinstance(group, Period) else key or None


def narrowed(question: Question, keys: Mapping[Dimension | Period, Any]) -> Question:
    """The question of one of its groups."""
    filters = dict(question.filters)
    first, last = question.first, question.last
    for group, key in keys.items():
        if isinstance(group, Period):
            first = max(key, first or date.min)
            last = min(group.last_day(key), last or date.max)
        else:
            filters[group] = (key,)
    return replace(question, first=first, last=last, filters=filters, groups=())


async def _names(connection: AsyncConnection, groups: Sequence[Dimension | Period], rows: Sequence[Any]) -> dict[Any, str]:
    names: dict[Any, str] = {}
    for n, group in enumerate(groups):
        query: sa.Select[Any] | None = names_query(group, {getattr(row, f"g{n}") for row in rows})
        if query is not None:
            names.update({(group, key): name for key, name in (await connection.execute(query)).all()})
    return names
