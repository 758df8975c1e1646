"""What may be done with the settlement: its calendar is set, and its periods end, are cut off, calculated and closed, in this order."""

from collections.abc import Iterator
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command
from channel_terms import HappenedOn, happened_on, planned_on
from msgspec import Meta, Struct, convert

from incentives.domain.settlement.calendar import SettlementCalendar
from incentives.domain.settlement.events import (
    EVENTS,
    PeriodCalculated,
    PeriodClosed,
    PeriodCutOff,
    PeriodEnded,
    SettlementCalendarSet,
    SettlementEvent,
)
from incentives.domain.settlement.state import Settlement, Stage, Standing, evolve

CALENDAR = "calendar"
"""The one stream of its kind: the brand settles by one calendar."""


@command("set_settlement_calendar", stream="settlement/{calendar_id}")
class SetSettlementCalendar(SettlementCalendar, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which periods earnings are settled. The same again changes nothing; another one holds from the first period on that is not cut
    off, and begins with its first day or before."""

    calendar_id: Annotated[str, Meta(pattern=r"^calendar\Z", max_length=8, examples=["calendar"])] = CALENDAR
    by: Annotated[Annotated[str, Meta(max_length=500)] | None, Meta(description="Taken from the token.", examples=["ann"])] = None
    on: HappenedOn = None


class EndPeriod(Struct, frozen=True):
    """Its days of grace are over."""

    name: str


class CutOff(Struct, frozen=True):
    """All that had arrived when it ended is posted."""

    name: str


class CalculatePeriod(Struct, frozen=True):
    """Its calculation day has come."""

    name: str


class ClosePeriod(Struct, frozen=True):
    """All of its statements are issued."""

    name: str


SettlementCommand: TypeAlias = SetSettlementCalendar | EndPeriod | CutOff | CalculatePeriod | ClosePeriod


def decide(command: SettlementCommand, settlement: Settlement, known: Known) -> Iterator[SettlementEvent]:
    if isinstance(command, SetSettlementCalendar):
        yield from _set(command, settlement, known)
        return
    calendar = settlement.calendar
    one = next((one for one in settlement.standing if one.period.name == command.name), None)
    if calendar is None or one is None:
        return  # closed long ago, or of a calendar that is replaced
    period = one.period
    match command:
        case EndPeriod() if one.stage is Stage.OPEN:
            yield PeriodEnded(period=period, occurred_on=period.cut_off_on)
        case CutOff() if one.stage is Stage.ENDED:
            yield PeriodCutOff(period=period, opened=calendar.after(period), zone=calendar.zone, occurred_on=period.cut_off_on)
        case CalculatePeriod() if not one.calculated:
            yield PeriodCalculated(period=period, occurred_on=period.calculated_on)
        case ClosePeriod() if one == settlement.calculable:
            yield PeriodClosed(period=period, occurred_on=period.calculated_on)


def _set(command: SetSettlementCalendar, settlement: Settlement, known: Known) -> Iterator[SettlementCalendarSet]:
    calendar = convert(command, SettlementCalendar, from_attributes=True)
    planned_on(calendar.begins, known)
    if settlement.calendar == calendar:
        return
    opened = calendar.at(calendar.begins if (standing := settlement.open) is None else standing.period.first)
    if standing is not None and _is_in_the_way(standing, opened.first == standing.period.first):
        raise Rejected("settlement_period_under_way", period=standing.period.name)
    replaced = None if standing is None else standing.period.name
    on = happened_on(command.on, known)
    yield SettlementCalendarSet(calendar=calendar, opened=opened, replaced=replaced, by=command.by or "", occurred_on=on)


def _is_in_the_way(standing: Standing, begins_alike: bool) -> bool:
    """Days that are settled already would be settled again, or those of a period that ends just now would be in two."""
    return standing.stage is not Stage.OPEN or not begins_alike


SETTLEMENT: Decider[SettlementCommand, Settlement, SettlementEvent] = Decider(
    "settlement", initial=Settlement(), decide=decide, evolve=evolve, events=EVENTS
)
