"""Which events a reaction acts on, before anything is decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from channel_events.envelope import Unreadable
from channel_events.pure import Recorded
from channel_events.reaction import Reaction
from channel_events.subscription.fold import UnreadableEvent
from channel_events.told import told


class Judged(NamedTuple):
    """An event, and whether the reaction has anything to say to it; ``error`` when it cannot even be read."""

    event: Recorded
    acts: bool
    error: Exception | None = None


def judge(reaction: Reaction, events: Sequence[Recorded], effects_from: datetime) -> list[Judged]:
    """Those of the events that the reaction knows and that are new to it."""
    return [_judge(reaction, event) for event in events if event.data is not None and event.recorded_at >= effects_from]


def _judge(reaction: Reaction, event: Recorded) -> Judged:
    if type(event.data) is Unreadable:
        return Judged(event, True, UnreadableEvent(f"{event.type} {event.id}: {told(event.data.error)}"))
    try:
        # It acts when it begins with anything at all, be it a question; what it comes to is decided on the states.
        return Judged(event, next(iter(reaction.commands(event)), None) is not None)
    except Exception:  # raised again, and dealt with, when it is decided
        return Judged(event, True)
