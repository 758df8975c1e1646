"""When the steps of settling each period were done: for who watches that they are."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import TEXT, TIME, OwnLog, Set, Table, View
from channel_events.pure import Change, Recorded

from incentives.domain.settlement import SETTLEMENT
from incentives.domain.settlement.events import PeriodCalculated, PeriodClosed, PeriodCutOff, PeriodEnded
from incentives.views.ledgers import STANDING
from incentives.views.settlement_periods import TABLE as PERIOD

TABLE = Table(
    "settlement_run",
    key=("period",),
    columns={"period": TEXT, **dict.fromkeys(("ended_at", "cut_off_at", "calculated_at", "closed_at"), TIME)},
    shared=True,
)
_STEPS: dict[type[Any], str] = {
    PeriodEnded: "ended_at",
    PeriodCutOff: "cut_off_at",
    PeriodCalculated: "calculated_at",
    PeriodClosed: "closed_at",
}


def changes(event: Recorded) -> Iterator[Change]:
    if (step := _STEPS.get(type(event.data))) is not None:
        done: dict[str, Any] = {step: event.recorded_at}
        yield Set((event.data.period.name,), **done)


RUNS = View("settlement_runs", version=1, of=OwnLog(events=SETTLEMENT.events), tables=TABLE, changes=changes)

_c = TABLE.sql.c
_BEGAN = sa.func.greatest(_c.calculated_at, _c.cut_off_at)
"""From then on statements were issued: both have to be there, in whatever order they came."""


def _seconds(moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.extract("epoch", moment), 0)


def last_success() -> sa.Select[Any]:
    """When a period was closed last, in seconds since 1970; 0 when none was."""
    return sa.select(_seconds(sa.func.max(_c.closed_at)))


def duration() -> sa.Select[Any]:
    """How many seconds the last took from the moment when its statements could be issued; 0 when there was none."""
    last = sa.select((_c.closed_at - _BEGAN).label("took")).where(_c.closed_at.is_not(None)).order_by(_c.closed_at.desc()).limit(1)
    return sa.select(_seconds(sa.func.max(last.subquery().c.took)))


def waiting_since() -> sa.Select[Any]:
    """Since when the oldest step could have been done that is not, in seconds since 1970; 0 when there is none."""
    cutting = sa.case((_c.cut_off_at.is_(None), _c.ended_at))
    both = sa.and_(_c.calculated_at.is_not(None), _c.cut_off_at.is_not(None))
    closing = sa.case((sa.and_(both, _c.closed_at.is_(None)), _BEGAN))
    return sa.select(_seconds(sa.func.min(sa.func.least(cutting, closing))))


def payees_left() -> sa.Select[Any]:
    """How many have no statement yet of the periods that are being calculated."""
    p, s = PERIOD.sql.c, STANDING.sql.c
    due = sa.select(sa.func.max(p.last)).where(p.stage == "cut_off", p.calculated_at.is_(None)).scalar_subquery()
    return sa.select(sa.func.count()).select_from(STANDING.sql).where(sa.or_(s.stated.is_(None) & due.is_not(None), s.stated < due))
