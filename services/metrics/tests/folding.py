"""Views folded from many events into PostgreSQL, by the library's own code, without a broker."""

from collections.abc import Sequence

import asyncpg
from channel_events import Recorded, View
from channel_events.subscription.compose import compose  # import-rule: what a subscription does, without its broker
from channel_events.subscription.write import write  # import-rule: what a subscription does, without its broker
from metrics.app import CATALOGUE


def of(view: View, events: Sequence[Recorded]) -> list[Recorded]:
    """Those that it reads."""
    return [event for event in events if event.type in view.sources[0].registry.types]  # type: ignore[union-attr]


async def fold(url: str, view: View, events: Sequence[Recorded]) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for changes in compose(view, of(view, events)):
                await write(connection, changes)
    finally:
        await connection.close()


async def count(url: str, events: Sequence[Recorded]) -> None:
    """Every kind of facts takes in these events."""
    for view in CATALOGUE.counting:
        await fold(url, view, events)


async def reach(url: str, subscription: str, source: str, positions: dict[int, int]) -> None:
    """Notes that a subscription has come so far in these partitions."""
    connection = await asyncpg.connect(url)
    try:
        await connection.executemany(
            "insert into progress (subscription, source, partition, position) values ($1, $2, $3, $4) "
            "on conflict (subscription, source, partition) do update set position = excluded.position",
            [(subscription, source, partition, position) for partition, position in positions.items()],
        )
    finally:
        await connection.close()
