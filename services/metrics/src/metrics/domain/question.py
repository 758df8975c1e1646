"""What may be asked of a KPI: which facts, grouped how, as of when and as known when."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct


class Dimension(StrEnum):
    """What facts can be filtered and grouped by. All but the category are stamped on the fact when it happens."""

    PARTNER = "partner"
    CHANNEL_TYPE = "channel_type"
    SEGMENT = "segment"
    TERRITORY = "territory"
    SALES_REP = "sales_rep"
    PRODUCT = "product"
    PRODUCT_CATEGORY = "product_category"
    SOURCE = "source"
    WAREHOUSE = "warehouse"
    CURRENCY = "currency"


class Tree(StrEnum):
    """Filters by hierarchy: the named one and all under it, as the hierarchy was on the fact's date."""

    PARTNER = "partner_tree"
    TERRITORY = "territory_tree"


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
        if self in (Period.DAY, Period.WEEK):
            days = 0 if self is Period.DAY else 6
            return first + timedelta(days=min(days, (date.max - first).days))
        months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[self]
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        return date.max if year > date.max.year else date(year, month + 1, 1) - timedelta(days=1)


class Question(Struct, frozen=True, kw_only=True):
    """``first`` and ``last`` bound the date a fact counts on, ``as_of`` the date of its event, ``known_at`` the day it
    was recorded; all are inclusive. A filter with several values means any of them; ``""`` is "none"."""

    first: date | None = None
    last: date | None = None
    as_of: date | None = None
    known_at: date | None = None
    filters: Mapping[Dimension, tuple[str, ...]] = {}
    trees: Mapping[Tree, tuple[str, ...]] = {}
    groups: tuple[Dimension | Period, ...] = ()

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """All that must be on the rows to answer."""
        named = {*self.filters, *(group for group in self.groups if isinstance(group, Dimension))}
        trees = {Dimension.PARTNER if tree is Tree.PARTNER else Dimension.TERRITORY for tree in self.trees}
        return frozenset(named | trees)

    @property
    def by_product(self) -> bool:
        return bool(self.dimensions & {Dimension.PRODUCT, Dimension.PRODUCT_CATEGORY})
