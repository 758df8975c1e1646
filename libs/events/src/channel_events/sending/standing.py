"""How a sender stands: what waits, since when, and what was given up."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from channel_events.sending.sender import Sender


class SenderStanding(Struct, frozen=True):
    """``waiting`` deliveries, the oldest wanted at ``oldest``; ``given_up`` rest until they are re-driven."""

    waiting: int = 0
    given_up: int = 0
    oldest: datetime | None = None


async def sender_standing(fetch: Callable[..., Awaitable[Any]], sender: Sender) -> SenderStanding:
    """``fetch`` is that of an asyncpg connection that sees the serving builds."""
    query = f"""
        select status = 'given_up' as given_up, count(*) as count, min(wanted_at) as oldest
          from "{sender.table.sql.name}" where status in ('waiting', 'under_way', 'given_up') group by 1
    """
    found = {row["given_up"]: row for row in await fetch(query)}
    waiting, given_up = found.get(False), found.get(True)
    return SenderStanding(waiting["count"] if waiting else 0, given_up["count"] if given_up else 0, waiting["oldest"] if waiting else None)
