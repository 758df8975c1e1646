"""What the broker at hand can do: each ability tried for real, in topics of its own that go afterwards."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewPartitions, NewTopic
from aiokafka.errors import OffsetOutOfRangeError, for_code
from channel_events.broker import Broker, cluster_id, stop_consumer
from channel_events.tasks import whole

_SECONDS = 10
_LARGE = 950_000
"""Bytes of a value, near the largest event that the log takes."""


class Tried(msgspec.Struct, frozen=True):
    """An ability: ``answer`` is what was seen; ``needed`` tells whether the platform depends on it."""

    ability: str
    works: bool
    answer: str
    needed: bool


class Workbench:
    """Clients and a topic for one trial."""

    def __init__(self, broker: Broker, admin: Any, topic: str) -> None:
        self.broker, self.admin, self.topic = broker, admin, topic

    async def make(self, partitions: int = 1, **configs: str) -> None:
        topic = NewTopic(self.topic, partitions, 1, topic_configs=configs)
        for _, code, *message in (await self.admin.create_topics([topic])).topic_errors:
            if code:
                raise for_code(code)(*message)
        # A busy broker shows it a moment later (test_a_topic_that_is_shown_a_moment_later_is_waited_for).
        while not (await self.admin.describe_topics([self.topic]))[0]["partitions"]:  # noqa: ASYNC110 - told by nobody
            await asyncio.sleep(0.05)

    async def send(self, *values: bytes, **options: Any) -> list[Any]:
        """Sends one record after another to partition 0; what the broker said of each."""
        producer = AIOKafkaProducer(**{**self.broker.options(), "acks": "all", "request_timeout_ms": 5000, **options})
        try:
            await whole(producer.start())
            return [await producer.send_and_wait(self.topic, value, partition=0, timestamp_ms=1, headers=[("h", b"v")]) for value in values]
        finally:
            await whole(_stop(producer))

    async def read(self, offset: int, count: int) -> tuple[list[Any], Any]:
        """``count`` records from ``offset`` on, and the consumer's high-water mark."""
        consumer: Any = self.broker.consumer()
        place = TopicPartition(self.topic, 0)
        try:
            await whole(consumer.start())
            consumer.assign([place])
            consumer.seek(place, offset)
            found: list[Any] = []
            while len(found) < count:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += records
            return found, consumer.highwater(place)
        finally:
            await whole(stop_consumer(consumer))


async def _stop(producer: Any) -> None:
    try:
        async with asyncio.timeout(1):
            await producer.stop()
    except Exception:
        await producer.client.close()


def _must(holds: object, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


async def _topics(bench: Workbench) -> str:
    await bench.make(12, **{"retention.ms": "-1"})
    described = (await bench.admin.describe_topics([bench.topic]))[0]
    _must(len(described["partitions"]) == 12, f"{len(described['partitions'])} partitions")
    return "12 partitions, retention.ms=-1"


async def _delete(bench: Workbench) -> str:
    await bench.make()
    await bench.send(b"1", b"2")
    await bench.broker.delete_topic(bench.admin, bench.topic)
    await bench.make()
    [said] = await bench.send(b"3")
    _must(said.offset == 0, f"the first record of the new topic is at offset {said.offset}")
    return "the new one begins at offset 0"


async def _order(bench: Workbench) -> str:
    await bench.make()
    said = await bench.send(*(b"%d" % n for n in range(20)))
    found, _ = await bench.read(0, 20)
    _must([one.offset for one in said] == list(range(20)), "offsets of confirmations have gaps")
    _must([one.value for one in found] == [b"%d" % n for n in range(20)], "another order")
    return "records in order, confirmed with their offsets"


async def _record(bench: Workbench) -> str:
    await bench.make()
    await bench.send(b"x")
    [one], _ = await bench.read(0, 1)
    _must(list(one.headers) == [("h", b"v")], f"headers came back as {one.headers}")
    _must(one.timestamp == 1, f"the timestamp came back as {one.timestamp}")
    return "headers and the sender's timestamp are kept"


async def _large(bench: Workbench) -> str:
    await bench.make()
    await bench.send(b"x" * _LARGE, max_request_size=2 * _LARGE)
    found, _ = await bench.read(0, 1)
    _must(len(found[0].value) == _LARGE, "cut")
    return f"a record of {_LARGE} bytes"


async def _seek(bench: Workbench) -> str:
    await bench.make()
    await bench.send(*(b"%d" % n for n in range(10)))
    found, high = await bench.read(7, 3)
    _must([one.offset for one in found] == [7, 8, 9], f"offsets {[one.offset for one in found]}")
    _must(high == 10, f"high-water mark {high} of 10 records")
    return "from a given offset; the high-water mark of a fetch is right"


async def _cluster(bench: Workbench) -> str:
    return await cluster_id(bench.admin)


async def _end_offsets(bench: Workbench) -> str:
    await bench.make()
    producer: Any = bench.broker.producer()
    try:
        await whole(producer.start())
        await asyncio.gather(*[await producer.send(bench.topic, b"%d" % n, partition=0) for n in range(50)])
    finally:
        await whole(_stop(producer))
    place = TopicPartition(bench.topic, 0)
    consumer: Any = bench.broker.consumer()
    try:
        await whole(consumer.start())
        end = (await consumer.end_offsets([place]))[place]
    finally:
        await whole(stop_consumer(consumer))
    _must(end == 50, f"{end} for 50 records in batches")
    return "right"


async def _past_the_end(bench: Workbench) -> str:
    await bench.make()
    await bench.send(b"1")
    try:
        async with asyncio.timeout(2):
            await bench.read(100, 1)
    except OffsetOutOfRangeError:
        return "refused at once"
    except TimeoutError:
        raise ValueError("waits silently: a place behind the end shows only by the high-water mark") from None
    raise ValueError("gave a record")


async def _idempotent(bench: Workbench) -> str:
    await bench.make()
    await bench.send(b"1", enable_idempotence=True)
    return "accepted"


async def _transactions(bench: Workbench) -> str:
    await bench.make()
    producer: Any = AIOKafkaProducer(**{**bench.broker.options(), "request_timeout_ms": 5000}, transactional_id=bench.topic)
    try:
        await whole(producer.start())
        async with producer.transaction():
            await producer.send_and_wait(bench.topic, b"1", partition=0)
    finally:
        await whole(_stop(producer))
    return "begun and committed"


async def _partitions(bench: Workbench) -> str:
    await bench.make(1)
    await bench.admin.create_partitions({bench.topic: NewPartitions(total_count=2)})
    while len((await bench.admin.describe_topics([bench.topic]))[0]["partitions"]) != 2:  # noqa: ASYNC110 - told by nobody
        await asyncio.sleep(0.05)
    return "from 1 to 2"


async def _groups(bench: Workbench) -> str:
    await bench.make(2)
    began = asyncio.get_running_loop().time()
    # The first of a group is answered when no other has come for a while: unless told otherwise, three seconds.
    options = {**bench.broker.options(), "request_timeout_ms": 1000 * _SECONDS}
    consumer: Any = AIOKafkaConsumer(bench.topic, **options, group_id=bench.topic, auto_offset_reset="earliest")
    try:
        await whole(consumer.start())
        while not consumer.assignment():
            await consumer.getmany(timeout_ms=100)
    finally:
        await whole(stop_consumer(consumer))
    return f"joined after {asyncio.get_running_loop().time() - began:.1f} s"


Trial = tuple[str, Callable[[Workbench], Awaitable[str]], bool]
TRIALS: Sequence[Trial] = (
    ("cluster id", _cluster, True),
    ("topics made at their size", _topics, True),
    ("topics deleted and made again", _delete, True),
    ("order and confirmations", _order, True),
    ("headers and timestamps", _record, True),
    ("large records", _large, True),
    ("seeking and high-water mark", _seek, True),
    ("end offsets", _end_offsets, False),
    ("an offset past the end", _past_the_end, False),
    ("idempotent producer", _idempotent, False),
    ("transactions", _transactions, False),
    ("partitions added", _partitions, False),
    ("consumer groups", _groups, False),
)
"""Ability, trial, and whether the platform needs it, whatever the profile."""


async def try_broker(broker: Broker, tried: Callable[[Tried], object] = lambda one: None) -> list[Tried]:
    """Tries everything, one after another; ``tried`` is called with each result. Raises only when nothing answers."""
    found = []
    async with broker.admin() as admin:
        for ability, trial, always in TRIALS:
            needed = always or (trial is _groups and broker.profile.groups)
            found.append(await _try(Workbench(broker, admin, f"conformance-{uuid.uuid4()}"), ability, trial, needed))
            tried(found[-1])
    return found


async def _try(bench: Workbench, ability: str, trial: Callable[[Workbench], Awaitable[str]], needed: bool) -> Tried:
    try:
        async with asyncio.timeout(_SECONDS):
            return Tried(ability, True, await trial(bench), needed)
    except Exception as error:
        said = str(error) if type(error) is ValueError else f"{type(error).__name__} {error}".strip()
        return Tried(ability, False, said.splitlines()[0][:200], needed)
    finally:
        await _remove(bench)


async def _remove(bench: Workbench) -> None:
    try:
        async with asyncio.timeout(_SECONDS):
            await bench.admin.delete_topics([bench.topic])
    except Exception:  # what was tried may be the very deleting
        return
