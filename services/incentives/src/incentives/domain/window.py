"""Windows: how long a rule accumulates before it begins again."""

from datetime import date
from enum import StrEnum
from functools import cache

from channel_terms import Calendar, Grain, Span


class Window(StrEnum):
    """From the first day of such a period to its last; each begins at nothing."""

    DEAL = "deal"
    """Each order by itself, on its day."""
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    LIFE = "life"
    """All days on which the plan holds."""

    @property
    def months(self) -> int:
        """How long; of `LIFE` more than any other."""
        return _MONTHS[self]


_MONTHS = {Window.DEAL: 0, Window.MONTH: 1, Window.QUARTER: 3, Window.HALF: 6, Window.YEAR: 12, Window.LIFE: 100_000}


class Windows:
    """The windows of one plan: of years that begin with the civil month ``begins``, within ``life``."""

    def __init__(self, begins: int, life: Span) -> None:
        self._calendar, self.life = _calendar(begins), life

    def at(self, window: Window, day: date) -> Span:
        """The one that ``day`` is in."""
        if window is Window.DEAL:
            return Span(day, day)
        return self.life if window is Window.LIFE else self._calendar.span(Grain(window.value), day)


@cache
def _calendar(begins: int) -> Calendar:
    return Calendar(first=begins)


def within(inner: Span, outer: Span) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last
