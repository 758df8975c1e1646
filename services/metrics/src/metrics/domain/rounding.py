"""From exact sums to the one rounded value of an answer."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from metrics.domain.facts import Unit
from metrics.domain.kpi import Figures, Kpi

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


def rounded(kpi: Kpi, figures: Figures, currency: str | None) -> tuple[Decimal | None, str | None]:
    """The KPI's value, or why it has none; rounded half-even once: money to the currency's minor unit, ratios to 6 places."""
    if figures.denominator is not None and not figures.denominator:
        return None, "denominator_zero"
    if kpi.quantile:
        return figures.value, None
    if figures.denominator is not None:
        millionths = round(Fraction(figures.numerator) / Fraction(figures.denominator) * 10**RATIO_PLACES)
        return Decimal(millionths).scaleb(-RATIO_PLACES, _WIDE), None
    if kpi.unit is Unit.MONEY:
        digits = _MINOR_DIGITS.get(currency or "", 2)
        return figures.numerator.quantize(Decimal(1).scaleb(-digits), context=_WIDE), None
    return figures.numerator, None
