"""What was to be reached, of the quotas that a payee has."""

from collections.abc import Sequence
from fractions import Fraction

from channel_terms import Span

from incentives.domain.facts import Quota
from incentives.domain.window import within


def quota_in(quotas: Sequence[Quota], measure: str, span: Span, *, prorated: bool = False) -> Fraction:
    """The sum of the quotas that lie within ``span``; ``prorated``: of one that reaches beyond it as much as it has days in it."""
    total = Fraction()
    for one in quotas:
        if one.measure != measure:
            continue
        if within(one.span, span):
            total += Fraction(one.amount)
        elif prorated:
            days = (min(one.last, span.last) - max(one.first, span.first)).days + 1
            total += Fraction(one.amount) * Fraction(max(days, 0), (one.last - one.first).days + 1)
    return total


def quota_over(quotas: Sequence[Quota], measure: str, span: Span) -> Fraction:
    """The sum of the quotas that hold during all of ``span``, each whole: how large the contract is of which this is a part."""
    return sum((Fraction(one.amount) for one in quotas if one.measure == measure and within(span, one.span)), Fraction())
