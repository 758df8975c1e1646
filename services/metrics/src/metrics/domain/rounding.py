"""From exact sums to the one rounded value of an answer."""

from decimal import Decimal
from fractions import Fraction

import channel_terms

from metrics.domain.facts import Unit
from metrics.domain.kpi import Figures, Kpi

RATIO_PLACES = 6


def rounded(kpi: Kpi, figures: Figures, currency: str | None) -> tuple[Decimal | None, str | None]:
    """The KPI's value, or why it has none; rounded half-even once: money to the currency's minor unit, ratios to 6 places."""
    if figures.denominator is not None and not figures.denominator:
        return None, "denominator_zero"
    if kpi.quantile:
        return figures.value, None
    if figures.denominator is not None:
        millionths = round(Fraction(figures.numerator) / Fraction(figures.denominator) * 10**RATIO_PLACES)
        return Decimal(f"{millionths}e-{RATIO_PLACES}"), None
    if kpi.unit is Unit.MONEY:
        return channel_terms.rounded(figures.numerator, currency or ""), None
    return figures.numerator, None
