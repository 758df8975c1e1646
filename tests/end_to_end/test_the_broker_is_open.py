"""Whoever reaches the local broker may write to it, and changes no figure by that."""

import uuid
from decimal import Decimal
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from channel_events.partition import PARTITIONS
from qudao_local.stack import Stack

from .platform import Platform

TOPIC = "qudao.orders-inventory"


async def _last_order(bootstrap: str) -> Any:
    """The last record of an order that was placed."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(TOPIC, number) for number in range(PARTITIONS)])
        await consumer.seek_to_beginning()
        found = []
        for _ in range(20):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [one for one in records if dict(one.headers)["ce_type"].endswith(b"order_placed")]
        return max(found, key=lambda one: int(dict(one.headers)["ce_position"]))
    finally:
        await consumer.stop()


async def test_an_order_that_was_made_up_counts_nowhere_and_the_next_real_one_does(platform: Platform, stack: Stack) -> None:
    platform.placed(lines=[("bike", 1, "10.00")], source="open")
    platform.until(lambda: platform.kpi("gross", source="open") == 10)
    real = await _last_order(stack.bootstrap)
    said = dict(real.headers)
    position = int(said["ce_position"])
    made_up = {
        **said,
        "ce_id": str(uuid.uuid4()).encode(),
        "ce_previousid": said["ce_id"],
        "ce_previousposition": said["ce_position"],
        "ce_position": str(position + 1).encode(),
    }
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap, acks="all")
    await producer.start()
    try:
        value = real.value.replace(b"10.00", b"1000010.00")
        assert value != real.value
        await producer.send_and_wait(TOPIC, value, real.key, real.partition, headers=list(made_up.items()))
    finally:
        await producer.stop()
    for number in range(24):  # some of them in the same partition
        platform.placed(lines=[("bell", 1, "1.00")], source="open", external_id=f"after-{number}")
    platform.until(lambda: platform.kpi("gross", source="open") >= 34)
    assert platform.kpi("gross", source="open") == Decimal(34)
