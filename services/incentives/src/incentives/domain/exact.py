"""Exact numbers: nothing is rounded inside, and an amount once, to what can be paid in its currency, where it becomes an entry."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager  # import-rule: only the name of a type
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from enum import StrEnum
from fractions import Fraction

from channel_events.pure import Rejected
from channel_terms import MINOR_DIGITS


class Rounding(StrEnum):
    """What becomes of half a cent, and of less."""

    HALF_EVEN = "half_even"
    """To the nearest; a half to the even one, so that many of them cancel out."""
    HALF_UP = "half_up"
    """To the nearest; a half away from zero, as most contracts mean it (四舍五入)."""
    DOWN = "down"
    """Towards zero: what is not a whole cent is not paid (舍去)."""


def payable(value: Fraction, currency: str, rounding: Rounding) -> Decimal:
    """``value`` as it can be paid in the currency; with `Rounding.HALF_EVEN` what `channel_terms.rounded` makes of it."""
    digits = MINOR_DIGITS.get(currency, 2)
    return Decimal(_whole(value * 10**digits, rounding)).scaleb(-digits)


def is_payable(amount: Decimal, currency: str) -> bool:
    """Whether it is a whole number of the currency's smallest unit."""
    units: Fraction = Fraction(amount) * 10 ** MINOR_DIGITS.get(currency, 2)
    return units.denominator == 1


def _whole(value: Fraction, rounding: Rounding) -> int:
    if rounding is Rounding.HALF_EVEN:
        return round(value)
    shifted = abs(value) + (Fraction(1, 2) if rounding is Rounding.HALF_UP else 0)
    size = shifted.numerator // shifted.denominator
    return size if value >= 0 else -size


def split(total: Decimal, shares: Mapping[str, Decimal] | Mapping[str, Fraction], currency: str) -> dict[str, Decimal]:
    """``total``, which can be paid in the currency, among those who have ``shares``, by largest remainder: to the smallest unit the parts
    are the total. What is left over goes to the largest remainders, of equal ones to the first by name, whatever order they come in.

    `Rejected` (``shares_invalid``) where no share is more than 0, or one is less.
    """
    whole = sum(map(Fraction, shares.values()), Fraction())
    if whole <= 0 or min(shares.values()) < 0:
        raise Rejected("shares_invalid")
    unit = Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2))
    units = Fraction(total) / Fraction(unit)
    if units.denominator != 1:
        raise Rejected("shares_invalid")
    size, sign = abs(units.numerator), 1 if units >= 0 else -1
    due = {name: size * Fraction(share) / whole for name, share in shares.items()}
    given = {name: part.numerator // part.denominator for name, part in due.items()}
    last = sorted(due, key=lambda name: (given[name] - due[name], name))[: size - sum(given.values())]
    return {name: sign * (given[name] + (name in last)) * unit for name in shares}


def text(value: Fraction) -> str:
    """Exactly, as a decimal number where it is one, else as a fraction: ``0.125``, ``1/3``."""
    rest = value.denominator
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = max(twos, fives)
    if digits == 0:
        return str(value.numerator)
    size = str(abs(value.numerator) * 10**digits // value.denominator).rjust(digits + 1, "0")
    return f"{'-' if value < 0 else ''}{size[:-digits]}.{size[-digits:]}"


def percent(value: Fraction) -> str:
    """A share as people say it: ``2.5%``."""
    return f"{text(value * 100)}%"


_ALL_DIGITS = Context(prec=1000, traps=[Inexact, InvalidOperation])


def exactly() -> AbstractContextManager[object]:
    """Decimals are added and multiplied to the last digit in it: the usual 28 of Python would round large ones without a word."""
    return localcontext(_ALL_DIGITS)


def summed(amounts: Sequence[Decimal]) -> Fraction:
    with exactly():
        return Fraction(sum(amounts, Decimal(0)))
