"""What may be asked of a KPI: which facts, grouped how, as of when and as known when."""

from collections.abc import Mapping
from datetime import date

from channel_terms import Periods
from msgspec import Struct


class Question(Struct, frozen=True, kw_only=True):
    """``first`` and ``last`` bound the date a fact counts on, ``as_of`` the date of its event, ``known_at`` the day it
    was recorded; all are inclusive. ``filters`` and ``trees`` are by the name of a dimension: with several values any of them
    will do, ``""`` is "none". ``groups`` are names of dimensions, and `Periods`."""

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
        return frozenset({*self.filters, *self.trees, *(group for group in self.groups if not isinstance(group, Periods))})
