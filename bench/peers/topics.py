"""Sending and reading records with aiokafka alone."""

import asyncio
import time
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

Record = tuple[int, bytes, bytes, list[tuple[str, bytes]]]
PARTITIONS = 12
_BATCH = 512 * 1024


async def one_by_one(bootstrap: str, topic: str, records: list[Record]) -> float:
    """Records a second through ``send``, batched by the client, all confirmed."""
    await _made(bootstrap, topic)
    producer = await _producer(bootstrap)
    began = time.perf_counter()
    sent = [await producer.send(topic, value, key, partition, headers=headers) for partition, key, value, headers in records]
    await asyncio.gather(*sent)
    rate = len(records) / (time.perf_counter() - began)
    await producer.stop()
    return rate


async def by_hand(bootstrap: str, topic: str, records: list[Record]) -> float:
    """Records a second through ``create_batch`` and ``send_batch``, all confirmed."""
    await _made(bootstrap, topic)
    producer = await _producer(bootstrap)
    began = time.perf_counter()
    sent: list[Any] = []
    batches: dict[int, Any] = {}
    for partition, key, value, headers in records:
        batch = batches.setdefault(partition, producer.create_batch())
        if batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
            sent.append(await producer.send_batch(batch, topic, partition=partition))
            batches[partition] = producer.create_batch()
            batches[partition].append(key=key, value=value, timestamp=None, headers=headers)
    sent += [await producer.send_batch(batch, topic, partition=partition) for partition, batch in batches.items()]
    await asyncio.gather(*sent)
    rate = len(records) / (time.perf_counter() - began)
    await producer.stop()
    return rate


async def raw(bootstrap: str, topic: str, records: int) -> float:
    """Records a second through ``getmany``, nothing done with them."""
    consumer = await _consumer(bootstrap, topic)
    read, began = 0, time.perf_counter()
    while read < records:
        read += sum(map(len, (await consumer.getmany(timeout_ms=1000, max_records=20_000)).values()))
    rate = read / (time.perf_counter() - began)
    await consumer.stop()
    return rate


async def held(bootstrap: str, topic: str) -> tuple[int, int]:
    """How many records a topic holds, and how many different events. Read, since the embedded broker's ends of partitions are not exact."""
    consumer = await _consumer(bootstrap, topic)
    read, events, quiet = 0, set(), 0
    while quiet < 2:
        found = [record for records in (await consumer.getmany(timeout_ms=300)).values() for record in records]
        read, quiet = read + len(found), 0 if found else quiet + 1
        events |= {dict(record.headers)["ce_id"] for record in found}
    await consumer.stop()
    return read, len(events)


async def _producer(bootstrap: str) -> Any:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=False, max_batch_size=_BATCH, max_request_size=2 * _BATCH
    )
    await producer.start()
    return producer


async def _consumer(bootstrap: str, topic: str) -> Any:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, fetch_max_wait_ms=100, max_partition_fetch_bytes=4 << 20
    )
    await consumer.start()
    parts = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    consumer.assign(parts)
    await consumer.seek_to_beginning(*parts)
    return consumer


async def _made(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    await admin.close()
