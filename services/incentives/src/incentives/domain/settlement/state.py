"""The settlement as its events tell it: its calendar, and the periods that are not closed."""

from datetime import date
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from incentives.domain.settlement.calendar import Period, SettlementCalendar
from incentives.domain.settlement.events import (
    PeriodCalculated,
    PeriodClosed,
    PeriodCutOff,
    PeriodEnded,
    SettlementCalendarSet,
    SettlementEvent,
)


class Stage(StrEnum):
    OPEN = "open"
    ENDED = "ended"
    CUT_OFF = "cut_off"
    CLOSED = "closed"


class Standing(Struct, frozen=True, kw_only=True):
    """A period that is not closed. ``calculated``: its calculation day has come."""

    period: Period
    stage: Stage
    calculated: bool = False


class Settlement(Struct, frozen=True, kw_only=True):
    """``standing`` in the order of time; the last one is open or ended, those before it are cut off."""

    calendar: SettlementCalendar | None = None
    standing: tuple[Standing, ...] = ()
    closed: Period | None = None
    """The last that was."""

    @property
    def open(self) -> Standing | None:
        """The first period that still takes postings."""
        return self.standing[-1] if self.standing else None

    @property
    def calculable(self) -> Standing | None:
        """The first whose statements are to be issued."""
        first = self.standing[0] if self.standing else None
        return first if first is not None and first.stage is Stage.CUT_OFF and first.calculated else None

    def taking(self, day: date) -> list[Period]:
        """The periods that take postings, to that of ``day``; the first at least."""
        if self.calendar is None or self.open is None:
            return []
        found = [self.open.period]
        while found[-1].last < day:
            found.append(self.calendar.after(found[-1]))
        return found


def evolve(settlement: Settlement, event: SettlementEvent) -> Settlement:
    if isinstance(event, SettlementCalendarSet):
        cut_off = settlement.standing[:-1]
        return replace(settlement, calendar=event.calendar, standing=(*cut_off, Standing(period=event.opened, stage=Stage.OPEN)))
    if isinstance(event, PeriodClosed):
        return replace(settlement, standing=settlement.standing[1:], closed=event.period)
    moved = tuple(_moved(one, event) if one.period == event.period else one for one in settlement.standing)
    if isinstance(event, PeriodCutOff):
        moved = (*moved, Standing(period=event.opened, stage=Stage.OPEN))
    return replace(settlement, standing=moved)


def _moved(one: Standing, event: PeriodEnded | PeriodCutOff | PeriodCalculated) -> Standing:
    match event:
        case PeriodEnded():
            return replace(one, stage=Stage.ENDED)
        case PeriodCutOff():
            return replace(one, stage=Stage.CUT_OFF)
        case PeriodCalculated():
            return replace(one, calculated=True)
