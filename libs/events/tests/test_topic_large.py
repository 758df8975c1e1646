"""However many batches a partition holds, what is in it is read: the embedded broker finds them by looking through all there are."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from channel_events.asking import attend
from channel_events.broker import Broker
from channel_events.topic import TopicReader

from .moving import make_topic

BATCHES = 6_000


@pytest.mark.embedded  # Apache Kafka answers with what is there
async def test_a_partition_of_many_batches_is_read_to_its_end(kafka: str, topic_prefix: str) -> None:
    broker, topic = Broker(kafka, "embedded"), topic_prefix + "specimen"
    await make_topic(broker, topic)
    producer = broker.producer()
    await producer.start()
    try:
        for number in range(BATCHES):
            await producer.send_and_wait(topic, b"%d" % number, partition=0)
    finally:
        await producer.stop()
    async with TopicReader.open(broker, topic) as reader, asyncio.timeout(20):
        while reader.next[0] < BATCHES:
            await reader.read(1_000)
        await reader.seek(0, BATCHES - 1)
        while reader.next[0] < BATCHES:
            await reader.read(1_000)


class Client:
    """A client that asks for both partitions of a topic from 5 on; the broker gives what is in ``gives`` when it may wait longer than
    that, and tells of these ends anyway."""

    def __init__(self, ends: dict[int, int], gives: dict[int, int]) -> None:
        self._fetcher, self._ends, self._gives = self, ends, gives
        self._records: dict[TopicPartition, object] = {}
        self.active = True
        self.states = {n: SimpleNamespace(has_valid_position=True, position=5, highwater=None) for n in ends}
        self.asked: list[tuple[list[int], int]] = []
        self.heard = self.rested = 0

    def state_value(self, tp: TopicPartition) -> object:
        return self.states[tp.partition]

    async def _proc_fetch_request(self, _assignment: object, _node: object, request: Any) -> bool:
        ((_, partitions),) = request._topics
        self.asked.append(([one[0] for one in partitions], request._max_wait_ms))
        for partition, *_ in partitions:
            self.states[partition].highwater = self._ends[partition]
            if request._max_wait_ms >= self._gives.get(partition, 1_000_000):
                self._records[TopicPartition("t", partition)] = object()
        return bool(self._records)

    def ask(self) -> None: ...

    def hear(self) -> None:
        self.heard += 1

    async def rest(self) -> None:
        self.rested += 1


@pytest.mark.parametrize(
    ("ends", "gives", "asked", "rested"),
    [
        ({0: 5, 1: 5}, {}, [([0, 1], 1)], 1),
        ({0: 6, 1: 5}, {0: 1}, [([0, 1], 1)], 0),
        ({0: 6, 1: 6}, {0: 1, 1: 100}, [([0, 1], 1), ([1], 500)], 0),
        ({0: 5, 1: 6}, {}, [([0, 1], 1), ([1], 500)], 1),
        ({0: 5, 1: 4}, {}, [([0, 1], 1)], 1),
    ],
    ids=["nothing there", "all given", "one given, one told of", "told of and not there", "a younger partition"],
)
async def test_what_was_told_of_and_not_given_is_asked_for_once_more(
    ends: dict[int, int], gives: dict[int, int], asked: list[tuple[list[int], int]], rested: int
) -> None:
    client = Client(ends, gives)
    attend(client, client, 500)
    topics = [("t", [(0, 5, 1_000), (1, 5, 1_000)])]
    request = SimpleNamespace(topics=topics, _topics=topics, _max_wait_ms=1)
    assert await client._proc_fetch_request(client, 0, request) == bool(client._records)
    assert client.asked == asked
    assert client.heard == len(asked)
    assert client.rested == rested


async def test_what_is_not_read_any_more_is_not_asked_for_again() -> None:
    client = Client({0: 6, 1: 6}, {})
    client.active = False
    attend(client, client, 500)
    topics = [("t", [(0, 5, 1_000), (1, 5, 1_000)])]
    await client._proc_fetch_request(client, 0, SimpleNamespace(topics=topics, _topics=topics, _max_wait_ms=1))
    client.states[0].position = 4  # it went back meanwhile
    client.active = True
    await client._proc_fetch_request(client, 0, SimpleNamespace(topics=topics, _topics=topics, _max_wait_ms=1))
    assert [partitions for partitions, _ in client.asked] == [[0, 1], [0, 1], [1]]
