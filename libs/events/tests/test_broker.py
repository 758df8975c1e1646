"""Topics are made at their final size, and by nobody else's accident."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka.admin import NewTopic
from aiokafka.cluster import ClusterMetadata
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError
from channel_events.broker import PROFILES, Broker, Shares, TopicRefused, cluster_id, stop_consumer
from channel_events.envelope import Encoder
from channel_events.relay.publishing import Publisher
from channel_events.tasks import end, whole
from channel_events.topic import TopicReader


@pytest.fixture
async def broker(kafka: str) -> Broker:
    return Broker(kafka, "embedded")


@pytest.fixture
async def admin(broker: Broker) -> AsyncIterator[Any]:
    async with broker.admin() as client:
        yield client


async def test_a_topic_is_made_once_with_twelve_partitions_whoever_asks(broker: Broker, admin: Any, topic_prefix: str) -> None:
    await asyncio.gather(*(broker.ensure_topic(admin, topic_prefix + "t") for _ in range(3)))
    described = (await admin.describe_topics([topic_prefix + "t"]))[0]
    assert len(described["partitions"]) == 12


async def test_a_topic_of_another_size_is_refused(broker: Broker, admin: Any, topic_prefix: str) -> None:
    await admin.create_topics([NewTopic(topic_prefix + "t", 4, 1)])
    with pytest.raises(TopicRefused, match="4 partitions, not 12"):
        await broker.ensure_topic(admin, topic_prefix + "t")


async def test_asking_for_a_topic_does_not_make_it(broker: Broker, admin: Any, topic_prefix: str) -> None:
    producer = broker.producer()
    await producer.start()
    try:
        with pytest.raises((KafkaError, TimeoutError)):
            await asyncio.wait_for(producer.partitions_for(topic_prefix + "t"), 0.5)
        await admin.describe_topics([topic_prefix + "t"])
        assert topic_prefix + "t" not in await admin.list_topics()
    finally:
        await producer.stop()


async def test_a_broker_that_keeps_its_records_never_has_a_topic_deleted(kafka: str, admin: Any, topic_prefix: str) -> None:
    with pytest.raises(TopicRefused, match="not deleted"):
        await Broker(kafka, "kafka").renew_topic(admin, topic_prefix + "t")


async def test_a_broker_started_again_has_another_cluster_id(own_broker: Any) -> None:
    ids = []
    for _ in range(2):
        async with Broker(own_broker.bootstrap).admin() as admin:
            ids.append(await cluster_id(admin))
        own_broker.kill()
        own_broker.start()
    assert ids[0] != ids[1]


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(KeyError):
        Broker("127.0.0.1:9092", "rabbit")
    assert set(PROFILES) == {"embedded", "kafka"}


async def test_a_client_cancelled_at_any_moment_leaves_no_connection(broker: Broker, topic_prefix: str) -> None:
    async def use() -> None:
        async with TopicReader.open(broker, topic_prefix + "t") as topic:
            await topic.read(1)
        async with Publisher.open(broker, topic_prefix + "t", Encoder("test")):
            await asyncio.sleep(0.001)

    for moment in range(60):
        task = asyncio.create_task(use())
        await asyncio.sleep(moment / 2000)
        await end(task)
    gc.collect()
    assert [one for one in gc.get_objects() if isinstance(one, AIOKafkaConnection) and one.connected()] == []


async def test_a_consumer_that_cannot_stop_cancels_nobody_and_is_closed() -> None:
    closed: list[bool] = []

    class Client:
        async def close(self) -> None:
            closed.append(True)
            raise asyncio.CancelledError

    class Asking:
        _client = Client()

        async def stop(self) -> None:
            raise asyncio.CancelledError

    await whole(stop_consumer(Asking()))
    assert closed == [True]


@pytest.mark.parametrize("members", [1, 2, 5, 12, 13])
def test_partitions_are_dealt_out_evenly_whatever_is_known_of_the_topic(members: int) -> None:
    joined = {f"member-{n}": Shares.metadata(["t"]) for n in range(members)}
    dealt = [one.partitions() for one in Shares.assign(ClusterMetadata(bootstrap_servers=[]), joined).values()]
    assert sorted(tp.partition for one in dealt for tp in one) == list(range(12))
    assert {len(one) for one in dealt} <= {12 // members, -(-12 // members)}
