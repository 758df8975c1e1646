"""The command keys that were used before."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from channel_events.log import statements as sql
from channel_events.log.batch import KeyName, KnownKeys


async def known_keys(connection: asyncpg.Connection, names: Sequence[KeyName]) -> KnownKeys:
    """What these keys wrote; those that are new are left out."""
    if not names:
        return {}
    rows = await connection.fetch(sql.KEYS, [actor for actor, _ in names], [key for _, key in names])
    return {(actor, key): (body_hash, position, count) for actor, key, body_hash, position, count in rows}


async def keep(connection: Any, outcomes: Sequence[tuple[str, str, str]]) -> None:
    """Keys that wrote nothing and are done: actor, key, outcome. Where another process was not refused a moment earlier or later, what
    it wrote stands."""
    if outcomes:
        await connection.execute(sql.KEEP, *(list(column) for column in zip(*outcomes, strict=True)))
