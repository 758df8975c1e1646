"""What workers that share a subscription tell the broker and the operator, and what is done to them by hand: none of it is believed."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from channel_events import Log, Recorded, redrive
from channel_events.broker import Broker, stop_consumer
from channel_events.partition import PARTITIONS
from channel_events.subscription import ViewSubscription

from .moving import eventually, parked_streams, reached, running, whole_topic
from .sharing import JARS, Flow, flowing, follows, halved

BUG: set[str] = set()


@pytest.fixture
async def flow(log: Log, database: str, apache_kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Flow]:
    monkeypatch.setattr("channel_events.subscription.share._HINT_SECONDS", 0.2)
    BUG.clear()
    made = Flow(log, database, apache_kafka, topic_prefix)
    async with flowing(made):
        yield made


class Group:
    """What the broker keeps for the group of a subscription."""

    def __init__(self, flow: Flow, one: ViewSubscription) -> None:
        self._bootstrap, self._name = flow.at[1], one._group
        self._places = [TopicPartition(flow.at[2] + "specimen", partition) for partition in range(PARTITIONS)]

    async def offsets(self) -> dict[int, int]:
        """By partition what is to be read next."""
        told: dict[int, int] = await self._ask(self._told)
        return told

    async def tell(self, offset: int) -> None:
        """As somebody would who resets the group by hand, or lost it."""
        await self._ask(lambda consumer: consumer.commit(dict.fromkeys(self._places, offset)))

    async def _told(self, consumer: Any) -> dict[int, int]:
        found = {place.partition: await consumer.committed(place) for place in self._places}
        return {partition: offset for partition, offset in found.items() if offset is not None}

    async def _ask(self, what: Any) -> Any:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=self._name, enable_auto_commit=False)
        try:
            await consumer.start()
            consumer.assign(self._places)
            return await what(consumer)
        finally:
            await stop_consumer(consumer)


async def ends(flow: Flow) -> dict[int, int]:
    return {p: len(records) for p, records in (await whole_topic(flow.at[1], flow.at[2] + "specimen")).items() if records}


async def test_the_group_says_how_far_its_workers_are(flow: Flow) -> None:
    one, other = flow.worker(), flow.worker()
    group = Group(flow, one)

    async def told() -> bool:
        return bool(await group.offsets() == await ends(flow))

    async with running(one, other):
        await eventually(partial(halved, one, other))
        await flow.more(each=2)
        await eventually(told)
        await flow.more()
        await eventually(told)


@pytest.mark.parametrize("offset", [0, 1, 1_000_000])
async def test_a_group_that_says_anything_else_is_not_believed(flow: Flow, offset: int) -> None:
    one, other = flow.worker(), flow.worker()
    group = Group(flow, one)
    async with running(one):
        await flow.more(each=2)
    await group.tell(offset)
    await flow.write()
    async with running(one, other):
        await eventually(partial(reached, flow.database, flow.written))
        await flow.more()

        async def told() -> bool:
            return bool(await group.offsets() == await ends(flow))

        await eventually(told)


async def test_a_group_that_is_lost_is_made_anew(flow: Flow) -> None:
    one = flow.worker()
    async with running(one):
        await flow.more(each=2)
    await flow.write()
    one._group += ".another"
    async with running(one):
        await flow.more()


async def test_a_topic_that_is_made_anew_is_dealt_out_also_while_it_is_not_there(
    log: Log, database: str, apache_kafka: str, topic_prefix: str
) -> None:
    flow = Flow(log, database, apache_kafka, topic_prefix)
    one, other = flow.worker(check_seconds=1), flow.worker(check_seconds=1)
    async with running(one):
        async with running(other), flowing(flow):
            await eventually(partial(halved, one, other))
            await flow.more()
        async with (broker := Broker(apache_kafka, "kafka")).admin() as admin:
            await broker.delete_topic(admin, topic_prefix + "specimen")
        await eventually(partial(follows, one, PARTITIONS))
        async with flowing(flow):
            await flow.more()
    assert len(await ends(flow)) == PARTITIONS


def fails(event: Recorded) -> None:
    if event.stream in BUG:
        raise ZeroDivisionError("a bug of the view")


async def test_what_is_parked_is_told_once_and_redriven_beside_all_workers(flow: Flow) -> None:
    one, other = flow.worker(fail=fails), flow.worker(fail=fails)
    BUG.update(f"jar/jar{number}" for number in range(JARS))
    told: dict[str, int] = {}

    def telling(name: str) -> Any:
        return lambda events, oldest: told.__setitem__(name, events)

    async def are_told(count: int) -> bool:
        return sorted(told.values()) == [0, count]

    one.meters.parked, other.meters.parked = telling("one"), telling("other")  # type: ignore[method-assign]
    async with running(one, other):
        await eventually(partial(halved, one, other))
        await flow.write()
        await eventually(partial(are_told, JARS))
        BUG.clear()
        await redrive(flow.log, one.view)
        await flow.more()
        await eventually(partial(are_told, 0))
        await eventually(partial(halved, one, other))
    assert await parked_streams(flow.database) == []
