"""Rows of the log as `Recorded` events, and as states."""

from collections.abc import Iterable
from typing import Any, TypeVar

from channel_events.envelope import Unreadable, read, recorded
from channel_events.log.draft import Entry
from channel_events.log.errors import StreamUnreadable
from channel_events.pure import Decider, Recorded, Registry
from channel_events.told import told

State = TypeVar("State")


class EventReader:
    """Turns rows of ``event`` into `Recorded`, with the event classes of one service."""

    def __init__(self, service: str, registry: Registry) -> None:
        self.service = service
        self.registry = registry

    def fold(self, decider: Decider[Any, Any, Any], rows: Iterable[Any], entry: Entry) -> Entry:
        """One stream carried over its next events; `StreamUnreadable` when one of them cannot be read or folded."""
        state, version, last = entry
        decode, evolve = self.registry.decode, decider.evolve
        for row in rows:
            try:
                event = decode(row["type"], row["data"])
                if event is not None:
                    state = evolve(state, event)
            except Exception as error:  # whatever it is: the stream cannot be folded, and no other is to blame
                raise StreamUnreadable(row["stream"], row["type"], row["position"], told(error)) from error
            if event is None:
                raise StreamUnreadable(row["stream"], row["type"], row["position"], f"run the newest version of {self.service}")
            version, last = row["version"], row["id"]
        return Entry(state, version, last)

    def recorded(self, row: Any) -> Recorded:
        """Its data is None for an unknown type, `Unreadable` where it is not as its type says."""
        return recorded(self.service, row, read(self.registry.decode, row["type"], row["data"]))


def unread(events: Iterable[Recorded]) -> StreamUnreadable | None:
    """Why these events cannot be shown as what they say: the first that was not understood."""
    for event in events:
        if event.data is None or type(event.data) is Unreadable:
            why = "its type is not known" if event.data is None else told(event.data.error)
            return StreamUnreadable(event.stream, event.type, event.position, why)
    return None
