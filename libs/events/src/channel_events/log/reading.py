"""Rows of the log as `Recorded` events."""

from typing import Any

from channel_events.envelope import recorded
from channel_events.pure import Recorded, Registry


class UnknownEvent(Exception):
    """The log holds an event type that this process does not know: it was written by a newer version of the service."""


class Reader:
    """Turns rows of ``event`` into `Recorded`, with the event classes of one service."""

    def __init__(self, service: str, registry: Registry) -> None:
        self.service = service
        self.registry = registry

    def data(self, row: Any, *, required: bool = False) -> Any:
        """The row's event object; ``None`` for an unknown type, or `UnknownEvent` where a state depends on it."""
        event = self.registry.decode(row["type"], row["data"])
        if event is None and required:
            raise UnknownEvent(f"{row['type']} at position {row['position']}: run the newest version of {self.service}")
        return event

    def recorded(self, row: Any) -> Recorded:
        return recorded(self.service, row, self.data(row))
