"""Fiscal calendars, as companies keep their books: years that begin with another month, and years of whole weeks.

Years of 52 or 53 weeks end always on the same weekday: the last one in a month, or the one nearest to the month's end, up to three
days into the next (26 CFR 1.441-2, both rules and their names). Each of their quarters has 13 weeks, in months of 4-4-5, 4-5-4 or 5-4-4
weeks; a 53rd week lengthens the last month of the year, as in the 4-5-4 calendar of the US National Retail Federation.
"""

import re
from itertools import accumulate

from channel_terms.periods import Calendar, ordinal

_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_SAID = re.compile(
    rf"(?:from (?P<first>{'|'.join(_MONTHS)})|(?P<pattern>4-4-5|4-5-4|5-4-4) to the (?P<rule>last|nearest) "
    rf"(?P<weekday>{'|'.join(_WEEKDAYS)}) of (?P<ends>{'|'.join(_MONTHS)}))(?P<named>, named by its first day)?"
)
SAID_LIKE = "'from april', '4-4-5 to the last saturday of june' or '4-5-4 to the nearest saturday of january, named by its first day'"


class Weeks(Calendar, frozen=True, kw_only=True):
    """Years of whole weeks. They end where the civil month before ``first`` does, on the ``weekday`` (0 is Monday) that is the last
    in it or, ``nearest``, nearest to its last day; by these civil months they are named, too."""

    pattern: tuple[int, int, int] = (4, 4, 5)
    weekday: int = 5
    nearest: bool = False

    def begins(self, year: int) -> tuple[int, ...]:
        first, behind = self._first_day(self._civil(year)), self._first_day(self._civil(year) + 1)
        return (*accumulate((7 * weeks for weeks in (self.pattern * 4)[:11]), initial=first), behind)

    def _first_day(self, civil: int) -> int:
        last = ordinal(civil, self.first) - 1
        over = (last - 1 - self.weekday) % 7  # days from the weekday to the month's end; ordinal 1 is a Monday
        return last - over + (7 if self.nearest and over > 3 else 0) + 1


def fiscal_calendar(said: str) -> Calendar:
    """The calendar that a setting names, `SAID_LIKE` this; ``ValueError`` for other texts."""
    if (found := _SAID.fullmatch(said)) is None:
        raise ValueError(f"not a fiscal year like {SAID_LIKE}")
    named_by_first = found["named"] is not None
    if found["first"]:
        return Calendar(_MONTHS.index(found["first"]) + 1, named_by_first)
    a, b, c = map(int, found["pattern"].split("-"))
    return Weeks(
        (_MONTHS.index(found["ends"]) + 1) % 12 + 1,
        named_by_first,
        pattern=(a, b, c),
        weekday=_WEEKDAYS.index(found["weekday"]),
        nearest=found["rule"] == "nearest",
    )
