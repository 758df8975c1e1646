"""``at(CLOSE, instant, *events) == [On(...)]``: the commands that a timer gives by an instant, after what happened."""

from datetime import datetime
from typing import Any

from channel_events.pure import On
from channel_events.timer import Due, Timer

from channel_testing.failing import must
from channel_testing.reactions import targets
from channel_testing.views import feed


def at(timer: Timer, instant: datetime, *events: Any) -> list[On]:
    """``events`` are folded into the timer's view; what is due in it then gives its commands, the longest due first.

    They are asked for twice: ``AssertionError`` when they differ. A refusal is raised as `Rejected`.
    """
    rows = feed(timer.due.view, *events).rows(timer.due.table.name)
    times = ((row[timer.due.at], row[timer.due.key]) for row in rows if row[timer.due.at] is not None)
    due = [Due(key, when) for when, key in sorted(times) if when <= instant]
    first, again = ([on for one in due for on in targets(timer.commands(one), {})] for _ in range(2))
    must(first == again, f"timer {timer.name} is not pure: {again!r}, not {first!r}")
    return first
