"""Periods: the day, week, month, quarter, half or year that a day is in, its name, and the way back from the name.

A calendar says where its years and their twelve months begin; quarters are three of its months and halves six. `CIVIL` is
everybody's, those of `channel_terms.fiscal` are a company's own. Weeks are those of ISO 8601 in all of them: from Monday on, of
the year that most of their days are in.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple, Self

from msgspec import Struct

from channel_terms.days import EARLIEST


class Grain(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


class Span(NamedTuple):
    """A period by its first and last day, which are both in it. Any two days in order make one; its name is that of ISO 8601."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"


MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}
_LETTERS = {Grain.MONTH: "P", Grain.QUARTER: "Q", Grain.HALF: "H"}
_GRAINS = {"P": Grain.MONTH, "Q": Grain.QUARTER, "H": Grain.HALF, "": Grain.MONTH, None: Grain.YEAR}
_NAME = re.compile(r"(?P<prefix>|FY)(?P<year>[0-9]{4,5})(?:-(?P<letter>[PQH]?)(?P<number>[0-9]{1,2}))?", re.ASCII)


class Calendar(Struct, frozen=True):
    """Years that begin with the civil month ``first``, 1 to 12; from ``first_of_year`` on they are civil months all through.

    Where that is not January, a year lies in two civil ones. It is named for that of its last day (the fiscal 2026 of most
    countries and companies) or, ``named_by_first``, for that of its first (Japan's 年度, the retail calendar of the US).
    ``prefix`` tells names of fiscal periods from civil ones: FY2026-P08 is the eighth month, FY2026-Q3, FY2026-H2 and FY2026.
    """

    first: int = 1
    named_by_first: bool = False
    prefix: str = "FY"

    def begins(self, year: int) -> tuple[int, ...]:
        """Of the year of this name, the first days of its months and of the year behind it, as ordinals: they may lie outside
        of what dates have."""
        return tuple(ordinal(self._civil(year), self.first + month) for month in range(13))

    def _civil(self, year: int) -> int:
        """The civil year in which the year of this name begins."""
        return year if self.first == 1 or self.named_by_first else year - 1

    def span(self, grain: Grain, day: date) -> Span:
        """The period that ``day`` is in; cut where dates end."""
        if grain is Grain.DAY:
            return Span(day, day)
        if grain is Grain.WEEK:
            first = day.toordinal() - day.weekday()
            return Span(_date(first), _date(first + 6))
        year, number = self._place(grain, day)
        return self._span(grain, year, number)

    def spans(self, grain: Grain, over: Span) -> Iterator[Span]:
        """The periods of which a day is in ``over``, in order."""
        span = self.span(grain, over.first)
        while span.first <= over.last:
            yield span
            if span.last == date.max:
                return
            span = self.span(grain, span.last + timedelta(days=1))

    def name(self, grain: Grain, day: date) -> str:
        """What the period that ``day`` is in is called: 2026-11-24, 2026-W48, 2026-11, 2026-Q4, 2026-H2, 2026."""
        if grain is Grain.DAY:
            return day.isoformat()
        if grain is Grain.WEEK:
            week = day.isocalendar()
            return f"{week.year:04}-W{week.week:02}"
        year, number = self._place(grain, day)
        if grain is Grain.YEAR:
            return f"{self.prefix}{year:04}"
        if grain is Grain.MONTH:
            return f"{self.prefix}{year:04}-{_LETTERS[grain] if self.prefix else ''}{number + 1:02}"
        return f"{self.prefix}{year:04}-{_LETTERS[grain]}{number + 1}"

    def named(self, name: str) -> Span:
        """The period of this name, as `name` or a `Span` writes it; ``ValueError`` for what is none of this calendar's."""
        span = self._read(name)
        if span is None or (name != str(span) and all(self.name(grain, span.first) != name for grain in Grain)):
            raise ValueError(f"{name!r} is no period")
        return span

    def _read(self, name: str) -> Span | None:
        if "/" in name:
            first, last = map(date.fromisoformat, name.split("/", 1))
            return Span(first, last) if first <= last else None
        if (found := _NAME.fullmatch(name)) is None:
            return self.span(Grain.WEEK if "W" in name else Grain.DAY, date.fromisoformat(name))
        grain = _GRAINS[found["letter"]]
        number = int(found["number"] or 1) - 1
        if not 0 <= number < 12 // MONTHS[grain]:
            return None
        return self._span(grain, int(found["year"]), number)

    def _place(self, grain: Grain, day: date) -> tuple[int, int]:
        """The name of the year that ``day`` is in, and the how manieth of its periods, from 0 on."""
        at, year = day.toordinal(), day.year + 1
        while _begins(self, year)[0] > at:
            year -= 1
        return year, (bisect(_begins(self, year), at) - 1) // MONTHS[grain]

    def _span(self, grain: Grain, year: int, number: int) -> Span:
        begins, months = _begins(self, year), MONTHS[grain]
        return Span(_date(begins[number * months]), _date(begins[(number + 1) * months] - 1))


CIVIL = Calendar(prefix="")
"""The calendar of everyday life."""


class Periods(str):
    """All periods of one grain in a calendar, by the name under which figures are grouped: ``month``, ``fiscal_month``."""

    grain: Grain
    calendar: Calendar

    def __new__(cls, grain: Grain, calendar: Calendar = CIVIL) -> Self:
        made = super().__new__(cls, grain if calendar is CIVIL else f"fiscal_{grain}")
        made.grain, made.calendar = grain, calendar
        return made

    @classmethod
    def every(cls, fiscal: Calendar) -> dict[str, Self]:
        """All there are, by name, with those of a company's own calendar, whose days and weeks are everybody's."""
        found = [*map(cls, Grain), *(cls(grain, fiscal) for grain in Grain if grain not in {Grain.DAY, Grain.WEEK})]
        return {str(one): one for one in found}

    def span(self, day: date) -> Span:
        """The one that ``day`` is in."""
        return self.calendar.span(self.grain, day)

    def name(self, day: date) -> str:
        """What the one that ``day`` is in is called."""
        return self.calendar.name(self.grain, day)

    @property
    def first_days(self) -> list[date]:
        """Of all in which business can lie: no door takes an earlier date, nor one far ahead of its day."""
        return _first_days(self.calendar, self.grain)


def ordinal(year: int, month: int) -> int:
    """The first day of a civil month as ``date.toordinal`` counts, in years beyond those of dates, too: they repeat every 400.
    ``month`` may be any number; 13 is the January behind."""
    cycles, within = divmod(year + (month - 1) // 12, 400)
    return date(within + 400, (month - 1) % 12 + 1, 1).toordinal() + (cycles - 1) * 146_097


@lru_cache(maxsize=4096)
def _begins(calendar: Calendar, year: int) -> tuple[int, ...]:
    return calendar.begins(year)


@cache
def _first_days(calendar: Calendar, grain: Grain) -> list[date]:
    return [span.first for span in calendar.spans(grain, Span(EARLIEST, date(2200, 12, 31)))]


_LAST = date.max.toordinal()


def _date(at: int) -> date:
    return date.fromordinal(min(max(at, 1), _LAST))
