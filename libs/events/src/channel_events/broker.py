"""The broker as this library uses it: settings that differ by kind of broker, topics, clients, the cluster's id."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiokafka.admin.client
import aiokafka.client
import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import KafkaConnectionError, for_code
from aiokafka.protocol.metadata import MetadataRequest

from channel_events.partition import PARTITIONS
from channel_events.refusal import raise_refusal
from channel_events.security import Security
from channel_events.signature import Signature
from channel_events.tasks import whole, within

# A client that asks for the metadata of a topic makes the broker create it, with the broker's own number of partitions:
# whoever still runs when an embedded broker starts empty would spoil every topic. aiokafka has no setting for it.
# Guarded by test_broker.py.
for _module in (aiokafka.client, aiokafka.admin.client):
    _module.MetadataRequest = partial(MetadataRequest, allow_auto_topic_creation=False)

_UNKNOWN, _EXISTS, _TOO_FEW = 3, 36, 38
_BATCH_BYTES = 512 * 1024
_PARTITION_BYTES = 4 * 1024 * 1024
_ANSWER_BYTES = 8 * 1024 * 1024
"""What one answer to a fetch may hold: a larger one is believed lost before it is over where 4 MB pass in a second."""
_SESSION_MS, _HEARTBEAT_MS, _REBALANCE_MS, _ROUND_MS = 6_000, 1_000, 8_000, 60_000
"""A member of a group that was killed, or stands still, is missed after the first (a broker allows no less unless told); the
others hear of a change with their next heartbeat, and wait for the slowest of them at most so long. Who does not get round for a
minute leaves the group by itself."""
_JOIN_MS = _REBALANCE_MS + 2_000
"""A member's question is answered when the slowest of the others has joined."""
_DELETE_SECONDS = 30
_MADE_SECONDS = 5
"""How long a topic may take from being made to being there for whoever asks."""

_log = structlog.get_logger("channel_events.broker")


class TopicRefused(Exception):
    """The topic cannot be used, and no waiting helps: it has another number of partitions than the rows of the log were
    written for."""


class TopicMissing(Exception):
    """The topic is not there: its publisher's relay has not made it yet."""


class TooFewBrokers(Exception):
    """There are fewer brokers than copies wanted of each record."""


class Profile(msgspec.Struct, frozen=True):
    """What differs between brokers.

    ``fetch_max_wait_ms``: Apache Kafka wakes a waiting fetch, so its default costs nothing; the embedded broker polls for it, so there
    it waits as short as it can (with no time to wait the broker does not look at all). ``pause_ms``: how long it is not asked again
    when nothing came, ``quiet_pause_ms`` when nothing has come for a while, ``rung_pause_ms`` by who would hear the `Bell`. What comes
    first after a quiet pause is seen that much later; after the last one only when its ring was lost. ``look_ms``: how long it may look
    for records that it told of and did not give: in a large partition a short wait is over before it has found any.
    ``request_ms``: after how long without an answer a client believes it lost, and asks again: of whoever leads by then, where there
    are several nodes and one stands still. What it sends again is taken once where it is ``idempotent``, which the embedded broker
    refuses; there it waits as long as the relay does.
    ``volatile``: it forgets everything when it ends. ``groups``: workers of one subscription share the partitions of its topic
    as a consumer group; where not, one of them follows all and the others stand by (the embedded broker takes 3 to 12 seconds
    for each change of a group). ``replication``: how many brokers hold each record, unless settings say.
    """

    name: str
    fetch_max_wait_ms: int
    idempotent: bool
    volatile: bool
    groups: bool = False
    replication: int = 1
    request_ms: int = 10_000
    pause_ms: int = 0
    quiet_pause_ms: int = 0
    rung_pause_ms: int = 0
    look_ms: int = 0


PROFILES = {
    "embedded": Profile(
        "embedded", 1, idempotent=False, volatile=True, pause_ms=20, quiet_pause_ms=250, rung_pause_ms=1_000, look_ms=2_000
    ),
    "kafka": Profile("kafka", 500, idempotent=True, volatile=False, groups=True, replication=3, request_ms=2_000),
}


class Shares(RangePartitionAssignor):  # type: ignore[misc]
    """Deals the partitions out to the members of a group, as evenly as can be.

    Every topic has `PARTITIONS`, for ever. Looked up, they would be none while a topic is made anew, and all members idle until
    the one that deals looks again (test_partitions_are_dealt_out_evenly_whatever_is_known_of_the_topic).
    """

    name = "qudao"

    @classmethod
    def assign(cls, cluster: Any, members: Mapping[str, Any]) -> dict[str, Any]:
        topics = sorted({topic for metadata in members.values() for topic in metadata.subscription})
        return {
            member: ConsumerProtocolMemberAssignment(
                cls.version, [(topic, list(range(n, PARTITIONS, len(members)))) for topic in topics], b""
            )
            for n, member in enumerate(sorted(members))
        }


class Broker(msgspec.Struct, frozen=True):
    """Where the broker is, how it is spoken to, and what of it is the platform's: the one value that all who use it are given.

    ``kind``: a name of `PROFILES`. ``prefix``: what the names of topics and groups begin with. ``replication``: that of topics
    made here; the profile's unless given. With ``key`` records are signed, and others are not read.
    """

    bootstrap: str
    kind: str = "embedded"
    prefix: str = "qudao."
    replication: int | None = None
    key: bytes | None = None
    security: Security = Security()

    def __post_init__(self) -> None:
        if self.kind not in PROFILES:
            raise KeyError(self.kind)

    def __repr__(self) -> str:
        return f"Broker({self.bootstrap!r}, {self.kind!r})"  # no keys

    @property
    def profile(self) -> Profile:
        return PROFILES[self.kind]

    @property
    def copies(self) -> int:
        """How many brokers hold each record of a topic made here."""
        return self.replication or self.profile.replication

    def topic(self, service: str) -> str:
        """The name of a service's topic."""
        return self.prefix + service

    def signature(self, topic: str) -> Signature | None:
        """What tells the records of a topic from others'; None without a key."""
        return None if self.key is None else Signature(self.key, topic)

    def producer(self) -> Any:
        return AIOKafkaProducer(
            **self.options(),
            acks="all",
            enable_idempotence=self.profile.idempotent,
            max_batch_size=_BATCH_BYTES,
            max_request_size=2 * _BATCH_BYTES,
        )

    def consumer(self) -> Any:
        """A consumer for partitions assigned and offsets sought by hand: what a group has stored is no source of truth here."""
        return AIOKafkaConsumer(
            **self.options(),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=self.profile.fetch_max_wait_ms,
            max_partition_fetch_bytes=_PARTITION_BYTES,
            fetch_max_bytes=_ANSWER_BYTES,
        )

    def member(self, group: str) -> Any:
        """A member of a consumer group, which tells who follows which partitions and nothing else."""
        return AIOKafkaConsumer(
            **{**self.options(), "request_timeout_ms": _JOIN_MS},
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            partition_assignment_strategy=(Shares,),
            session_timeout_ms=_SESSION_MS,
            heartbeat_interval_ms=_HEARTBEAT_MS,
            rebalance_timeout_ms=_REBALANCE_MS,
            max_poll_interval_ms=_ROUND_MS,
        )

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[Any]:
        """A client for topics and the cluster."""
        client = AIOKafkaAdminClient(**self.options())
        try:
            await self.start(client)
            yield client
        finally:
            await whole(client.close())

    def options(self) -> dict[str, Any]:
        """What all clients are told."""
        return {"bootstrap_servers": self.bootstrap, "request_timeout_ms": self.profile.request_ms, **self.security.options()}

    async def start(self, client: Any) -> None:
        """Starts a client; `BrokerRefused` when the broker is there, but not for us."""
        try:
            await whole(client.start())
        except KafkaConnectionError:  # says of everything that it was unable to bootstrap
            await raise_refusal(self.bootstrap, self.security)
            raise KafkaConnectionError(f"no broker answers at {self.bootstrap}") from None

    async def ensure_topic(self, admin: Any, name: str) -> None:
        """Creates the topic, at its final size and kept for ever, unless it is there; `TopicRefused` for another size.

        For its publisher's relay only: a reader that came first would make it with the reader's settings.
        """
        copies = await self._copies(admin, name)
        if copies is None:
            await self._create(admin, name)
            async with within(_MADE_SECONDS, f"the broker did not show topic {name}, which was made,"):
                while (copies := await self._copies(admin, name)) is None:  # noqa: ASYNC110 - told by nobody
                    await asyncio.sleep(0.05)
        if copies < self.copies:
            _log.warning("topic_has_fewer_copies", topic=name, copies=copies, wanted=self.copies)

    async def has_topic(self, admin: Any, name: str) -> bool:
        """Whether the topic is there; `TopicRefused` when it has another size."""
        return await self._copies(admin, name) is not None

    async def _copies(self, admin: Any, name: str) -> int | None:
        """How many brokers hold each record, or None when there is no such topic."""
        described = (await admin.describe_topics([name]))[0]
        if described["error_code"] == _UNKNOWN:
            return None
        if described["error_code"]:
            raise for_code(described["error_code"])(name)
        partitions = described["partitions"]
        if len(partitions) != PARTITIONS:
            raise TopicRefused(
                f"topic {name} has {len(partitions)} partitions, not {PARTITIONS}: delete it, the relay makes and fills it again"
            )
        return min(len(one["replicas"]) for one in partitions)

    async def _create(self, admin: Any, name: str) -> None:
        topic = NewTopic(name, PARTITIONS, self.copies, topic_configs={"retention.ms": "-1"})
        answer = await admin.create_topics([topic])
        for _, code, *message in answer.topic_errors:  # it never raises
            if code == _TOO_FEW:
                raise TooFewBrokers(f"no {self.copies} brokers for the copies of topic {name}: start them, or set QUDAO_TOPIC_REPLICATION")
            if code not in (0, _EXISTS):
                raise for_code(code)(*message)

    async def delete_topic(self, admin: Any, name: str) -> None:
        """Deletes the topic with all its records, and returns when it is there no more; nothing when it is not there."""
        await admin.delete_topics([name])
        async with within(_DELETE_SECONDS, f"the broker did not delete topic {name}"):
            while name in await admin.list_topics():  # noqa: ASYNC110 - told by nobody
                await asyncio.sleep(0.05)

    async def renew_topic(self, admin: Any, name: str) -> None:
        """An empty topic, on a volatile broker that is not the one we knew.

        The embedded broker takes records for a topic that it does not have; made afterwards, the topic begins at offset 0
        again, and what lies there is in the way of new records for ever. Any producer that outlived the old broker, with
        records still to be confirmed, does that to the new one (test_relay.py kills it while events flow).
        """
        if not self.profile.volatile:
            raise TopicRefused(f"the broker keeps its records: topic {name} is not deleted")
        await self._create(admin, name)  # what is not there cannot be deleted, with all that lies in its place
        await admin.delete_topics([name])
        await self.ensure_topic(admin, name)


async def stop_consumer(consumer: Any) -> None:
    """Ends a consumer, also one that is about to ask again for what it did not get: its `stop` then ends as cancelled, with its
    connections open (test_a_consumer_that_cannot_stop_cancels_nobody_and_is_closed)."""
    try:
        await consumer.stop()
    except (Exception, asyncio.CancelledError):
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await consumer._client.close()


async def cluster_id(admin: Any) -> str:
    """Another id than before means another broker, or one that forgot everything."""
    return str((await admin.describe_cluster())["cluster_id"])
