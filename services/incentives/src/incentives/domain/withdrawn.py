"""What was agreed or opened, and was wrong."""

from datetime import date

from channel_events.pure import Rejected


def refuse_withdrawn(subject: str, withdrawn_on: date | None) -> None:
    """`Rejected` where it was: whoever goes on by it finds out before anything is owed."""
    if withdrawn_on is not None:
        raise Rejected("support_withdrawn", subject=subject, withdrawn_on=withdrawn_on)
