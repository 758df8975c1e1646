"""Rounding once, and splitting without losing a cent."""

from decimal import Decimal
from fractions import Fraction

import pytest
from channel_events.pure import Rejected
from channel_terms import MINOR_DIGITS, rounded
from hypothesis import given
from hypothesis import strategies as st
from incentives.domain.exact import Rounding, payable, percent, split, summed, text

currencies = st.sampled_from(["CNY", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("value", "currency", "even", "up", "down"),
    [
        ("0.125", "CNY", "0.12", "0.13", "0.12"),
        ("0.135", "CNY", "0.14", "0.14", "0.13"),
        ("-0.125", "CNY", "-0.12", "-0.13", "-0.12"),
        ("2.5", "JPY", "2", "3", "2"),
        ("0.0005", "KWD", "0.000", "0.001", "0.000"),
        ("0.1249999", "CNY", "0.12", "0.12", "0.12"),
    ],
)
def test_half_a_cent_goes_where_the_plan_says(value: str, currency: str, even: str, up: str, down: str) -> None:
    made = [str(payable(Fraction(value), currency, how)) for how in (Rounding.HALF_EVEN, Rounding.HALF_UP, Rounding.DOWN)]
    assert made == [even, up, down]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6), currencies)
def test_half_even_is_what_everybody_here_rounds_by(value: Decimal, currency: str) -> None:
    assert payable(Fraction(value), currency, Rounding.HALF_EVEN) == rounded(value, currency)


def test_what_is_left_of_100_in_three_goes_to_one_of_them() -> None:
    thirds = dict.fromkeys("abc", Decimal(1))
    assert split(Decimal("100.00"), thirds, "CNY") == {"a": Decimal("33.34"), "b": Decimal("33.33"), "c": Decimal("33.33")}
    assert split(Decimal("-100.00"), thirds, "CNY") == {"a": Decimal("-33.34"), "b": Decimal("-33.33"), "c": Decimal("-33.33")}
    assert split(Decimal(100), thirds, "JPY") == {"a": 34, "b": 33, "c": 33}


@given(
    st.integers(-(10**9), 10**9),
    st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.decimals(0, 100, places=2), min_size=1, max_size=8),
    currencies,
    st.randoms(),
)
def test_the_parts_are_the_whole_whatever_order_they_come_in(units: int, shares: dict[str, Decimal], currency: str, random: object) -> None:
    total = Decimal(units).scaleb(-MINOR_DIGITS[currency])
    if not sum(shares.values()):
        with pytest.raises(Rejected, match="shares_invalid"):
            split(total, shares, currency)
        return
    parts = split(total, shares, currency)
    assert sum(parts.values()) == total
    whole, unit = sum(map(Fraction, shares.values())), Fraction(1, 10 ** MINOR_DIGITS[currency])
    assert all(abs(Fraction(parts[one]) - Fraction(total) * Fraction(share) / whole) < unit for one, share in shares.items())
    names = sorted(shares, reverse=True)
    assert split(total, {name: shares[name] for name in names}, currency) == parts


@pytest.mark.parametrize("shares", [{"a": "-1", "b": "2"}, {"a": "0"}])
def test_shares_that_are_none_are_refused(shares: dict[str, str]) -> None:
    with pytest.raises(Rejected, match="shares_invalid"):
        split(Decimal(1), {name: Decimal(share) for name, share in shares.items()}, "CNY")


def test_no_digit_is_lost_in_a_sum() -> None:
    assert summed([Decimal(10) ** 27, Decimal("0.0000000001")]) == 10**27 + Fraction(1, 10**10)


@pytest.mark.parametrize(
    ("value", "said"), [("1/8", "0.125"), ("-1/20", "-0.05"), ("1/3", "1/3"), ("12", "12"), ("-7/2", "-3.5"), ("0", "0")]
)
def test_a_number_is_said_exactly(value: str, said: str) -> None:
    assert text(Fraction(value)) == said
    assert Fraction(said) == Fraction(value)
    assert percent(Fraction(value)) == f"{text(Fraction(value) * 100)}%"
