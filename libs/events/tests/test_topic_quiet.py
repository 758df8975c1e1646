"""A topic in which nothing happens costs its broker little, and what then comes is seen soon."""

import asyncio
import time

import pytest
from channel_events import Log
from channel_events.bell import Ringer
from channel_events.broker import PROFILES, Broker
from channel_events.topic import TopicReader
from msgspec.structs import replace

from .moving import fill, make_topic, produce, public_rows, take

pytestmark = pytest.mark.embedded  # Apache Kafka wakes a fetch that waits


async def read_for(reader: TopicReader, seconds: float) -> int:
    """How many records come within so long."""
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        count += sum(len(records) for records in (await reader.read(1_000)).values())
    return count


async def test_without_a_bell_a_quiet_topic_is_asked_after_a_few_times_a_second_and_as_ever_when_something_comes(
    log: Log, database: str, kafka: str, topic_prefix: str, fetches: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROFILES, "embedded", replace(PROFILES["embedded"], rung_pause_ms=0))
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


async def until_it_comes(reader: TopicReader) -> float:
    """The seconds until a record does."""
    began = time.monotonic()
    async with asyncio.timeout(10):
        while not await reader.read(1_000):
            pass
    return time.monotonic() - began


async def test_at_a_bell_a_quiet_topic_is_asked_after_once_a_second_and_at_once_when_it_rings(
    log: Log, database: str, kafka: str, topic_prefix: str, fetches: list[float]
) -> None:
    broker, topic = Broker(kafka, "embedded"), topic_prefix + "specimen"
    await make_topic(broker, topic)
    async with TopicReader.open(broker, topic) as reader:
        await read_for(reader, 0.5)
        fetches.clear()
        await read_for(reader, 3)
        assert 2 <= len(fetches) <= 5, "one a second, and those at the edges"
        waited = []
        await fill(log, jars=1, each=0)
        for _ in range(4):
            await take(log, jars=1, each=1)
            event = (await public_rows(database))[-1:]
            sending = asyncio.create_task(produce(broker, topic, event))
            waited.append(await until_it_comes(reader))
            await sending
            await read_for(reader, 0.1)
        assert sorted(waited)[1] < 0.25, "two of four, on however busy a machine"


async def test_what_nobody_rang_for_comes_all_the_same(
    log: Log, database: str, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ringer, "ring", lambda *_: None)
    broker, topic = Broker(kafka, "embedded"), topic_prefix + "specimen"
    await make_topic(broker, topic)
    await fill(log, jars=1, each=1)
    async with TopicReader.open(broker, topic) as reader:
        await read_for(reader, 0.5)
        sending = asyncio.create_task(produce(broker, topic, await public_rows(database)))
        await until_it_comes(reader)
        await sending
