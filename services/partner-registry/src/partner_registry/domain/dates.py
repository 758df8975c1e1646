"""Business dates of commands. The clock stays outside: today arrives with the command."""

from datetime import date

import msgspec
from channel_events.pure import Rejected


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """A command with a business date: ``on``, or ``today`` (in the brand's zone) when the sender names none."""

    today: date
    on: date | None = None

    @property
    def day(self) -> date:
        return self.on or self.today


def refuse_future(command: Dated) -> None:
    """Refuses a date after today.

    The other services act on such a fact when it arrives: a suspension dated next month would stop orders at once.
    """
    if command.day > command.today:
        raise Rejected("date_in_future", on=command.day, today=command.today)


def refuse_before(command: Dated, last: date) -> None:
    """Refuses a date before that of the last change of the same kind: a history only ever grows at its end.

    Else what a report said of a past day would depend on the order in which the changes came in.
    """
    if command.day < last:
        raise Rejected("date_before_last_change", on=command.day, last=last)
