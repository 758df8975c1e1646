"""What may be asked of a KPI: which facts, grouped how, as of when and as known when."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Self

from channel_terms import CIVIL, EARLIEST, Calendar, Grain, Span
from msgspec import Struct


class Period(str):
    """What facts are grouped by in time: one grain of a calendar, by its name in groups: ``month``, ``fiscal_month``."""

    grain: Grain
    calendar: Calendar

    def __new__(cls, grain: Grain, calendar: Calendar = CIVIL) -> Self:
        made = super().__new__(cls, grain if calendar is CIVIL else f"fiscal_{grain}")
        made.grain, made.calendar = grain, calendar
        return made

    @classmethod
    def every(cls, fiscal: Calendar) -> dict[str, Self]:
        """All there are, by name, with those of the brand's own calendar, whose days and weeks are everybody's."""
        found = [*map(cls, Grain), *(cls(grain, fiscal) for grain in Grain if grain not in {Grain.DAY, Grain.WEEK})]
        return {str(one): one for one in found}

    def label(self, day: date) -> str:
        """The name of the period that ``day`` is in."""
        return self.calendar.name(self.grain, day)

    def first_day(self, day: date) -> date:
        return self.calendar.span(self.grain, day).first

    def last_day(self, day: date) -> date:
        return self.calendar.span(self.grain, day).last

    @property
    def first_days(self) -> list[date]:
        """Of all periods in which facts can lie: no door takes an earlier business date, nor one far ahead of its day."""
        return _first_days(self.calendar, self.grain)


@cache
def _first_days(calendar: Calendar, grain: Grain) -> list[date]:
    return [span.first for span in calendar.spans(grain, Span(EARLIEST, date(2200, 12, 31)))]


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
