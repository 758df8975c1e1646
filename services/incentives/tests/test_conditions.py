"""Conditions: what they may ask, what is refused when they are saved, and that none of them takes long."""

import time

import pytest
from channel_terms import Wrong
from incentives.domain.condition import CONTEXT, MAX_LENGTH, Eligible, compiled
from incentives.domain.facts import Line

from .plans import entries, line, paid, plan, rule


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("", True),
        ("true", True),
        ("category == 'Bikes'", True),
        ("category in ['Parts', 'Wear']", False),
        ("channel_type == 'store' && !(territory.startsWith('CN-E'))", False),
        ("sku.startsWith('BK-') || first_purchase", True),
        ("units >= 3 ? segment == '' : false", True),
        ("size(sales_rep) == 0 && sku.contains('K') && sku.endsWith('1')", True),
        ("partner_id == 'category'", False),
    ],
)
def test_it_tells_for_a_line_whether_the_rule_is_about_it(expression: str, holds: bool) -> None:
    sold = line(1, 100, category="Bikes", channel_type="store", territory="CN-E-SH", sku="BK-1", units=3)
    assert Eligible(expression).holds(sold) is holds


@pytest.mark.parametrize(
    "expression",
    [
        "[1, 2].exists(x, x > 1)",  # macros
        "['a'].all(x, x == sku)",
        "['a'].map(x, x)[0] == sku",
        "['a'].filter(x, x == sku).size() > 0",
        "['a'].exists_one(x, x == sku)",
        "has(sku.name)",
        "has({'a': 'b'}.a)",
        "units + 1 > 2",  # arithmetic
        "sku + sku == 'aa'",
        "units * 2 > 2",
        "1 / units > 0",
        "sku.matches('(a+)+$')",  # costs by its text
        "net > 100",  # amounts are not in the context
        "gross > 100",
        "price == 1",
        "timestamp('2026-01-01T00:00:00Z') == timestamp('2026-01-01T00:00:00Z')",
        "units",  # neither true nor false
        "'yes'",
        "units > 'a'",
        "sku ==",
        "(" * 40 + "true" + ")" * 40,
        "sku[0] == 'a'",
    ],
)
def test_what_is_no_condition_is_refused_when_it_is_saved(expression: str) -> None:
    with pytest.raises(Wrong) as refused:
        compiled(expression)
    assert refused.value.en
    assert refused.value.zh


def test_only_amounts_that_are_no_money_are_in_the_context() -> None:
    assert not {"gross", "net", "cost", "discount", "amount", "price"} & CONTEXT.keys()
    assert CONTEXT.keys() <= set(Line.__struct_fields__)


def test_the_slowest_condition_is_quick() -> None:
    # The longest texts, and the longest expression over them: 500 characters of the dearest function.
    part = "sku.contains(category)||"
    expression = part * ((MAX_LENGTH - 10) // len(part)) + "false"
    long = line(1, 100, sku="a" * 500, category="a" * 250 + "b")
    best = min(_seconds(expression, long) for _ in range(5))
    assert best < 0.002


def _seconds(expression: str, about: Line) -> float:
    asked = Eligible(expression)
    start = time.perf_counter()
    assert not asked.holds(about)
    return time.perf_counter() - start


def test_a_rule_counts_the_lines_it_is_about() -> None:
    bikes = rule({"flat": {"rate": "0.1"}}, when="category == 'Bikes' && channel_type != 'web'")
    sold = [line(1, 100, category="Bikes"), line(2, 200, category="Parts"), line(3, 400, category="Bikes", channel_type="web")]
    assert paid(entries(plan(bikes), *sold)) == 10


def test_of_lines_that_are_alike_to_one_rule_and_not_to_another_each_is_asked() -> None:
    by_sku, by_partner = rule({"flat": {"rate": "0.1"}}, rule_id="a", when="sku == 'x'"), rule({"flat": {"rate": "0.1"}}, rule_id="b")
    made = plan(by_sku, by_partner)
    sold = [line(1, 100, sku="x"), line(2, 100, sku="y"), line(3, 100, sku="x", partner_id="p-2")]
    assert [(one.rule_id, one.payee_id, int(one.amount)) for one in entries(made, *sold)] == [
        ("a", "p-1", 10),
        ("a", "p-2", 10),
        ("b", "p-1", 20),
        ("b", "p-2", 10),
    ]
