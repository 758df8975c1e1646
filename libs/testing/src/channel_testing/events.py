"""Events with their place in a log, made up for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from channel_events.pure import Recorded, event_type

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""From when on events are recorded, a minute apart, unless they say when."""
NOTHING = str(UUID(int=0))
"""The id before the first event of a partition."""


def recorded(data: Any, **facts: Any) -> Recorded:
    """``data`` as a log would hold it; any field of `Recorded` may be given, the others have plain defaults.

    Positions count from 1 and clocks follow them when the event is given to `feed`, unless they are given here.
    """
    position = facts.get("position", 0)
    at = facts.get("recorded_at", START + timedelta(minutes=position))
    defaults: dict[str, Any] = {
        "source": "test",
        "position": position,
        "id": _id(position),
        "stream": "test/1",
        "version": max(position, 1),
        "type": event_type(type(data)).type,
        "recorded_at": at,
        "recorded_on": at.date(),
        "occurred_on": getattr(data, "occurred_on", None),
        "partition": 0,
        "previous_position": position - 1,
        "previous_id": _id(position - 1),
        "actor": "test",
    }
    return Recorded(data=data, **{**defaults, **facts})


def in_order(events: tuple[Any, ...]) -> list[Recorded]:
    """Events, bare or `recorded`, as one linked partition: those without a position get the next one."""
    placed: list[Recorded] = []
    for event in events:
        last = placed[-1] if placed else None
        link = {"previous_position": last.position if last else 0, "previous_id": last.id if last else NOTHING}
        position = (last.position if last else 0) + 1
        if not isinstance(event, Recorded):
            placed.append(recorded(event, position=position, **link))
        elif event.position == 0:
            facts = {name: getattr(event, name) for name in event.__struct_fields__ if name != "data"}
            kept = {name: value for name, value in facts.items() if value != getattr(recorded(event.data), name)}
            placed.append(recorded(event.data, **{**kept, "position": position, **link}))
        else:
            facts = {name: getattr(event, name) for name in event.__struct_fields__}
            placed.append(Recorded(**{**facts, **link}))
    return placed


def _id(position: int) -> str:
    return str(UUID(int=max(position, 0)))
