"""Business dates of commands: today when none is named, and never one that only a slip of the keyboard can mean."""

from datetime import date, timedelta
from typing import Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo

from channel_events.pure import Known, Rejected
from msgspec import Meta

from channel_terms.written import Written, Wrong

EARLIEST = date(1970, 1, 1)


class Ahead:
    """Stands in the annotation of a command's date: how far it may lie ahead of today. Doors bound what is declared so
    (`check_days`); tests/test_dates_at_doors.py finds a date that is not."""

    __slots__ = ("most",)

    def __init__(self, most: timedelta) -> None:
        self.most = most


HAPPENED = Ahead(timedelta(days=2))
"""Of what has happened: time zones, and clocks that are a little wrong."""
PLANNED = Ahead(timedelta(days=20 * 366))
"""Of a plan."""

HappenedOn: TypeAlias = Annotated[
    date | None, HAPPENED, Meta(description="The business date of what happened; today when left out.", examples=["2026-11-24"])
]
PlannedOn: TypeAlias = Annotated[
    date | None,
    PLANNED,
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
    return within(on or known.today, HAPPENED, known.today)


def planned_on(on: date | None, known: Known) -> date:
    """The day from which something holds; it may lie far ahead, but not beyond all plans."""
    return within(on or known.today, PLANNED, known.today)


def within(day: date, ahead: Ahead, today: date, **more: Any) -> date:
    """``day``; `Rejected` (``date_implausible``, with the facts ``more``) outside of what can be."""
    # A wrong clock or a year 9999 must not become a business date: a KPI would count it on a day that nobody looks at.
    latest = today + ahead.most
    if not EARLIEST <= day <= latest:
        raise Rejected("date_implausible", on=day, earliest=EARLIEST, latest=latest, **more)
    return day
