"""Days that have to follow each other."""

from datetime import date

from channel_events.pure import Rejected


def in_order(first: date, last: date) -> None:
    """`Rejected` when they do not. Decided, and not asked of the form: a day that cannot be is to be blamed itself first."""
    if last < first:
        raise Rejected("days_reversed", first=first, last=last)
