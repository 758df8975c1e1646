"""The periods by which earnings are settled, and when each ends and is calculated."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from channel_events import DATE, TEXT, TIME, Delete, OwnLog, Put, Set, Table, View
from channel_events.pure import Change, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.settlement import SETTLEMENT, Period, Stage
from incentives.domain.settlement.events import PeriodCalculated, PeriodClosed, PeriodCutOff, PeriodEnded, SettlementCalendarSet

TABLE = Table(
    "settlement_period",
    key=("period",),
    columns={
        "period": TEXT,
        "stage": TEXT,
        "zone": TEXT,
        **dict.fromkeys(("first", "last", "cut_off_on", "calculated_on"), DATE),
        **dict.fromkeys(("ends_at", "calculated_at"), TIME),
    },
    indexes=[("ends_at",), ("calculated_at",), ("first", "period")],
    shared=True,
)
"""``ends_at`` and ``calculated_at`` are null once they are over, and until its turn comes."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case SettlementCalendarSet() as e:
            if e.replaced is not None:
                yield Delete((e.replaced,))
            yield _opened(e.opened, e.calendar.zone)
        case PeriodEnded() as e:
            yield Set((e.period.name,), stage=Stage.ENDED.value, ends_at=None)
        case PeriodCutOff() as e:
            yield Set((e.period.name,), stage=Stage.CUT_OFF.value)
            yield _opened(e.opened, e.zone)
        case PeriodCalculated() as e:
            yield Set((e.period.name,), calculated_at=None)
        case PeriodClosed() as e:
            yield Set((e.period.name,), stage=Stage.CLOSED.value)


def _opened(period: Period, zone: str) -> Put:
    times: dict[str, Any] = {"ends_at": _begin(period.cut_off_on, zone), "calculated_at": _begin(period.calculated_on, zone)}
    days: dict[str, Any] = {name: getattr(period, name) for name in ("first", "last", "cut_off_on", "calculated_on")}
    return Put((period.name,), stage=Stage.OPEN.value, zone=zone, **days, **times)


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))


async def stage_of(read: AsyncConnection, period: Period) -> Stage | None:
    """As it is shown; None where the period is not there yet."""
    found = (await read.execute(sa.select(TABLE.sql.c.stage).where(TABLE.sql.c.period == period.name))).scalar()
    return None if found is None else Stage(found)


PERIODS = View("settlement_periods", version=1, of=OwnLog(events=SETTLEMENT.events), tables=TABLE, changes=changes)
