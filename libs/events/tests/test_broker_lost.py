"""A broker that keeps its records, and what may be done to it: killed, lost with all it held, its topic deleted or made larger."""

import asyncio
from functools import partial
from typing import Any

import pytest
from aiokafka.admin import NewPartitions
from channel_events import Log
from channel_events.broker import Broker, TopicRefused
from channel_events.relay import Relay

from .moving import check_applied_once, eventually, fill, make_tables, reached, running, subscription, take, taken_view, whole_topic


@pytest.mark.parametrize("lost", ["nothing", "its records", "its records and its id"])
async def test_a_broker_that_is_killed_is_filled_with_what_it_lost(
    log: Log, database: str, own_apache_kafka: Any, topic_prefix: str, lost: str
) -> None:
    await make_tables(database, taken_view())
    await fill(log)
    broker = Broker(own_apache_kafka.bootstrap, "kafka", prefix=topic_prefix)
    relay = Relay(service="specimen", dsn=database, broker=broker, wake=log.wake())
    workers = [subscription(taken_view(), database, own_apache_kafka.bootstrap, topic_prefix, "kafka", check_seconds=1) for _ in range(2)]
    async with running(relay, *workers):
        await eventually(partial(reached, database, 50), 30)
        flowing = asyncio.create_task(take(log, each=20))
        cluster = own_apache_kafka.cluster_id
        own_apache_kafka.kill()
        await flowing
        if lost != "nothing":
            own_apache_kafka.lose()
        if lost == "its records":
            own_apache_kafka.cluster_id = cluster
        await asyncio.to_thread(own_apache_kafka.start)
        await eventually(partial(reached, database, 150), 60)
        await take(log, each=2)
        await eventually(partial(reached, database, 160), 60)
    await check_applied_once(log, database)
    held = await whole_topic(own_apache_kafka.bootstrap, broker.topic("specimen"))
    assert len({dict(record.headers)["ce_id"] for records in held.values() for record in records}) == 160


@pytest.mark.parametrize("meanwhile", [0, 4], ids=["at rest", "while events flow"])
async def test_a_topic_that_is_deleted_is_made_and_filled_again(
    log: Log, database: str, apache_kafka: str, topic_prefix: str, meanwhile: int
) -> None:
    await make_tables(database, taken_view())
    await fill(log)
    broker = Broker(apache_kafka, "kafka", prefix=topic_prefix)
    relay = Relay(service="specimen", dsn=database, broker=broker, wake=log.wake(), audit_seconds=1)
    async with running(relay, subscription(taken_view(), database, apache_kafka, topic_prefix, "kafka", check_seconds=1)):
        await eventually(partial(reached, database, 50), 30)
        flowing = asyncio.create_task(take(log, each=meanwhile))
        async with broker.admin() as admin:
            await broker.delete_topic(admin, broker.topic("specimen"))
        await flowing
        await take(log, each=2)
        await eventually(partial(reached, database, 60 + 5 * meanwhile), 60)
    await check_applied_once(log, database)


async def test_a_topic_that_is_given_more_partitions_is_refused_by_all(
    log: Log, database: str, apache_kafka: str, topic_prefix: str
) -> None:
    await make_tables(database, taken_view())
    await fill(log)
    broker = Broker(apache_kafka, "kafka", prefix=topic_prefix)
    relay = Relay(service="specimen", dsn=database, broker=broker, wake=log.wake(), audit_seconds=1)
    running_ = asyncio.create_task(relay.run())
    async with running(reader := subscription(taken_view(), database, apache_kafka, topic_prefix, "kafka")):
        await eventually(partial(reached, database, 50), 30)
    assert reader.ran
    async with broker.admin() as admin:
        await admin.create_partitions({broker.topic("specimen"): NewPartitions(total_count=13)})
    for part in (running_, subscription(taken_view(), database, apache_kafka, topic_prefix, "kafka").run()):
        with pytest.raises(TopicRefused, match="13 partitions, not 12"):
            await asyncio.wait_for(part, 30)
    await check_applied_once(log, database)
