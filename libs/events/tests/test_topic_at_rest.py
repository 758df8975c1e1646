"""A topic that nothing comes from is asked seldom, and often again as soon as something has come."""

import asyncio
import time
from typing import Any

import pytest
from aiokafka.consumer.fetcher import Fetcher
from channel_events import Log, topic
from channel_events.broker import Broker
from channel_events.topic import TopicReader

from .moving import fill, produce, public_rows


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When each fetch was sent."""
    sent: list[float] = []
    fetch = Fetcher._proc_fetch_request

    async def counted(self: Any, *arguments: Any) -> Any:
        sent.append(time.monotonic())
        return await fetch(self, *arguments)

    monkeypatch.setattr(Fetcher, "_proc_fetch_request", counted)
    return sent


async def _read_for(reader: TopicReader, seconds: float, fetches: list[float]) -> int:
    """How many fetches were sent meanwhile."""
    fetches.clear()
    async with asyncio.timeout(30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await reader.read(1000)
    return len(fetches)


async def test_fetches_wait_longer_at_rest_and_shortly_while_records_come(
    log: Log, database: str, kafka: str, topic_prefix: str, fetches: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic, "_QUIET_SECONDS", 0.5)
    broker, name = Broker(kafka, "embedded"), topic_prefix + "specimen"
    await fill(log, jars=3, each=1)
    rows = await public_rows(database)
    await produce(broker, name, rows[:2])
    async with TopicReader.open(broker, name) as reader:
        while not await reader.read(1000):
            pass
        busy = await _read_for(reader, 0.4, fetches)
        await _read_for(reader, 0.6, fetches)
        resting = await _read_for(reader, 1.0, fetches)
        assert resting <= 8, "a fetch is held for a quarter of a second"
        assert busy * 2.5 > resting
        await produce(broker, name, rows[2:])
        while not await reader.read(1000):
            pass
        assert reader._consumer._fetcher._fetch_max_wait_ms == broker.profile.fetch_max_wait_ms
