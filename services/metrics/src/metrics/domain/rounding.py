"""From exact sums to the one rounded value of an answer."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from msgspec import Struct

from metrics.domain.kpi import Kpi, Unit

RATIO_PLACES = 6

# ISO 4217, list one: minor units that are not 2.
_OTHER_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_MINOR_DIGITS = {currency: digits for digits, currencies in _OTHER_DIGITS.items() for currency in currencies.split()}
# Python's usual 28 digits would refuse to round a sum with more of them.
_WIDE = Context(prec=1000, rounding=ROUND_HALF_EVEN)


class Rounded(Struct, frozen=True):
    """``value`` is null, with a ``reason``, where the KPI has none."""

    value: Decimal | None
    reason: str | None = None


def rounded(kpi: Kpi, numerator: Decimal, denominator: Decimal | None, currency: str | None) -> Rounded:
    """The KPI's value, rounded half-even once: money to the currency's minor unit, ratios to 6 places, counts not at all."""
    if denominator is not None:
        if not denominator:
            return Rounded(None, "denominator_zero")
        millionths = round(Fraction(numerator) / Fraction(denominator) * 10**RATIO_PLACES)
        return Rounded(Decimal(millionths).scaleb(-RATIO_PLACES, _WIDE))
    if kpi.unit is Unit.MONEY:
        digits = _MINOR_DIGITS.get(currency or "", 2)
        return Rounded(numerator.quantize(Decimal(1).scaleb(-digits), context=_WIDE))
    return Rounded(numerator)
