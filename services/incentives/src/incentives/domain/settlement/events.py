"""What happens to the settlement's calendar and its periods."""

from datetime import date
from typing import TypeAlias

from channel_events.pure import event
from msgspec import Struct

from incentives.domain.settlement.calendar import Period, SettlementCalendar


@event("settlement_calendar_set")
class SettlementCalendarSet(Struct, frozen=True, kw_only=True):
    """``opened`` is the first period that is not cut off, by this calendar; in place of ``replaced``, which the one before had."""

    calendar: SettlementCalendar
    opened: Period
    replaced: str | None
    by: str
    occurred_on: date


class _OfPeriod(Struct, frozen=True, kw_only=True):
    period: Period
    occurred_on: date


@event("period_ended")
class PeriodEnded(_OfPeriod, frozen=True, kw_only=True):
    """Its days of grace are over: what has arrived is worked out, and then it is cut off."""


@event("period_cut_off")
class PeriodCutOff(_OfPeriod, frozen=True, kw_only=True):
    """Nothing more is posted in it. ``opened`` is the next; its days begin in ``zone``."""

    opened: Period
    zone: str


@event("period_calculated")
class PeriodCalculated(_OfPeriod, frozen=True, kw_only=True):
    """Its calculation day has come: statements are issued once it is cut off."""


@event("period_closed")
class PeriodClosed(_OfPeriod, frozen=True, kw_only=True):
    """Every payee has its statement, and none changes any more."""


SettlementEvent: TypeAlias = SettlementCalendarSet | PeriodEnded | PeriodCutOff | PeriodCalculated | PeriodClosed
EVENTS: tuple[type[SettlementEvent], ...] = (SettlementCalendarSet, PeriodEnded, PeriodCutOff, PeriodCalculated, PeriodClosed)
