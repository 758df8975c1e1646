"""A topic that was cut at its beginning, by retention or by hand: the first offset that is there decides, and everybody goes on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.errors import OffsetOutOfRangeError
from channel_events import Log
from channel_events.broker import Broker
from channel_events.fetching import Fetching
from channel_events.relay import Relay
from channel_events.topic import TopicReader

from .moving import (
    check_applied_once,
    eventually,
    fill,
    has_status,
    make_tables,
    reached,
    running,
    subscription,
    take,
    taken_view,
    whole_topic,
)
from .test_relay import send_all


class Cut:
    """A client of one partition whose records begin at ``first``: it refuses every other place, as Apache Kafka does."""

    def __init__(self, first: int, end: int) -> None:
        self.first, self.end, self.place = first, end, 0
        self.sought: list[int] = []

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self.sought.append(offset)
        self.place = offset

    async def getmany(self, **_: Any) -> dict[TopicPartition, Sequence[Any]]:
        tp = TopicPartition("t", 0)
        if not self.first <= self.place <= self.end:
            raise OffsetOutOfRangeError({tp: self.place})
        found = [SimpleNamespace(offset=offset) for offset in range(self.place, self.end)]
        self.place = self.end
        return {tp: found} if found else {}

    async def beginning_offsets(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, self.first)

    def last_poll_timestamp(self, _: TopicPartition) -> int:
        return 1

    def highwater(self, _: TopicPartition) -> int:
        return self.end


@pytest.mark.parametrize("asked", [0, 5, 99])
async def test_a_place_that_is_not_there_any_more_or_not_yet_leads_to_the_first_that_is(asked: int) -> None:
    client = Cut(first=6, end=9)
    reader = TopicReader(Fetching(client), "t")
    await reader.seek(0, asked)
    assert await reader.read(10) == {}
    assert [record.offset for record in (await reader.read(10))[0]] == [6, 7, 8]
    assert client.sought == [asked, 6]


async def cut(bootstrap: str, topic: str, before: dict[int, int]) -> None:
    """Deletes the records before these offsets, by partition."""
    async with Broker(bootstrap, "kafka").admin() as admin:
        await admin.delete_records({TopicPartition(topic, p): RecordsToDelete(before_offset=offset) for p, offset in before.items()})


@asynccontextmanager
async def applied_fifty(log: Log, database: str, kafka: str, topic_prefix: str) -> AsyncIterator[Relay]:
    """A view has applied 50 events of a topic that holds 50 more; nobody works on it."""
    view = taken_view()
    await make_tables(database, view)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix))
    await fill(log)
    async with running(relay, subscription(view, database, kafka, topic_prefix)):
        await eventually(partial(reached, database, 50))
    await take(log)
    await send_all(relay)
    yield relay


@pytest.mark.parametrize(("where", "refills"), [("before", False), ("at", False), ("beyond", True), ("all", True)])
async def test_a_topic_that_is_cut_loses_nothing_and_doubles_nothing(
    log: Log, database: str, apache_kafka: str, topic_prefix: str, where: str, refills: bool
) -> None:
    topic = topic_prefix + "specimen"
    async with applied_fifty(log, database, apache_kafka, topic_prefix) as relay:
        held = {p: len(records) for p, records in (await whole_topic(apache_kafka, topic)).items() if records}
        share = {"before": 0.25, "at": 0.5, "beyond": 0.75, "all": 1}[where]  # half of each partition is applied
        await cut(apache_kafka, topic, {p: int(count * share) for p, count in held.items()})
        left = sum(len(records) for records in (await whole_topic(apache_kafka, topic)).values())
        assert left == sum(count - int(count * share) for count in held.values())
        async with running(subscription(taken_view(), database, apache_kafka, topic_prefix)):
            if not refills:
                await eventually(partial(reached, database, 100))
            await send_all(relay)
            await eventually(partial(reached, database, 100))
        await check_applied_once(log, database)


async def test_who_begins_on_a_cut_topic_goes_on_when_the_relay_has_filled_it(
    log: Log, database: str, apache_kafka: str, topic_prefix: str
) -> None:
    topic = topic_prefix + "specimen"
    view = taken_view()
    await make_tables(database, view)
    relay = Relay(service="specimen", dsn=database, broker=Broker(apache_kafka, prefix=topic_prefix))
    await fill(log)
    await send_all(relay)
    await cut(apache_kafka, topic, {p: len(records) - 1 for p, records in (await whole_topic(apache_kafka, topic)).items() if records})
    reader = subscription(view, database, apache_kafka, topic_prefix)
    async with running(reader):
        await eventually(partial(has_status, reader, "incomplete"))
        await send_all(relay)
        await eventually(partial(reached, database, 50))
        await eventually(partial(has_status, reader, "running"))
    await check_applied_once(log, database)
    before = await whole_topic(apache_kafka, topic)
    await send_all(relay)
    assert {p: len(r) for p, r in (await whole_topic(apache_kafka, topic)).items()} == {p: len(r) for p, r in before.items()}
