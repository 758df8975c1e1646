"""Steps in one transaction: the progress rows first, then what the events come to."""

from collections.abc import Sequence
from typing import Any

from channel_events.envelope import Unreadable
from channel_events.pure import Recorded
from channel_events.subscription.compose import compose
from channel_events.subscription.history import write_history
from channel_events.subscription.parking import Parking
from channel_events.subscription.progress import Progress, ProgressTable
from channel_events.subscription.step import Step
from channel_events.subscription.write import write
from channel_events.told import told
from channel_events.view import View


class UnreadableEvent(Exception):
    """An event of a known type whose data is not as our model of it says."""


async def fold(
    connection: Any, view: View, table: ProgressTable, parking: Parking, at: Sequence[Progress], steps: Sequence[Step]
) -> list[Progress]:
    """Applies steps of different partitions and moves their rows, all or nothing; returns the rows as they now are.

    The compare-and-set comes first, so that a zombie has written nothing and holds no lock when it learns what it is.
    Events of parked streams are parked behind the others of their stream.
    """
    moved = [step.after(row) for step, row in zip(steps, at, strict=True)]
    events = [event for step in steps for event in step.events]
    async with connection.transaction():
        parked = await table.move(connection, at, moved, {event.stream for event in events})
        if parked:
            await parking.park(connection, (), [event for event in events if event.stream in parked])
            events = [event for event in events if event.stream not in parked]
        await apply(view, connection, events)
    return moved


async def apply(view: View, connection: Any, events: list[Recorded]) -> None:
    """Writes what the events come to, in the caller's transaction; raises what the view raises."""
    understood = known(events)
    if view.apply is not None:
        await view.apply(connection, understood)
        return
    if view.history:
        await write_history(connection, view, understood)
        return
    for one in compose(view, understood):
        await write(connection, one)


def known(events: list[Recorded]) -> list[Recorded]:
    """Those whose type the reader knows."""
    found = [event for event in events if event.data is not None]
    for event in found:
        if type(event.data) is Unreadable:
            raise UnreadableEvent(f"{event.type} {event.id}: {told(event.data.error)}")
    return found
