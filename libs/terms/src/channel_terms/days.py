"""Business dates of commands: today when none is named, and never one that only a slip of the keyboard can mean."""

from datetime import date, timedelta
from typing import Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo

from channel_events.pure import Known, Rejected
from msgspec import Meta

from channel_terms.written import Written, Wrong

EARLIEST = date(1970, 1, 1)
AHEAD = timedelta(days=2)
"""How far what has happened may lie ahead: time zones, and clocks that are a little wrong."""
PLANNED = timedelta(days=20 * 366)
"""How far a plan may lie ahead."""

HappenedOn: TypeAlias = Annotated[
    date | None, Meta(description="The business date of what happened; today when left out.", examples=["2026-11-24"])
]
PlannedOn: TypeAlias = Annotated[
    date | None,
    Meta(description="The business date from which it holds, which may lie ahead; today when left out.", examples=["2026-11-24"]),
]


def _zone(value: Any) -> Any:
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (KeyError, OSError, ValueError):
            raise Wrong("must be a time zone of the IANA list, like Asia/Shanghai", "应为 IANA 时区名称，如 Asia/Shanghai") from None
    return value


Zone: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, examples=["Asia/Shanghai"]), Written(_zone)]
"""A time zone, by its IANA name."""


def happened_on(on: date | None, known: Known) -> date:
    """The day on which something happened; `Rejected` (``date_implausible``) outside of what can be."""
    return _within(on or known.today, known.today, known.today + AHEAD)


def planned_on(on: date | None, known: Known) -> date:
    """The day from which something holds; it may lie far ahead, but not beyond all plans."""
    return _within(on or known.today, known.today, known.today + PLANNED)


def _within(day: date, today: date, latest: date) -> date:
    # A wrong clock or a year 9999 must not become a business date: a KPI would count it on a day that nobody looks at.
    if not EARLIEST <= day <= latest:
        raise Rejected("date_implausible", on=day, earliest=EARLIEST, latest=latest)
    return day
