"""From a decided batch to the arguments of the one statement that writes it."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from channel_events.log import statements as sql
from channel_events.log.draft import Draft

_ENCODE = msgspec.json.Encoder().encode


class _Event(msgspec.Struct, omit_defaults=True, gc=False):
    """A row of ``event``; what is null is left out."""

    position: int
    id: UUID
    stream: str
    version: int
    type: str
    data: msgspec.Raw
    actor: str
    occurred_on: date | None = None
    partition: int | None = None
    previous_position: int | None = None
    previous_id: UUID | None = None
    reason: str | None = None
    correlation: str | None = None
    causation: str | None = None
    trace: str | None = None


class _Key(msgspec.Struct, gc=False):
    """A row of ``command_key``; the hash as PostgreSQL reads bytes from text."""

    actor: str
    key: str
    body_hash: str
    first_position: int
    count: int


async def write(connection: asyncpg.Connection, draft: Draft, timezone: str) -> Any:
    """Writes the batch if the head's mark is still the one it was decided at; the row with its recorded clock, or None."""
    head = draft.head
    keys = [_Key(actor, key.key, f"\\x{key.body_hash.hex()}", position, count) for actor, key, position, count in draft.keys]
    events = [
        _Event(
            position, e.id, e.stream, e.version, e.type, msgspec.Raw(e.data), e.by.subject, getattr(e.event, "occurred_on", None),
            e.partition, e.previous_position, e.previous_id, e.by.reason, e.by.correlation, e.by.causation, e.by.trace,
        )
        for position, e in enumerate(draft.events, draft.base.position + 1)
    ]  # fmt: skip
    return await connection.fetchrow(
        sql.WRITE, draft.base.mark, timezone, head.position, head.mark, head.tails_json(), _ENCODE(keys), _ENCODE(events)
    )
