"""From exact sums to the one rounded value."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics.domain.kpi import Figures, Kpi
from metrics.domain.rounding import rounded
from metrics.facts.sales import PLACED

MONEY = Kpi("m", "", "", PLACED.gross)
RATIO = Kpi("r", "", "", PLACED.lines, denominator=PLACED.lines)


@pytest.mark.parametrize(
    ("exact", "currency", "value"),
    [
        ("0.125", "CNY", "0.12"),
        ("0.135", "USD", "0.14"),
        ("-0.125", "EUR", "-0.12"),
        ("2.5", "JPY", "2"),
        ("3.5", "KRW", "4"),
        ("1.0005", "KWD", "1.000"),
        ("7", "CNY", "7.00"),
    ],
)
def test_money_is_rounded_half_even_to_the_minor_unit_of_its_currency(exact: str, currency: str, value: str) -> None:
    assert str(rounded(MONEY, Figures(Decimal(exact)), currency)[0]) == value


def test_a_sum_of_any_size_can_be_rounded() -> None:
    assert rounded(MONEY, Figures(Decimal("9" * 40 + ".995")), "CNY")[0] == Decimal("1" + "0" * 40)


def test_a_ratio_of_nothing_is_null_with_its_reason() -> None:
    assert rounded(RATIO, Figures(Decimal(0), Decimal(0)), None) == (None, "denominator_zero")


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_ratio_is_within_half_a_millionth_of_the_exact_one(numerator: int, denominator: int) -> None:
    value, _ = rounded(RATIO, Figures(Decimal(numerator), Decimal(denominator)), None)
    assert value is not None
    assert abs(Fraction(value) - Fraction(numerator, denominator)) <= Fraction(1, 2 * 10**6)
    assert value.as_tuple().exponent == -6
