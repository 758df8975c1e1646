"""Exchange: lines in other currencies, and what is paid in another, each at a rate that its entry keeps with its day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.domain.calculation import Calculation, Entry, encoded
from incentives.domain.calculation.entry import Step
from incentives.domain.exact import payable
from incentives.domain.facts import Facts, Line, Rate

from .plans import entries, line, plan, rule

PAYS = {"flat": {"rate": "0.1"}}


def rate(of: str, on: str, base: str = "USD", quote: str = "CNY") -> Rate:
    return Rate(base=base, quote=quote, on=date.fromisoformat(on), rate=Decimal(of))


USD = [rate("7.20", "2026-01-01"), rate("7.00", "2026-02-15"), rate("6.90", "2026-04-01")]
OUT = [rate("20.5", "2026-01-01", "CNY", "JPY"), rate("21", "2026-03-15", "CNY", "JPY")]


def paid_by(*lines: Line, rates: Sequence[Rate] = (), **more: Any) -> Entry:
    (one,) = entries(plan(rule(PAYS, window="quarter"), **more), *lines, rates=tuple(rates))
    return one


def test_lines_in_another_currency_count_at_the_rate_of_their_day_where_the_plan_says_so() -> None:
    sold = [line(1, 100, "2026-02-14", currency="USD"), line(2, 100, "2026-02-15", currency="USD"), line(3, 100)]
    assert str(paid_by(*sold, rates=USD).amount) == "10.00"
    one = paid_by(*sold, rates=USD, foreign="exchanged")
    assert (str(one.counted), str(one.amount)) == ("1520", "152.00")
    assert [of.exchanged and of.exchanged.rate for of in one.lines] == [Decimal("7.20"), Decimal("7.00"), None]


def test_a_line_without_a_rate_does_not_count_and_the_other_way_round_is_none() -> None:
    sold = [line(1, 100, "2026-02-14", currency="USD"), line(3, 100)]
    for rates in ([], USD[1:], [rate("0.14", "2026-01-01", "CNY", "USD")]):
        assert str(paid_by(*sold, rates=rates, foreign="exchanged").amount) == "10.00"


def test_what_is_paid_in_another_currency_is_rounded_once_to_its_own_unit() -> None:
    one = paid_by(line(1, "123.45"), rates=OUT, pays_in="JPY")
    assert (one.currency, str(one.amount), one.exchanged) == ("JPY", "259", OUT[1])  # 12.345 at 21 are 259.245
    assert [(change.step, change.before, change.after) for change in one.changes] == [
        (Step.EXCHANGED, Fraction("12.345"), Fraction("259.245")),
        (Step.ROUNDED, Fraction("259.245"), 259),
    ]
    assert str(paid_by(line(1, "123.45"), rates=OUT, pays_in="JPY", rate_on="first").amount) == "253"  # at 20.5: 253.0725


def test_what_has_no_rate_yet_is_not_paid_and_says_so() -> None:
    one = paid_by(line(1, 1000), pays_in="JPY")
    assert (str(one.amount), [change.step for change in one.changes]) == ("0", [Step.NO_RATE])


@settings(max_examples=30, deadline=None)
@given(arrived=st.permutations([*USD, *OUT, line(1, 100, "2026-02-14", currency="USD"), line(2, "7.77", "2026-05-01", currency="USD")]))
def test_whenever_rates_are_told_the_entries_are_the_same_and_recomputed_from_themselves(arrived: list[Rate | Line]) -> None:
    made = plan(rule(PAYS, window="quarter"), foreign="exchanged", pays_in="JPY")
    calculation = Calculation("dealers", 1, made)
    for one in arrived:
        calculation.add(Facts(lines=[one]) if isinstance(one, Line) else Facts(rates=(one,)))
        calculation.entries()
    found = calculation.entries()
    lines = [one for one in arrived if isinstance(one, Line)]
    rates = tuple(one for one in arrived if isinstance(one, Rate))
    assert encoded(found) == encoded(entries(made, *lines, rates=rates))
    for entry in found:
        assert entry.exchanged is not None
        assert entry.amount == payable(entry.unrounded * Fraction(entry.exchanged.rate), "JPY", entry.rounding)
