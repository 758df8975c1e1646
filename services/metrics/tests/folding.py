"""Views folded from many events into PostgreSQL, by the library's own code, without a broker."""

from collections.abc import Sequence

import asyncpg
from channel_events import Recorded, View
from channel_events.subscription.compose import compose  # import-rule: what a subscription does, without its broker
from channel_events.subscription.write import write  # import-rule: what a subscription does, without its broker


async def fold(url: str, view: View, events: Sequence[Recorded]) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for changes in compose(view, events):
                await write(connection, changes)
    finally:
        await connection.close()
