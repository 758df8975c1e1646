"""How far streams are, on a connection of the caller's."""

from collections.abc import Iterable
from typing import Any

_VERSIONS = "select stream, max(version) as version from event where stream = any($1::text[]) group by stream"


async def versions(connection: Any, streams: Iterable[str]) -> dict[str, int]:
    """The version of each of these streams that has events; ``connection`` is asyncpg's."""
    return dict(await connection.fetch(_VERSIONS, list(streams)))
