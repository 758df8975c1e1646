"""Looking at streams on a connection of the caller's, in its transaction: what a reaction has to know before it decides."""

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

from channel_events.pure import Decider, Registry, stream_id

State = TypeVar("State")

_STREAM = "select type, data, version from event where stream = $1 order by version"
_VERSIONS = "select stream, max(version) as version from event where stream = any($1::text[]) group by stream"


async def current(connection: Any, decider: Decider[Any, State, Any], key: str) -> tuple[State, int]:
    """The state of a stream and its version, 0 for one without events; ``connection`` is asyncpg's.

    `ValueError` for an event of a newer version of the service: what it did to the state is not known here.
    """
    registry, state, version = _registry(decider), decider.initial, 0
    for row in await connection.fetch(_STREAM, stream_id(decider.name, key)):
        event = registry.decode(row["type"], row["data"])
        if event is None:
            raise ValueError(f"{decider.name}/{key} holds {row['type']}, which this version does not know: run the newest one")
        state, version = decider.evolve(state, event), row["version"]
    return state, version


async def versions(connection: Any, streams: Iterable[str]) -> dict[str, int]:
    """The version of each of these streams that has events."""
    return dict(await connection.fetch(_VERSIONS, list(streams)))


@cache
def _registry(decider: Decider[Any, Any, Any]) -> Registry:
    return Registry(decider.events)
