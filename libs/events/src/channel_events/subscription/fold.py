"""Steps in one transaction: the progress rows first, then what the events come to."""

from collections.abc import Sequence
from typing import Any

from channel_events.envelope import Unreadable
from channel_events.pure import Recorded
from channel_events.subscription.compose import compose
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.subscription.step import Step
from channel_events.subscription.write import write
from channel_events.view import View


class UnreadableEvent(Exception):
    """An event of a known type whose data is not as our model of it says."""


async def fold(connection: Any, view: View, table: ProgressTable, at: Sequence[Progress], steps: Sequence[Step]) -> list[Progress]:
    """Applies steps of different partitions and moves their rows, all or nothing; returns the rows as they now are.

    The compare-and-set comes first, so that a zombie has written nothing and holds no lock when it learns what it is.
    """
    moved = [step.after(row) for step, row in zip(steps, at, strict=True)]
    events = known([event for step in steps for event in step.events])
    changes = None if view.changes is None else compose(view, events)
    async with connection.transaction():
        await table.move(connection, at, moved)
        if changes is None and view.apply is not None:
            await view.apply(connection, events)
        for one in changes or ():
            await write(connection, one)
    return moved


def known(events: list[Recorded]) -> list[Recorded]:
    """Those whose type the reader knows."""
    found = [event for event in events if event.data is not None]
    for event in found:
        if type(event.data) is Unreadable:
            raise UnreadableEvent(f"{event.type} {event.id}: {event.data.error}")
    return found
