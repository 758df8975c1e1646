"""Whatever is asked: facts and sums give the same answer, and the facts behind a value add up to it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from channel_service.testing import Running
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from metrics import kpis
from metrics.application.answers import ask
from metrics.application.catalogue import discover
from metrics.domain.question import Dimension, Period, Question, Tree
from metrics.views.grains import FACTS, SUMS
from metrics.views.kpi_values import values_query
from metrics.views.sales import HEADER

from .examples import MONDAY
from .requests import summed, values

KPIS = discover(kpis)
RANDOM = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

_KEYS = {
    "partner": [f"p-{n}" for n in range(1, 9)],
    "channel_type": ["distributor", "retailer", "ecommerce"],
    "segment": ["", "key", "small"],
    "territory": ["CN", "CN-N", "CN-S", "CN-S-1", "nowhere"],
    "sales_rep": ["", "r-1", "r-2"],
    "source": ["shop", "erp"],
    "warehouse": ["w-1", "w-2"],
    "currency": ["CNY", "USD"],
    "product": [f"s-{n}" for n in range(1, 7)],
    "product_category": ["bikes", "parts", ""],
    "partner_tree": ["p-1", "p-2", "p-3"],
    "territory_tree": ["CN", "CN-S"],
}
_DAYS = st.integers(0, 110).map(lambda days: MONDAY + timedelta(days=days))
_DATES = st.fixed_dictionaries({}, optional=dict.fromkeys(("from", "to", "as_of", "known_at"), _DAYS)).map(
    lambda dates: {**dates, "from": min(dates["from"], dates["to"])} if {"from", "to"} <= dates.keys() else dates
)


def _filters(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    one_of = {name: st.lists(st.sampled_from(_KEYS[name]), min_size=1, max_size=3, unique=True) for name in names}
    return st.lists(st.sampled_from(names), max_size=2, unique=True).flatmap(lambda few: st.fixed_dictionaries({n: one_of[n] for n in few}))


ORDER_LEVEL = [*HEADER, "partner_tree", "territory_tree"]
GROUPS = st.lists(st.sampled_from([*Dimension, *Period]), max_size=3, unique=True)
OF_ORDER = st.lists(st.sampled_from([*(Dimension(name) for name in HEADER), *Period]), max_size=3, unique=True)


def _question(dates: dict[str, Any], filters: dict[str, Any], groups: list[Any]) -> Question:
    return Question(
        first=dates.get("from"),
        last=dates.get("to"),
        as_of=dates.get("as_of"),
        known_at=dates.get("known_at"),
        filters={one: tuple(filters[one.value]) for one in Dimension if one.value in filters},
        trees={one: tuple(filters[one.value]) for one in Tree if one.value in filters},
        groups=tuple(groups),
    )


@given(st.sampled_from(sorted(KPIS)), _DATES, _filters(ORDER_LEVEL), OF_ORDER)
@RANDOM
async def test_sums_and_facts_give_the_same_answer(client: Running, kpi: str, dates: Any, filters: Any, groups: Any) -> None:
    question = _question(dates, filters, groups)
    async with client.runtime.reading_everything() as read:
        by_table = [
            [tuple(row) for row in (await read.execute(values_query(KPIS[kpi], question, rows=rows))).all()] for rows in (SUMS, FACTS)
        ]
    assert by_table[0] == by_table[1]


@given(st.sampled_from(sorted(KPIS)), _DATES, _filters(list(_KEYS)), GROUPS)
@RANDOM
async def test_the_facts_behind_a_value_add_up_to_it(client: Running, kpi: str, dates: Any, filters: Any, groups: Any) -> None:
    asked = {**{name: day.isoformat() for name, day in dates.items()}, **filters, "group_by": ",".join(groups)}
    for one in (await values(client, kpi, **asked))[:3]:
        assert await summed(client, one["facts"], limit=200) == (Decimal(one["numerator"]), Decimal(one["denominator"] or 0))


@given(st.sampled_from(sorted(KPIS)), _DATES, _filters(list(_KEYS)), GROUPS)
@RANDOM
async def test_groups_add_up_to_the_whole(client: Running, kpi: str, dates: Any, filters: Any, groups: Any) -> None:
    """All but orders by product, where one order is in several groups."""
    question = _question(dates, filters, groups)
    if kpi == "orders" and question.by_product:
        return
    whole = Question(**{**{n: getattr(question, n) for n in question.__struct_fields__}, "groups": (Dimension.CURRENCY,)})
    async with client.runtime.reading_everything() as read:
        sums = []
        for one in (question, whole):
            answer = await ask(read, KPIS[kpi], one, order="group", limit=10_000)
            sums.append((sum(v.numerator for v in answer.values), sum(v.denominator or 0 for v in answer.values)))
    assert sums[0] == sums[1]


async def test_small_pages_are_as_complete_as_large_ones(client: Running) -> None:
    """A page may end inside an order, whose one line that counts it may lie before or behind."""
    for kpi, asked in (("orders", {"product": ["s-1", "s-2"]}), ("fill_rate", {}), ("net", {"currency": "CNY"})):
        (one,) = await values(client, kpi, **asked)
        for limit in (1, 2, 3) if kpi == "orders" else (13,):
            assert await summed(client, one["facts"], limit) == (Decimal(one["numerator"]), Decimal(one["denominator"] or 0))


async def test_an_order_with_two_products_counts_once_in_each_and_once_in_all(client: Running) -> None:
    async with client.runtime.reading_everything() as read:
        rows = (await read.execute(sa.text("select order_id, product from sales_fact_v1 where kind = 'placed'"))).all()
    each = {sku: len({order for order, product in rows if product == sku}) for sku in ("s-1", "s-2")}
    both = len({order for order, product in rows if product in each})
    found = await values(client, "orders", product=["s-1", "s-2"], group_by="product")
    assert {one["group"]["product"]: int(one["value"]) for one in found} == each
    (one,) = await values(client, "orders", product=["s-1", "s-2"])
    assert int(one["value"]) == both < sum(each.values())


async def test_a_question_is_never_answered_by_loops_that_missing_statistics_suggest(client: Running) -> None:
    joined = Question(groups=(Dimension.PRODUCT_CATEGORY,))
    async with client.runtime.reading_everything() as read:
        await ask(read, KPIS["gross"], joined, order="group", limit=10)
        assert await read.scalar(sa.text("show enable_nestloop")) == "off"
    async with client.runtime.reading_everything() as read:
        assert await read.scalar(sa.text("show enable_nestloop")) == "on"
