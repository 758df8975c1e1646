"""A topic of orders, as the relay of orders-inventory fills it from a log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import channel_events.broker
from channel_events.relay import Relay
from channel_events.schema import TABLES
from channel_events.tasks import end  # import-rule: what a worker does
from filled import fill
from harness import Spent, database, until
from qudao_local.broker import Broker
from qudao_local.postgres import Postgres

SERVICE = "orders-inventory"
TOPIC = f"qudao.{SERVICE}"


async def log_of(server: Postgres, events: int) -> str:
    """The DSN of a log of so many orders."""
    dsn = await database(server, "orders", TABLES)
    await fill(dsn, events)
    return dsn


@asynccontextmanager
async def relaying(dsn: str, broker: Broker) -> AsyncIterator[tuple[Relay, Spent]]:
    """A relay, and what was spent until all it found at its beginning was confirmed by the broker."""
    relay = Relay(service=SERVICE, dsn=dsn, broker=channel_events.broker.Broker(broker.bootstrap))
    spent = Spent()
    task = asyncio.create_task(relay.run())
    try:
        await until(relay.caught_up)
        yield relay, spent
    finally:
        await end(task)
