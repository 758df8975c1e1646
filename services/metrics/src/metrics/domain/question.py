"""What may be asked of a KPI: which facts, grouped how, as of when and as known when."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct


class Period(StrEnum):
    """Calendar periods to group by; weeks are those of ISO 8601, beginning on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def label(self, first: date) -> str:
        """The name of the period that begins on ``first``: 2026-11-24, 2026-W48, 2026-11, 2026-Q4, 2026."""
        week = first.isocalendar()
        return {
            Period.DAY: first.isoformat(),
            Period.WEEK: f"{week.year:04}-W{week.week:02}",
            Period.MONTH: f"{first.year:04}-{first.month:02}",
            Period.QUARTER: f"{first.year:04}-Q{(first.month + 2) // 3}",
            Period.YEAR: f"{first.year:04}",
        }[self]

    def first_day(self, day: date) -> date:
        """The first day of the period that ``day`` is in."""
        match self:
            case Period.DAY:
                return day
            case Period.WEEK:
                return day - timedelta(days=min(day.weekday(), (day - date.min).days))
            case _:
                months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[self]
                return date(day.year, (day.month - 1) // months * months + 1, 1)

    def last_day(self, first: date) -> date:
        """The last day of the period that begins on ``first``."""
        longest = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92, Period.YEAR: 366}[self]
        if (date.max - first).days < longest:
            return date.max
        return self.first_day(first + timedelta(days=longest)) - timedelta(days=1)


class Question(Struct, frozen=True, kw_only=True):
    """``first`` and ``last`` bound the date a fact counts on, ``as_of`` the date of its event, ``known_at`` the day it
    was recorded; all are inclusive. ``filters`` and ``trees`` are by the name of a dimension: with several values any of them
    will do, ``""`` is "none". ``groups`` are names of dimensions, and periods."""

    first: date | None = None
    last: date | None = None
    as_of: date | None = None
    known_at: date | None = None
    filters: Mapping[str, tuple[str | int, ...]] = {}
    trees: Mapping[str, tuple[str, ...]] = {}
    groups: tuple[str, ...] = ()

    @property
    def dimensions(self) -> frozenset[str]:
        """All that must be on the rows to answer."""
        return frozenset({*self.filters, *self.trees, *(group for group in self.groups if not isinstance(group, Period))})
