"""Values of a question that is followed live, as they are told."""

from decimal import Context, Decimal

from metrics.application.answers import Value, narrowed, shown
from metrics.domain.kpi import Unit
from metrics.domain.question import Dimension, Period, Question
from metrics.domain.rounding import rounded
from metrics.domain.tally import DIMENSIONS, Place, Tally, groups_of

LIVE_GROUPS = (*sorted(DIMENSIONS), *Period)
"""What values can be followed by: periods, and all that an order has."""
_EXACT = Context(prec=1000)


def value_at(place: Place, question: Question, tally: Tally) -> Value:
    """A tally's value. Its numbers have no zeros at the end: those tell by which sums a process came to them, and all have
    to tell the same (test_two_processes_send_the_same)."""
    kpi, total = tally.kpis[place.kpi], tally.totals[place]
    keys = dict(zip(groups_of(kpi, place.grouping), place.group, strict=True))
    currency = str(keys[Dimension.CURRENCY]) if kpi.unit is Unit.MONEY else None
    numerator = _plain(total.numerator)
    denominator = _plain(total.denominator) if kpi.denominator else None
    return Value(
        group={group.value: shown(group, key) for group, key in keys.items()},
        names={},
        rounded=rounded(kpi, numerator, denominator, currency),
        numerator=numerator,
        denominator=denominator,
        currency=currency,
        facts=narrowed(question, keys),
    )


def _plain(number: Decimal) -> Decimal:
    return number.normalize(_EXACT)
