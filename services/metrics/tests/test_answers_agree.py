"""Whatever is asked: facts and sums give the same answer, and the facts behind a value add up to it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from channel_service.testing import Running
from channel_terms import Periods, fiscal_calendar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from metrics.app import CATALOGUE
from metrics.application.answers import ask
from metrics.domain.facts import Facts
from metrics.domain.question import Question
from metrics.views.kpi_values import values_query
from msgspec.structs import replace

from .examples import MONDAY
from .requests import summed, values

KPIS = CATALOGUE.kpis
RETAIL = "4-5-4 to the nearest saturday of january, named by its first day"
PERIODS = Periods.every(fiscal_calendar(RETAIL))
RANDOM = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

_KEYS: dict[str, list[Any]] = {
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
    "cycle_days": [4, 6, 10, 30],
    "payee": ["partner", "sales_rep"],
    "payee_id": ["p-1", "p-2"],
    "plan": ["dealers", ""],
    "rule": ["volume", "growth", ""],
    "settled_in": ["2026-01", "2026-03"],
}
_DAYS = st.integers(0, 110).map(lambda days: MONDAY + timedelta(days=days))
_DATES = st.fixed_dictionaries({}, optional=dict.fromkeys(("from", "to", "as_of", "known_at"), _DAYS)).map(
    lambda dates: {**dates, "from": min(dates["from"], dates["to"])} if {"from", "to"} <= dates.keys() else dates
)


@st.composite
def questions(draw: st.DrawFn, *, in_sums: bool = False) -> tuple[str, dict[str, Any], list[str]]:
    """A KPI, and filters and groups that it can be asked by; ``in_sums``: that all its sums have."""
    kpi = KPIS[draw(st.sampled_from(sorted(KPIS)))]
    dimensions = [CATALOGUE.dimensions[name] for name in kpi.dimensions]
    names = [one.name for one in dimensions if not (in_sums and (one.by_line or one.through))]
    filters = [*names, *(f"{one.name}_tree" for one in dimensions if one.tree)]
    chosen = draw(st.lists(st.sampled_from(filters), max_size=2, unique=True))
    given = {one: draw(st.lists(st.sampled_from(_KEYS[one]), min_size=1, max_size=3, unique=True)) for one in chosen}
    groups = draw(st.lists(st.sampled_from([*names, *PERIODS]), max_size=3, unique=True))
    return kpi.name, {**draw(_DATES), **given}, groups


def _question(asked: dict[str, Any], groups: list[str]) -> Question:
    given = {name: tuple(values) for name, values in asked.items() if isinstance(values, list)}
    return Question(
        first=asked.get("from"),
        last=asked.get("to"),
        as_of=asked.get("as_of"),
        known_at=asked.get("known_at"),
        filters={name: values for name, values in given.items() if not name.endswith("_tree")},
        trees={name.removesuffix("_tree"): values for name, values in given.items() if name.endswith("_tree")},
        groups=tuple(PERIODS.get(group, group) for group in groups),
    )


@given(questions(in_sums=True))
@RANDOM
async def test_sums_and_facts_give_the_same_answer(client: Running, asking: Any) -> None:
    kpi, asked, groups = asking
    question = _question(asked, groups)
    from_sums, from_least = (values_query(KPIS[kpi], question, everyone=everyone) for everyone in (False, True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Facts, "in_sums", lambda *_: False)
        from_facts = values_query(KPIS[kpi], question, everyone=True)
    assert ["_rollup_" in str(one) for one in (from_sums, from_facts)] == [True, False]
    assert ("_overall_" in str(from_least)) is any(facts.in_overall(question.dimensions) for facts in KPIS[kpi].facts)
    async with client.runtime.reading_everything() as read:
        answers = [(await read.execute(one)).all() for one in (from_facts, from_sums, from_least)]
    assert answers[0] == answers[1] == answers[2]


@given(questions())
@RANDOM
async def test_the_facts_behind_a_value_add_up_to_it(client: Running, asking: Any) -> None:
    kpi, asked, groups = asking
    for one in (await values(client, kpi, **asked, group_by=",".join(groups)))[:3]:
        assert await summed(client, one["facts"], limit=200) == (Decimal(one["numerator"]), Decimal(one["denominator"] or 0))


@given(questions())
@RANDOM
async def test_groups_add_up_to_the_whole(client: Running, asking: Any) -> None:
    """All but orders by product, where one order is in several groups; of quantiles, all that there is."""
    kpi, asked, groups = asking
    question = _question(asked, groups)
    if kpi == "orders" and question.dimensions & {"product", "product_category"}:
        return
    sums = []
    async with client.runtime.reading_everything() as read:
        for one in (question, replace(question, groups=("currency",))):
            answer = await ask(read, KPIS[kpi], one, order="group", limit=10_000)
            numerators = [] if KPIS[kpi].quantile else [value.figures.numerator for value in answer.values]
            sums.append((sum(numerators), sum(value.figures.denominator or 0 for value in answer.values)))
    assert sums[0] == sums[1]


async def test_small_pages_are_as_complete_as_large_ones(client: Running) -> None:
    """A page may end inside an order, whose one line that counts it may lie before or behind."""
    asking: dict[str, dict[str, Any]] = {"orders": {"product": ["s-1", "s-2"]}, "net": {"currency": "CNY"}}
    for kpi, asked in {**asking, "fill_rate": {}, "return_rate": {}, "cycle_time": {}}.items():
        (one,) = await values(client, kpi, **asked)
        for limit in (1, 2, 3) if kpi == "orders" else (13,):
            assert await summed(client, one["facts"], limit) == (Decimal(one["numerator"]), Decimal(one["denominator"] or 0))


async def test_an_order_with_two_products_counts_once_in_each_and_once_in_all(client: Running) -> None:
    async with client.runtime.reading_everything() as read:
        rows = (await read.execute(sa.text("select order_id, product from sales_fact_v3 where kind = 'placed'"))).all()
    each = {sku: len({order for order, product in rows if product == sku}) for sku in ("s-1", "s-2")}
    both = len({order for order, product in rows if product in each})
    found = await values(client, "orders", product=["s-1", "s-2"], group_by="product")
    assert {one["group"]["product"]: int(one["value"]) for one in found} == each
    (one,) = await values(client, "orders", product=["s-1", "s-2"])
    assert int(one["value"]) == both < sum(each.values())


async def test_a_question_is_never_answered_by_loops_that_missing_statistics_suggest(client: Running) -> None:
    joined = Question(groups=("product_category",))
    async with client.runtime.reading_everything() as read:
        await ask(read, KPIS["gross"], joined, order="group", limit=10)
        assert await read.scalar(sa.text("show enable_nestloop")) == "off"
    async with client.runtime.reading_everything() as read:
        assert await read.scalar(sa.text("show enable_nestloop")) == "on"
