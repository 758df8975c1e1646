"""Exact numbers as the file says them, and rounding to what can be paid."""

from decimal import Decimal
from fractions import Fraction

_NO_DIGITS = frozenset(["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"])
_THREE_DIGITS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def digits(currency: str) -> int:
    """Behind the point, of ISO 4217."""
    return 0 if currency in _NO_DIGITS else 3 if currency in _THREE_DIGITS else 2


def unit(currency: str) -> Fraction:
    """The smallest that is paid in it."""
    return Fraction(1, 10 ** digits(currency))


def exact(text: str) -> Fraction:
    """``0.125``, ``1/3``. ``ValueError`` for what is no number."""
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise ValueError(f"{text!r} is no number") from None


def rounded(value: Fraction, currency: str, rounding: str) -> Fraction:
    """To the currency's smallest unit: ``half_even``, ``half_up`` (a half away from zero), ``down`` (towards zero)."""
    smallest = unit(currency)
    units = value / smallest
    if rounding == "half_even":
        return round(units) * smallest
    if rounding not in {"half_up", "down"}:
        raise ValueError(f"{rounding!r} is no way of rounding")
    size = abs(units) + (Fraction(1, 2) if rounding == "half_up" else 0)
    whole = size.numerator // size.denominator
    return (whole if units >= 0 else -whole) * smallest


def said(value: Fraction) -> str:
    """For people."""
    return str(Decimal(value.numerator) / Decimal(value.denominator))
