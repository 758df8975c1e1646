"""The periods by which earnings are settled, and the days on which each is cut off and calculated: data, as contracts say them."""

from datetime import date, timedelta
from typing import Annotated, Any, TypeAlias

from channel_terms import CIVIL, SAID_LIKE, Calendar, Grain, Span, Written, Wrong, Zone, fiscal_calendar
from msgspec import Meta, Struct

_GRAINS = ("month", "quarter", "half", "year")
DayCount: TypeAlias = Annotated[int, Meta(ge=0, le=366, examples=[5])]


def _grain(value: Any) -> Any:
    if isinstance(value, str) and value not in _GRAINS:
        raise Wrong(f"has to be one of {', '.join(_GRAINS)}", f"应为 {'、'.join(_GRAINS)} 之一")
    return value


def _year(value: Any) -> Any:
    if isinstance(value, str):
        try:
            fiscal_calendar(value)
        except ValueError:
            raise Wrong(f"has to be like {SAID_LIKE}", f"应形如 {SAID_LIKE}") from None
    return value


class Period(Struct, frozen=True, kw_only=True):
    """``cut_off_on``: from the beginning of this day on, what arrives belongs to the next; ``calculated_on``: statements are issued."""

    name: str
    first: date
    last: date
    cut_off_on: date
    calculated_on: date


class SettlementCalendar(Struct, frozen=True, kw_only=True):
    """January with 5 days of grace and calculation on day 10: what arrives until 5 February belongs to it if it happened until 31
    January, and statements are issued on 10 February."""

    grain: Annotated[str, Meta(description="month, quarter, half or year.", examples=["month"]), Written(_grain)]
    begins: Annotated[
        date, Meta(description="The period of this day is the first; what was before it is settled in it.", examples=["2026-01-01"])
    ]
    zone: Zone
    year: Annotated[
        str | None, Meta(description="The company's own year; without one civil ones.", examples=["from april"]), Written(_year)
    ] = None
    grace_days: Annotated[DayCount, Meta(description="For what arrives late, after the last day.", examples=[5])] = 0
    calculation_day: Annotated[
        DayCount, Meta(description="Days after the last on which statements are issued; not before the cut-off.", examples=[10])
    ] = 0
    objection_days: Annotated[DayCount, Meta(description="A statement that nobody objects to within these days stands.", examples=[14])] = 0

    dispute_days: Annotated[DayCount, Meta(description="Within which a dispute is to be decided.", examples=[10])] = 10

    @property
    def periods(self) -> Calendar:
        return CIVIL if self.year is None else fiscal_calendar(self.year)

    def at(self, day: date) -> Period:
        """The period that ``day`` is in."""
        span = self.periods.span(Grain(self.grain), day)
        return Period(
            name=self.periods.name(Grain(self.grain), day),
            first=span.first,
            last=span.last,
            cut_off_on=span.last + timedelta(days=self.grace_days + 1),
            calculated_on=span.last + timedelta(days=max(self.calculation_day, self.grace_days + 1)),
        )

    def after(self, period: Period) -> Period:
        return self.at(period.last + timedelta(days=1))

    def until(self, day: date) -> list[Period]:
        """From the first to that of ``day``; the first at least."""
        over = Span(self.begins, max(day, self.begins))
        return [self.at(span.first) for span in self.periods.spans(Grain(self.grain), over)]
