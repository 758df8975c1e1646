"""The rights that deploy/k8s gives each service's user are enough for all that the service does with the broker, and for nothing else."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple

import pytest
import yaml
from aiokafka.admin import NewTopic
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from channel_events import Log, Topic
from channel_events.broker import Broker
from channel_events.pulse import Pulse
from channel_events.relay import Relay
from channel_events.subscription import ViewSubscription
from channel_events.subscription.share import Member
from channel_events.topic import TopicReader
from qudao_checks.kafka.rights import JUDGING, give
from qudao_checks.kafka.secured import Secured
from qudao_checks.sources import ROOT

from .moving import eventually, fill, is_caught_up, make_tables, make_topic, running, taken_view, whole_topic
from .specimen import MarblesTaken

_REFUSED = 29
USERS = {
    one["metadata"]["name"]: one["spec"]["authorization"]["acls"]
    for one in yaml.safe_load_all((ROOT / "deploy/k8s/components/kafka/users.yaml").read_text("utf-8"))
}
# asyncio leaves the socket of a TLS connection that was closed to the collector, who warns of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Judged(NamedTuple):
    """A node that judges by rights: spoken to as one who may do everything, and as the user."""

    user: str
    all: Broker
    own: Broker

    @property
    def topic(self) -> str:
        return self.own.topic(self.user)

    @property
    def followed(self) -> list[str]:
        """The other services whose topics the user may read."""
        names = [one["resource"]["name"].removeprefix(self.own.prefix) for one in USERS[self.user] if one["resource"]["type"] == "topic"]
        return [name for name in names if name != self.user]


@pytest.fixture(scope="module")
def node(kafka_artifacts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    judging = Secured(tmp_path_factory.mktemp("judging"), [*USERS], JUDGING)
    judging.start()
    yield judging
    judging.kill()


@asynccontextmanager
async def judged(node: Secured, user: str) -> AsyncIterator[Judged]:
    """With empty topics of all others, and none of the user's own: its relay makes it."""
    anybody = Broker(node.bootstrap, "kafka", replication=1)
    own = Broker(node.address("SASL_SSL"), "kafka", replication=1, security=node.right("SASL_SSL", user=user))
    async with anybody.admin() as admin:
        await give(admin, user, USERS[user])
        for name in USERS:
            await anybody.delete_topic(admin, anybody.topic(name))
    for other in USERS.keys() - {user}:
        await make_topic(anybody, anybody.topic(other))
    yield Judged(user, anybody, own)


async def records(judged: Judged) -> int:
    return sum(map(len, (await whole_topic(judged.all.bootstrap, judged.topic)).values()))


@pytest.mark.parametrize("user", USERS)
async def test_a_service_does_all_its_work_with_its_rights(log: Log, database: str, node: Secured, user: str) -> None:
    async with judged(node, user) as it:
        await fill(log)
        await make_tables(database, taken_view())
        relay = Relay(service=user, dsn=database, broker=it.own, wake=log.wake(), audit_seconds=1)
        views = [taken_view(Topic(name, events=[MarblesTaken])) for name in it.followed]
        readers = [ViewSubscription(view, view.sources[0], dsn=database, broker=it.own, service=user) for view in views]
        async with running(relay, *readers):
            for part in [relay, *readers]:
                await eventually(partial(is_caught_up, part), 30)
            assert await records(it) == 50
            async with it.own.admin() as admin:  # as channel-operate reset-topic
                await it.own.delete_topic(admin, it.topic)

            async def filled() -> bool:
                return await records(it) == 50

            await eventually(filled, 30)


@pytest.mark.parametrize("user", USERS)
async def test_a_service_does_nothing_else_with_its_rights(node: Secured, user: str) -> None:
    async with judged(node, user) as it, it.own.admin() as admin:
        for other in USERS.keys() - {user}:
            topic, group = it.own.topic(other), f"{it.own.topic(other)}.view:source"
            await _refused_to_write(it.own, topic)
            if other not in it.followed:
                with pytest.raises(TopicAuthorizationFailedError):
                    async with TopicReader.open(it.own, topic):
                        pass
            [(_, code, *_)] = (await admin.delete_topics([topic])).topic_error_codes
            assert code == _REFUSED
            async with Member.open(it.own, group, it.topic, Pulse("member")) as member:
                await eventually(partial(_refused_to_join, member), 30)
        [(_, code, *_)] = (await admin.create_topics([NewTopic(it.own.topic("else"), 1, 1)])).topic_errors
        assert code == _REFUSED


async def _refused_to_write(broker: Broker, topic: str) -> None:
    producer = broker.producer()
    try:
        await broker.start(producer)
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(topic, b"it", partition=0)
    finally:
        await producer.stop()


async def _refused_to_join(member: Any) -> bool:
    try:
        await member.beat()
    except GroupAuthorizationFailedError:
        return True
    return False
