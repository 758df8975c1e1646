"""Who is credited: by shares, by territory, by hierarchy; each as it was on the day, whenever it was told."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.domain.calculation import Calculation, encoded
from incentives.domain.calculation.crediting import Crediting
from incentives.domain.credits import Counts, Credits, CreditTo, Responsible, Share, Split, Under, Within
from incentives.domain.facts import Base, Facts, Line
from incentives.domain.words import Payee

from .plans import entries, line, paid, plan, rule

FLAT = {"flat": {"rate": "0.1"}}


def share(payee_id: str, of: str, *, overlay: bool = False) -> Share:
    return Share(payee_id=payee_id, share=Decimal(of), counts=Counts.OVERLAY if overlay else Counts.CREDIT)


def split(*shares: Share, order_id: str = "o001", line_id: str = "") -> Split:
    return Split(payee=Payee.PARTNER, order_id=order_id, line_id=line_id, shares=shares)


def under(payee_id: str, above: str | None, since: str = "2026-01-01") -> Under:
    return Under(payee=Payee.PARTNER, payee_id=payee_id, above=above, since=date.fromisoformat(since))


def responsible(territory: str, one: Share, first: str = "2026-01-01", last: str = "2026-12-31") -> Responsible:
    days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    return Responsible(payee=Payee.PARTNER, territory=territory, share=one, **days)


def credits_of(*facts: Split | Under | Responsible | Within) -> Credits:
    found: dict[type, set[Any]] = {Split: set(), Under: set(), Responsible: set(), Within: set()}
    for one in facts:
        found[type(one)].add(one)
    return Credits(
        splits=frozenset(found[Split]),
        under=frozenset(found[Under]),
        responsible=frozenset(found[Responsible]),
        within=frozenset(found[Within]),
    )


def by_payee(
    *facts: Split | Under | Responsible | Within, to: str = "direct", pays: Any = FLAT, lines: Any = (), **more: Any
) -> dict[str, str]:
    made = plan(rule(pays, credit=to), **more)
    found = entries(made, *(lines or [line(1, 1000, territory="CN-E")]), credits=credits_of(*facts))
    return {one.payee_id: str(one.amount) for one in found}


def test_an_order_is_split_by_shares_and_overlays_count_only_where_the_plan_declares_them() -> None:
    shares = (share("p-2", "0.6"), share("p-3", "0.4"), share("p-4", "0.25", overlay=True))
    assert by_payee(split(*shares)) == {"p-2": "60.00", "p-3": "40.00"}
    assert by_payee(split(*shares), overlays=True) == {"p-2": "60.00", "p-3": "40.00", "p-4": "25.00"}
    own = split(share("p-9", "1"), line_id="1")
    assert by_payee(split(*shares), own) == {"p-9": "100.00"}  # a word about the line goes first
    assert by_payee(split(*shares, order_id="o002")) == {"p-1": "100.00"}


@settings(max_examples=50, deadline=None)
@given(
    cents=st.integers(-(10**9), 10**9),
    parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
    overlays=st.lists(st.integers(1, 10**6), max_size=3),
)
def test_what_is_credited_for_a_line_is_all_of_it_and_no_more_without_overlays(cents: int, parts: list[int], overlays: list[int]) -> None:
    whole = Decimal(sum(parts))
    _, *others = [(Decimal(one) / whole).quantize(Decimal("0.0000000001")) for one in parts]
    shares = [share(f"p-{at}", str(of)) for at, of in enumerate([1 - sum(others), *others])]
    more = [share(f"x-{at}", str(Decimal(one) / 10**6), overlay=True) for at, one in enumerate(overlays)]
    one = line(1, Decimal(cents) / 100)
    for declared in (False, True):
        crediting = Crediting(plan(rule(FLAT), overlays=declared), credits_of(split(*shares, *more)))
        counted = sum((Fraction(own.counted(Base.NET)) for _, own in crediting.of(CreditTo.DIRECT, one)), Fraction())
        beyond = sum((Fraction(own.share) for own in more), Fraction()) if declared else Fraction()
        assert counted == Fraction(one.net) * (1 + beyond)


def test_a_territory_is_credited_to_who_is_responsible_on_the_day_of_the_order() -> None:
    east = [responsible("CN-E", share("p-7", "1"), last="2026-02-28"), responsible("CN-E", share("p-8", "1"), first="2026-03-01")]
    shipped_later = line(1, 1000, "2026-03-05", territory="CN-E", ordered_on=date(2026, 2, 20))
    assert by_payee(*east, to="territory", lines=[shipped_later]) == {"p-7": "100.00"}
    assert by_payee(*east, to="territory", lines=[shipped_later], credit_on="counted") == {"p-8": "100.00"}
    assert by_payee(*east, to="territory", lines=[line(1, 1000, territory="CN-W")]) == {}


def test_the_smallest_territory_decides_and_what_contains_it_only_as_an_overlay() -> None:
    known = (Within(territory="CN-E", parent="CN"), responsible("CN", share("p-6", "1")))
    assert by_payee(*known, to="territory") == {"p-6": "100.00"}
    both = (*known, responsible("CN-E", share("p-7", "0.7")), responsible("CN-E", share("p-8", "0.3")))
    assert by_payee(*both, to="territory") == {"p-7": "70.00", "p-8": "30.00"}
    assert by_payee(*both, to="territory", overlays=True) == {"p-6": "100.00", "p-7": "70.00", "p-8": "30.00"}
    ring = (Within(territory="CN-E", parent="CN"), Within(territory="CN", parent="CN-E"), responsible("CN", share("p-6", "1")))
    assert by_payee(*ring, to="territory") == {"p-6": "100.00"}


def test_an_override_is_paid_by_distance_as_the_hierarchy_was_on_the_day_of_the_order() -> None:
    pays = {"override": {"rates": ["0.02", "0.01"]}}
    known = (under("p-1", "boss"), under("boss", "chief"), under("chief", "top"))
    assert by_payee(*known, to="above", pays=pays) == {"boss": "20.00", "chief": "10.00", "top": "0.00"}
    moved = under("p-1", "other", "2026-02-15")
    sold = [line(1, 1000, "2026-02-10"), line(2, 1000, "2026-02-20")]
    found = by_payee(*known, moved, to="above", pays=pays, lines=sold)
    assert found == {"boss": "20.00", "chief": "10.00", "other": "20.00", "top": "0.00"}


def test_an_override_on_what_those_below_are_paid() -> None:
    volume = rule(FLAT, rule_id="volume", window="quarter")
    override = rule({"override": {"rates": ["0.5"], "of": ["volume"]}}, base="earned", credit="above", window="quarter")
    found = entries(plan(volume, override), line(1, 1000), credits=credits_of(under("p-1", "boss")))
    assert [(one.payee_id, one.rule_id, str(one.amount)) for one in found] == [("p-1", "volume", "100.00"), ("boss", "override", "50.00")]
    assert found[1].earned_by == (found[0].entry_id,)


def difference(rates: tuple[str, str, str]) -> dict[str, Any]:
    low, middle, high = rates
    tiers = [
        {"start": "0", "until": "1500", "rate": low},
        {"start": "1500", "until": "5000", "rate": middle},
        {"start": "5000", "rate": high},
    ]
    return {"level_difference": {"boundary": "start", "tiers": tiers}}


def test_each_level_gets_the_difference_to_the_one_below_and_nothing_where_that_has_reached_it() -> None:
    known = (under("p-1", "boss"), under("boss", "chief"))
    alone = [line(1, 1000)]
    assert by_payee(*known, to="group", pays=difference(("0.03", "0.06", "0.09")), lines=alone) == {
        "p-1": "30.00",
        "boss": "0.00",  # its group sold 1,000 too: the same level
        "chief": "0.00",
    }
    more = [line(1, 1000), line(2, 1000, partner_id="boss"), line(3, 4000, partner_id="chief")]
    assert by_payee(*known, to="group", pays=difference(("0.03", "0.06", "0.09")), lines=more) == {
        "p-1": "30.00",  # 3 % of 1,000
        "boss": "90.00",  # 6 % of its own 1,000, and 3 % more than p-1 for the 1,000 below
        "chief": "420.00",  # 9 % of its own 4,000, and 3 % more than boss for the 2,000 below
    }
    # Where the one below has a higher rate than its superior nothing is taken from anybody.
    assert by_payee(*known, to="group", pays=difference(("0.09", "0.06", "0.03")), lines=more)["boss"] == "60.00"


@settings(max_examples=50, deadline=None)
@given(amounts=st.lists(st.tuples(st.sampled_from(["p-1", "boss", "chief", "p-9"]), st.integers(1, 500_000)), min_size=1, max_size=10))
def test_for_a_sale_all_levels_together_are_paid_the_highest_rate_on_the_way_up(amounts: list[tuple[str, int]]) -> None:
    made = plan(rule(difference(("0.03", "0.06", "0.09")), credit="group", limits={}), rounding="half_up")
    lines = [line(at, Decimal(cents) / 100, partner_id=payee) for at, (payee, cents) in enumerate(amounts)]
    found = entries(made, *lines, credits=credits_of(under("p-1", "boss"), under("boss", "chief"), under("p-9", "chief")))
    group = {one.payee_id: one.counted for one in found}
    way = {"p-1": ["p-1", "boss", "chief"], "boss": ["boss", "chief"], "chief": ["chief"], "p-9": ["p-9", "chief"]}

    def rate(name: str) -> Fraction:
        return Fraction(9 if group[name] >= 5000 else 6 if group[name] >= 1500 else 3, 100)

    due = sum((Fraction(one.net) * max(map(rate, way[one.partner_id])) for one in lines), Fraction())
    assert sum((one.unrounded for one in found), Fraction()) == due


FACTS: list[Any] = [
    split(share("p-2", "0.5"), share("p-3", "0.5")),
    under("p-1", "boss"),
    under("p-2", "boss", "2026-02-11"),
    under("boss", "chief"),
    responsible("CN-E", share("p-7", "1")),
    Within(territory="CN-E-1", parent="CN-E"),
]
LINES = [line(1, 999, territory="CN-E-1"), line(2, 777, "2026-03-10", territory="CN-E"), line(3, 555, partner_id="p-2")]
EVERY = plan(
    rule(FLAT, rule_id="direct"),
    rule(FLAT, rule_id="deal", window="deal"),
    rule(FLAT, rule_id="territory", credit="territory", window="quarter"),
    rule({"override": {"rates": ["0.02", "0.01"]}}, credit="above", window="month"),
    rule(difference(("0.03", "0.06", "0.09")), credit="group"),
)


@settings(max_examples=30, deadline=None)
@given(arrived=st.permutations([*FACTS, *LINES]))
def test_whenever_it_is_told_who_is_credited_the_entries_are_the_same(arrived: list[Any]) -> None:
    calculation = Calculation("dealers", 1, EVERY)
    for one in arrived:
        calculation.add(Facts(lines=[one]) if isinstance(one, Line) else Facts(credits=credits_of(one)))
        calculation.entries()
    at_once = entries(EVERY, *LINES, credits=credits_of(*FACTS))
    assert encoded(calculation.entries()) == encoded(at_once)
    assert len({one.entry_id for one in at_once}) == len(at_once)
    assert paid(at_once) > 0


@pytest.mark.parametrize("limits", [{"most_paid": "15.00"}, {"most_each": "150"}])
def test_in_windows_of_a_deal_the_limits_are_those_of_each_deal(limits: dict[str, str]) -> None:
    made = plan(rule(FLAT, window="deal", limits=limits))
    deals = [line(1, 1000), line(2, 100), line(3, 50, order_id="o002", line_id="2")]
    assert [(one.part, str(one.amount)) for one in entries(made, *deals)] == [("o001", "15.00"), ("o002", "15.00")]


def test_a_minimum_is_guaranteed_for_each_deal_that_counts() -> None:
    made = plan(rule(FLAT, window="deal", limits={"guaranteed": "50.00"}))
    back = [line(1, 1000), line(2, 100), line(3, 70), line(4, -70, order_id="o003")]
    assert [str(one.amount) for one in entries(made, *back)] == ["100.00", "50.00", "0.00"]
