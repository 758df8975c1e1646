"""Portions of an amount: more than nothing, at most all of it."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, TypeAlias

from channel_terms import MINOR_DIGITS, Amount, Written, Wrong
from msgspec import Meta

from incentives.domain.exact import Rounding, payable


def _portion(value: Any) -> Any:
    try:
        fits = not isinstance(value, str | int | Decimal) or isinstance(value, bool) or 0 < Decimal(value) <= 1
    except ArithmeticError:
        return value  # no number: said by what reads amounts
    if not fits:
        raise Wrong("must be more than 0 and at most 1", "应大于 0 且不超过 1")
    return value


Portion: TypeAlias = Annotated[Amount, Meta(examples=["0.5"]), Written(_portion)]
"""0.5 is half of it."""

WHOLE = Decimal(1)


def is_payable(amount: Decimal, currency: str) -> bool:
    """Whether it is a whole number of the currency's smallest unit."""
    units = Fraction(amount) * Fraction(10) ** MINOR_DIGITS.get(currency, 2)
    return Fraction(units).denominator == 1


def portion_of(amount: Decimal, portion: Decimal, currency: str) -> Decimal:
    """So much of an amount, without what is less than the currency's smallest unit."""
    return payable(Fraction(amount) * Fraction(portion), currency, Rounding.DOWN)
