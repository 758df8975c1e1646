"""The broker as this library uses it: settings that differ by kind of broker, topics, clients, the cluster's id."""

from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from channel_events.partition import PARTITIONS

_EXISTS = 36
_UNKNOWN = 3
_BATCH_BYTES = 512 * 1024
_PARTITION_BYTES = 4 * 1024 * 1024
_REQUEST_MS = 10_000


class TopicRefused(Exception):
    """The topic cannot be used: it has another number of partitions than the rows of the log were written for."""


class Profile(msgspec.Struct, frozen=True):
    """What differs between brokers.

    ``fetch_max_wait_ms``: the embedded broker does not wake a waiting fetch but polls, so the wait is the latency; Apache
    Kafka wakes it, so its default costs nothing. ``idempotent``: the embedded broker refuses idempotent producers.
    """

    name: str
    fetch_max_wait_ms: int
    idempotent: bool
    replication: int


PROFILES = {
    "embedded": Profile("embedded", 20, idempotent=False, replication=1),
    "kafka": Profile("kafka", 500, idempotent=True, replication=-1),
}


class Broker:
    """Address and profile of a broker; makes its clients. ``profile`` is a name of `PROFILES`."""

    def __init__(self, bootstrap: str, profile: str) -> None:
        self.bootstrap = bootstrap
        self.profile = PROFILES[profile]

    def producer(self) -> Any:
        return AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            acks="all",
            enable_idempotence=self.profile.idempotent,
            max_batch_size=_BATCH_BYTES,
            max_request_size=2 * _BATCH_BYTES,
            request_timeout_ms=_REQUEST_MS,
        )

    def consumer(self) -> Any:
        """A consumer for partitions assigned and offsets sought by hand: groups and resets are no source of truth here."""
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=self.profile.fetch_max_wait_ms,
            max_partition_fetch_bytes=_PARTITION_BYTES,
            request_timeout_ms=_REQUEST_MS,
        )

    def admin(self) -> Any:
        return AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=_REQUEST_MS)

    async def ensure_topic(self, admin: Any, name: str) -> None:
        """Creates the topic, at its final size and kept for ever, unless it is there; `TopicRefused` for another size."""
        described = (await admin.describe_topics([name]))[0]
        if described["error_code"] == _UNKNOWN:
            topic = NewTopic(name, PARTITIONS, self.profile.replication, topic_configs={"retention.ms": "-1"})
            answer = await admin.create_topics([topic])
            for _, code, *message in answer.topic_errors:  # it never raises
                if code not in (0, _EXISTS):
                    raise for_code(code)(*message)
            described = (await admin.describe_topics([name]))[0]
        if described["error_code"]:
            raise for_code(described["error_code"])(name)
        if (count := len(described["partitions"])) != PARTITIONS:
            raise TopicRefused(f"topic {name} has {count} partitions, not {PARTITIONS}: delete it, the relay makes and fills it again")


async def cluster_id(admin: Any) -> str:
    """Another id than before means another broker, or one that forgot everything."""
    return str((await admin.describe_cluster())["cluster_id"])


def topic_of(prefix: str, service: str) -> str:
    return f"{prefix}{service}"
