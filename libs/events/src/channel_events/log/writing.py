"""From a decided batch to the arguments of the one statement that writes it."""

from typing import Any

import asyncpg

from channel_events.log import statements as sql
from channel_events.log.draft import Draft


async def write(connection: asyncpg.Connection, draft: Draft, timezone: str) -> Any:
    """Writes the batch if the head's mark is still the one it was decided at; the row with its recorded clock, or None."""
    head = draft.head
    events = draft.events
    return await connection.fetchrow(
        sql.WRITE,
        draft.base.mark,
        timezone,
        head.position,
        head.mark,
        head.tails_json(),
        [actor for actor, _, _, _ in draft.keys],
        [key.key for _, key, _, _ in draft.keys],
        [key.body_hash for _, key, _, _ in draft.keys],
        [position for _, _, position, _ in draft.keys],
        [count for _, _, _, count in draft.keys],
        range(draft.base.position + 1, head.position + 1),
        [e.id for e in events],
        [e.stream for e in events],
        [e.version for e in events],
        [e.type for e in events],
        [e.data for e in events],
        [getattr(e.event, "occurred_on", None) for e in events],
        [e.partition for e in events],
        [e.previous_position for e in events],
        [e.previous_id for e in events],
        [e.by.subject for e in events],
        [e.by.reason for e in events],
        [e.by.correlation for e in events],
        [e.by.causation for e in events],
        [e.by.trace for e in events],
    )
