"""What the days of a partner's life must keep to."""

from datetime import date
from typing import Annotated, TypeAlias

from channel_events.pure import Known, Rejected
from channel_terms import PLANNED, Ahead
from msgspec import Meta

UntilToday: TypeAlias = Annotated[
    date | None,
    Ahead(PLANNED.most),
    Meta(description="The business date of what happened; today when left out, and no later day.", examples=["2026-11-24"]),
]
"""Bounded like a plan: a day ahead that can be meant has a refusal of its own, which says what to do (`refuse_future`)."""


def refuse_future(on: date, known: Known) -> None:
    """Refuses a date after today.

    The other services act on such a fact when it arrives: a suspension dated next month would stop orders at once.
    """
    if on > known.today:
        raise Rejected("date_in_future", on=on, today=known.today)


def refuse_before(on: date, last: date) -> None:
    """Refuses a date before that of the last change of the same kind: a history only ever grows at its end.

    Else what a report said of a past day would depend on the order in which the changes came in.
    """
    if on < last:
        raise Rejected("date_before_last_change", on=on, last=last)
