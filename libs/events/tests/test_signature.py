"""A broker that others can write to: what they put into a topic changes nothing."""

import secrets
from typing import Any
from uuid import uuid4

import pytest
from channel_events import Log, telemetry
from channel_events.broker import Broker
from channel_events.envelope import Encoder
from channel_events.partition import PARTITIONS
from channel_events.relay import Relay
from channel_events.relay.publishing import Publisher
from channel_events.signature import Signature, read_topic_key

from .moving import (
    applied_count,
    check_applied_once,
    eventually,
    fill,
    make_tables,
    make_topic,
    public_rows,
    reached,
    running,
    subscription,
    take,
    taken_view,
    whole_topic,
)

KEY, OTHER = secrets.token_bytes(32), secrets.token_bytes(32)


async def _put(broker: Broker, topic: str, *rows: dict[str, Any]) -> None:
    async with Publisher.open(broker, topic, Encoder("specimen")) as sender:
        for row in rows:
            await sender.send([row], {})


async def _put_again(kafka: str, topic: str, record: Any, *, partition: int, value: bytes) -> None:
    producer = Broker(kafka, "embedded").producer()
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, record.key, partition, headers=list(record.headers))
    finally:
        await producer.stop()


def _invented(row: Any, **other: Any) -> dict[str, Any]:
    """An event that never happened, right behind one that did, or far ahead of all."""
    ours = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a record of asyncpg
    return {**ours, "id": uuid4(), "previous_position": row["position"], "previous_id": row["id"], "data": b'{"count":1000000}', **other}


async def test_what_others_put_into_a_topic_is_neither_applied_nor_forks_a_partition(
    log: Log, database: str, kafka: str, topic_prefix: str
) -> None:
    view, topic = taken_view(), topic_prefix + "specimen"
    await make_tables(database, view)
    await fill(log, jars=5, each=4)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix, key=KEY))
    reader = subscription(view, database, kafka, topic_prefix, key=KEY)
    async with running(relay, reader):
        await eventually(lambda: reached(database, 20))
        real = await public_rows(database)
        last = real[-1]
        made_up = [_invented(last, position=last["position"] + step) for step in (1, 1_000_000)]
        unsigned = telemetry.UNSIGNED.labels(topic)._value.get()
        await _put(Broker(kafka, "embedded"), topic, *made_up)
        await _put(Broker(kafka, "embedded", key=OTHER), topic, *made_up)
        # Its own records, elsewhere and altered: with the code of the original.
        whole = await whole_topic(kafka, topic)
        original = next(records[-1] for records in whole.values() if records and len(records[-1].headers) > 0)
        await _put_again(kafka, topic, original, partition=(original.partition + 1) % PARTITIONS, value=original.value)
        await _put_again(kafka, topic, original, partition=original.partition, value=b'{"count":7}')
        await take(log, jars=5, each=4)
        await eventually(lambda: reached(database, 40))
        assert await applied_count(database) == 40
        await check_applied_once(log, database)
        assert (reader.status, relay.status) == ("running", "running")
        assert telemetry.UNSIGNED.labels(topic)._value.get() - unsigned >= 6


async def test_the_relay_takes_no_record_of_others_for_one_of_its_own(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    """Somebody who was quicker put the same events into the topic, unsigned: they are sent all the same."""
    view, topic = taken_view(), topic_prefix + "specimen"
    await make_tables(database, view)
    await fill(log, jars=3, each=2)
    await make_topic(Broker(kafka, "embedded"), topic)
    await _put(Broker(kafka, "embedded"), topic, *await public_rows(database))
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix, key=KEY))
    async with running(relay, subscription(view, database, kafka, topic_prefix, key=KEY)):
        await eventually(lambda: reached(database, 6))
    await check_applied_once(log, database)


def test_a_code_is_of_its_topic_partition_key_value_and_headers() -> None:
    headers = [("a", b"1"), ("b", b"2")]
    ours, of = Signature(KEY, "t"), (0, b"jar/1", b"{}", headers)
    codes = [
        ours.of(*of),
        Signature(OTHER, "t").of(*of),
        Signature(KEY, "u").of(*of),
        ours.of(1, b"jar/1", b"{}", headers),
        ours.of(0, b"jar/2", b"{}", headers),
        ours.of(0, None, b"{}", headers),
        ours.of(0, b"jar/1{", b"}", headers),
        ours.of(0, b"jar/1", b"{}", headers[::-1]),
    ]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("text", ["", "c2hvcnQ=", "not base64 at all!", "A" * 44])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - settings say the rest
        read_topic_key(text)
