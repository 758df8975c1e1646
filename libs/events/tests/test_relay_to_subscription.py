"""Log, relay, topic, view: every public event is applied once and in order, whatever happens to the parts between."""

import asyncio
from functools import partial
from typing import Any

from channel_events import Log
from channel_events.broker import Broker
from channel_events.relay import Relay

from .moving import check_applied_once, eventually, fill, make_tables, reached, running, subscription, take, taken_view


async def test_public_events_reach_a_view_of_the_topic_once_and_in_order(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    view = taken_view()
    await make_tables(database, view)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    reader = subscription(view, database, kafka, topic_prefix)
    await fill(log)
    async with running(relay, reader):
        await eventually(partial(reached, database, 50))
        await take(log, each=5)
        await eventually(partial(reached, database, 75))
    await check_applied_once(log, database)


async def test_a_broker_that_forgets_everything_is_filled_again_and_nothing_is_lost_or_doubled(
    log: Log, database: str, own_broker: Any, topic_prefix: str
) -> None:
    view = taken_view()
    await make_tables(database, view)
    relay = Relay(service="specimen", dsn=database, broker=Broker(own_broker.bootstrap, prefix=topic_prefix), wake=log.wake())
    reader = subscription(view, database, own_broker.bootstrap, topic_prefix, check_seconds=1)
    await fill(log)
    async with running(relay, reader):
        for round_ in range(2):
            flowing = asyncio.create_task(take(log, each=20))
            await asyncio.sleep(0.02 * round_)
            own_broker.kill()
            await flowing
            own_broker.start()
            await eventually(partial(reached, database, 50 + 100 * (round_ + 1)))
    await check_applied_once(log, database)
