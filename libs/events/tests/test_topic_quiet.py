"""A topic in which nothing happens costs its broker little, and what then comes is seen soon."""

import time

import pytest
from channel_events import Log
from channel_events.broker import Broker
from channel_events.topic import TopicReader

from .moving import fill, make_topic, produce, public_rows

pytestmark = pytest.mark.embedded  # Apache Kafka wakes a fetch that waits


async def read_for(reader: TopicReader, seconds: float) -> int:
    """How many records come within so long."""
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        count += sum(len(records) for records in (await reader.read(1_000)).values())
    return count


async def test_a_quiet_topic_is_asked_after_a_few_times_a_second_and_as_ever_when_something_comes(
    log: Log, database: str, kafka: str, topic_prefix: str, fetches: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channel_events.fetching.QUIET_SECONDS", 0.2)
    broker, topic = Broker(kafka, "embedded"), topic_prefix + "specimen"
    await make_topic(broker, topic)
    await fill(log, jars=1, each=1)
    async with TopicReader.open(broker, topic) as reader:
        await read_for(reader, 0.5)
        fetches.clear()
        await read_for(reader, 2)
        assert len(fetches) < 14, "at most one in 250 ms, and those at the edges"
        await produce(broker, topic, await public_rows(database))
        began = time.monotonic()
        while not await read_for(reader, 0.01):
            assert time.monotonic() - began < 5
        monkeypatch.setattr("channel_events.fetching.QUIET_SECONDS", 60)
        await read_for(reader, 0.5)  # whoever waits, waits to the end of that fetch
        fetches.clear()
        await read_for(reader, 2)
        assert len(fetches) > 20
