"""How rules of one plan stand to each other, and how an entry explains itself."""

from decimal import Decimal
from typing import Any

import pytest
from incentives.domain.calculation import Calculation, deltas, explained
from incentives.domain.facts import Facts
from incentives.domain.plan.document import faults

from .plans import entries, line, paid, plan, quota, rule

TIERS = [{"start": "0", "until": "1000", "rate": "0.01"}, {"start": "1000", "rate": "0.02"}]
SLAB = {"slab": {"boundary": "start", "tiers": TIERS}}


def flat(rate: str, rule_id: str, **more: Any) -> dict[str, Any]:
    return rule({"flat": {"rate": rate}}, rule_id=rule_id, **more)


def test_a_rebate_on_what_an_earlier_rebate_leaves() -> None:
    made = plan(flat("0.1", "first"), flat("0.1", "second", less=["first"]))
    assert [one.amount for one in entries(made, line(1, 1000))] == [Decimal("100.00"), Decimal("90.00")]


def test_a_shorter_window_lowers_the_base_of_a_longer_one() -> None:
    made = plan(flat("0.1", "monthly", window="month"), flat("0.1", "yearly", less=["monthly"]))
    assert paid(entries(made, line(1, 1000, "2026-01-05"), line(2, 500, "2026-07-05")), "yearly") == Decimal("135.00")


@pytest.mark.parametrize(("exclusive", "expected"), [("first", ["50.00", "0.00"]), ("best", ["0.00", "80.00"])])
def test_of_rules_that_exclude_each_other_one_is_paid(exclusive: str, expected: list[str]) -> None:
    made = plan(flat("0.05", "a", exclusive="volume"), flat("0.08", "b", exclusive="volume"), exclusive=exclusive)
    assert [str(one.amount) for one in entries(made, line(1, 1000))] == expected


def test_what_is_excluded_counts_for_no_later_rule() -> None:
    punish = rule({"sanction": {"of": ["a", "b"], "causes": ["x"], "takes": "1"}}, base="earned")
    made = plan(flat("0.05", "a", exclusive="g"), flat("0.08", "b", exclusive="g"), flat("0.1", "c", less=["a", "b"]), punish)
    assert paid(entries(made, line(1, 1000)), "c") == Decimal("92.00")  # 10 % of 1,000 less 80
    assert [one.counted for one in entries(made, line(1, 1000)) if one.rule_id == "sanction"] == [80]


@pytest.mark.parametrize(
    ("limits", "sold", "pays"),
    [
        ({"most_counted": "800"}, 1000, "80.00"),
        ({"most_paid": "70"}, 1000, "70.00"),
        ({"least_paid": "100"}, 999, "0.00"),
        ({"least_paid": "100"}, 1000, "100.00"),
        ({"most_counted": "800", "most_paid": "90"}, 1000, "80.00"),
        ({"most_counted": "800", "least_paid": "100"}, 1000, "0.00"),
    ],
)
def test_limits_hold_for_a_payee_and_window(limits: dict[str, str], sold: int, pays: str) -> None:
    assert paid(entries(plan(flat("0.1", "a", limits=limits)), line(1, sold))) == Decimal(pays)


def test_each_window_begins_at_nothing() -> None:
    made = plan(rule(SLAB, window="month"))
    assert paid(entries(made, line(1, 600, "2026-01-31"), line(2, 600, "2026-02-01"))) == Decimal("12.00")
    assert paid(entries(plan(rule(SLAB, window="quarter")), line(1, 600, "2026-01-31"), line(2, 600, "2026-02-01"))) == Decimal("24.00")


def test_a_year_begins_in_the_month_that_the_plan_says() -> None:
    sold = [line(1, 600, "2026-03-31"), line(2, 600, "2026-04-01")]
    assert paid(entries(plan(rule(SLAB)), *sold)) == Decimal("24.00")
    assert paid(entries(plan(rule(SLAB), year_begins=4), *sold)) == Decimal("12.00")


@pytest.mark.parametrize(("base", "pays"), [("gross", "120.00"), ("net", "100.00"), ("margin", "40.00"), ("units", "0.30")])
def test_the_base_is_what_the_rule_says(base: str, pays: str) -> None:
    sold = line(1, 1000, gross=Decimal(1200), cost=Decimal(600), units=3)
    assert paid(entries(plan(flat("0.1", "a", base=base)), sold)) == Decimal(pays)


def test_other_currencies_other_moments_and_other_days_do_not_count() -> None:
    made = plan(flat("0.1", "a"), valid_until="2026-06-30")
    others = [line(2, 10, currency="USD"), line(3, 10, moment="paid"), line(4, 10, "2025-12-31"), line(5, 10, "2026-07-01")]
    assert paid(entries(made, line(1, 100, "2026-06-30"), *others)) == 10


def test_the_sales_rep_is_paid_where_the_plan_says_so() -> None:
    made = plan(flat("0.1", "a"), payee="sales_rep")
    assert [(one.payee_id, int(one.amount)) for one in entries(made, line(1, 100, sales_rep="ann"), line(2, 100))] == [("ann", 10)]


def test_a_return_that_lowers_the_tier_is_one_explained_difference() -> None:
    calculation = Calculation("dealers", 1, plan(rule(SLAB)))
    calculation.add(Facts(lines=[line(1, 600), line(2, 600)]))
    before = calculation.entries()
    calculation.add(Facts(lines=[line(3, -600, order_id="o002")]))
    [delta] = deltas(before, calculation.entries())
    assert delta.amount == Decimal("-18.00")  # 2 % of 1,200 was paid, 1 % of 600 is due
    assert delta.before is not None
    assert delta.after is not None
    assert [one.tier for one in (*delta.before.slices, *delta.after.slices)] == [2, 1]


def test_a_fact_told_in_two_ways_is_refused() -> None:
    calculation = Calculation("dealers", 1, plan(flat("0.1", "a")))
    calculation.add(Facts(lines=[line(1, 100)]))
    with pytest.raises(ValueError, match="f001 was told otherwise"):
        calculation.add(Facts(lines=[line(1, 200)]))


def test_an_entry_explains_itself_in_both_languages() -> None:
    limits = {"most_counted": "1500", "most_paid": "20"}
    made = plan(flat("0.1", "a"), rule({"stepped": SLAB["slab"]}, less=["a"], limits=limits), flat("0.0333", "b"))
    found = {one.rule_id: one for one in entries(made, line(1, 2000), line(2, 1))}
    assert [said.en for said in explained(found["stepped"])] == [
        "what other rules pay does not count: 2001 becomes 1800.9",
        "no more than 1500 of 1800.9 counts",
        "1000 of it lies in tier 1 and is paid at 1%",
        "500 of it lies in tier 2 and is paid at 2%",
    ]
    assert [said.zh for said in explained(found["b"])] == ["2001 的 3.33%", "66.6333 舍入为 66.63"]
    assert [(part.event_id, part.order_id, part.line_id, int(part.counted)) for part in found["b"].parts] == [
        ("e001", "o001", "1", 2000),
        ("e002", "o002", "1", 1),
    ]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([flat("1", "a"), flat("1", "a")], "another rule of this name"),
        ([flat("1", "a", less=["b"]), flat("1", "b")], "no rule b is before it"),
        ([flat("1", "a"), flat("1", "b", window="month", less=["a"])], "a is paid in longer windows"),
        ([flat("1", "a", exclusive="g"), flat("1", "b", exclusive="g", window="month")], "need one window"),
        ([flat("1", "a", exclusive="g"), flat("1", "b", less=["a"]), flat("1", "c", exclusive="g")], "not known yet"),
        ([flat("1", "a", base="earned")], "earned exactly for rules about what others pay"),
        ([flat("1", "a"), rule({"sanction": {"of": ["a"], "causes": ["x"], "takes": "1"}})], "earned exactly"),
    ],
)
def test_a_plan_whose_rules_do_not_fit_together_is_found(rules: list[dict[str, Any]], said: str) -> None:
    assert any(said in one.en and one.zh for one in faults(plan(*rules)))


def test_a_window_that_has_no_meaning_for_a_rule_is_found() -> None:
    growth = {"baseline": "year_before", "least": "0", "boundary": "start", "paid_on": "total", "newcomers": "nothing", "rate": "1"}
    assert [one.en for one in faults(plan(rule({"growth": growth}, window="life")))] == [
        "growth: growth has no meaning in a window of life"
    ]
    assert not list(faults(plan(rule({"growth": growth}, window="year"), flat("1", "a", window="life"))))


def test_a_quota_of_another_payee_is_not_ones_own() -> None:
    tiers = [{"start": "0", "rate": "0.1"}]
    made = plan(rule({"attainment": {"measure": "sales", "on": "whole", "prorated": False, "boundary": "start", "tiers": tiers}}))
    found = entries(made, line(1, 100), line(2, 100, partner_id="p-2"), quotas=[quota(50, "2026-01-01", "2026-12-31", payee_id="p-2")])
    assert [(one.payee_id, int(one.amount)) for one in found] == [("p-1", 0), ("p-2", 10)]
