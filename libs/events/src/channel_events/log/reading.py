"""Rows of the log as `Recorded` events."""

from typing import Any

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
        previous = row["previous_id"]
        return Recorded(
            source=self.service,
            position=row["position"],
            id=str(row["id"]),
            stream=row["stream"],
            version=row["version"],
            type=row["type"],
            data=self.data(row),
            recorded_at=row["recorded_at"],
            recorded_on=row["recorded_on"],
            occurred_on=row["occurred_on"],
            partition=row["partition"],
            previous_position=row["previous_position"],
            previous_id=None if previous is None else str(previous),
            actor=row["actor"],
            reason=row["reason"],
            correlation=row["correlation"],
            causation=row["causation"],
            trace=row["trace"],
        )
