"""Business days: which days are worked, and counting by them."""

from collections.abc import Set
from datetime import date, timedelta

from msgspec import Struct

_DAY = timedelta(days=1)
WEEKEND = frozenset({5, 6})
"""Saturday and Sunday; Monday is 0."""


class BusinessDays(Struct, frozen=True):
    """Every day but ``weekend`` (weekdays, Monday is 0) and ``holidays``; ``worked`` are days of a weekend that are worked all the
    same, as China's calendar moves them to make a holiday longer (调休). Holidays are data: each year's are announced anew, and
    nothing here knows them. Days are those of the brand's zone.

    ``ValueError`` where a day is both, or no weekday is left: counting would never end.
    """

    weekend: Set[int] = WEEKEND
    holidays: Set[date] = frozenset()
    worked: Set[date] = frozenset()

    def __post_init__(self) -> None:
        if both := self.holidays & self.worked:
            raise ValueError(f"{min(both)} is both a holiday and worked")
        if self.weekend >= set(range(7)):
            raise ValueError("no weekday is worked")

    def __contains__(self, day: date) -> bool:
        return day in self.worked or (day.weekday() not in self.weekend and day not in self.holidays)

    def at_or_after(self, day: date) -> date:
        """``day``, or the first business day behind it."""
        return day if day in self else self.add(day, 1)

    def at_or_before(self, day: date) -> date:
        """``day``, or the last business day ahead of it."""
        return day if day in self else self.add(day, -1)

    def add(self, day: date, count: int) -> date:
        """The business day that is ``count`` behind ``day``, or ahead of it with less than 0; ``day`` itself is never counted, and
        with 0 it stays, business day or not. ``OverflowError`` where dates end."""
        step = _DAY if count >= 0 else -_DAY
        while count:
            day += step
            if day in self:
                count -= 1 if count > 0 else -1
        return day

    def count(self, first: date, last: date) -> int:
        """How many there are from ``first`` to ``last``, both included; 0 where ``last`` is earlier."""
        return sum(date.fromordinal(at) in self for at in range(first.toordinal(), last.toordinal() + 1))
