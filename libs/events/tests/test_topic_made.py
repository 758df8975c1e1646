"""Who makes a topic, how, and what becomes of those for whom it is not there, or not as it must be."""

import asyncio
from functools import partial
from typing import Any

import pytest
from aiokafka.admin import NewTopic
from channel_events import Log
from channel_events.broker import PROFILES, Broker, Profile, TooFewBrokers, TopicMissing, TopicRefused
from channel_events.relay import Relay
from channel_events.topic import TopicReader

from .moving import check_applied_once, eventually, fill, has_status, make_tables, reached, running, subscription, taken_view

THERE = {"error_code": 0, "partitions": [{"replicas": [1]}] * 12}
MISSING: dict[str, Any] = {"error_code": 3, "partitions": []}


class Admin:
    """A broker's answers, one after another, and what it was asked to make."""

    def __init__(self, *described: Any, code: int = 0) -> None:
        self._described, self._code = list(described), code
        self.made: list[NewTopic] = []

    async def describe_topics(self, _: Any) -> list[Any]:
        return [self._described.pop(0)]

    async def create_topics(self, topics: list[NewTopic]) -> Any:
        self.made += topics
        return type("Answer", (), {"topic_errors": [("t", self._code, "said")]})


@pytest.mark.parametrize(("profile", "given", "copies"), [("embedded", None, 1), ("kafka", None, 3), ("kafka", 1, 1), ("embedded", 2, 2)])
async def test_a_topic_is_made_with_as_many_copies_as_settings_say(profile: str, given: int | None, copies: int) -> None:
    admin = Admin(MISSING, MISSING, MISSING, THERE)  # a broker tells of a new topic a moment later
    await Broker("127.0.0.1:1", profile, replication=given).ensure_topic(admin, "t")
    [made] = admin.made
    assert (made.num_partitions, made.replication_factor, made.topic_configs) == (12, copies, {"retention.ms": "-1"})


async def test_a_topic_that_is_there_is_not_made_again_and_too_few_copies_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    admin = Admin(THERE)
    await Broker("127.0.0.1:1", "kafka").ensure_topic(admin, "t")
    assert admin.made == []
    assert "topic_has_fewer_copies" in capsys.readouterr().out


async def test_too_few_brokers_for_the_copies_are_said() -> None:
    with pytest.raises(TooFewBrokers, match="no 3 brokers for the copies of topic t"):
        await Broker("127.0.0.1:1", "kafka").ensure_topic(Admin(MISSING, code=38), "t")


async def topics(bootstrap: str) -> list[str]:
    async with Broker(bootstrap).admin() as admin:
        return list(await admin.list_topics())


async def test_readers_make_no_topic_and_wait_until_it_is_there(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log)
    reader = subscription(view, database, kafka, topic_prefix)
    with pytest.raises(TopicMissing):
        async with TopicReader.open(Broker(kafka, "embedded"), topic_prefix + "specimen"):
            pass
    async with running(reader):
        await eventually(partial(has_status, reader, "waiting"))
        await asyncio.sleep(1)
        assert (reader.status, reader.started, reader.caught_up()) == ("waiting", True, False)
        assert topic_prefix + "specimen" not in await topics(kafka)
        async with running(Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix))):
            await eventually(partial(reached, database, 50))
            await eventually(partial(has_status, reader, "running"))
    await check_applied_once(log, database)


async def test_a_topic_of_another_size_ends_its_relay_and_its_readers(
    log: Log, database: str, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROFILES, "keeping", Profile("keeping", 20, idempotent=False, volatile=False))
    view = taken_view()
    await make_tables(database, view)
    async with Broker(kafka).admin() as admin:
        await admin.create_topics([NewTopic(topic_prefix + "specimen", 4, 1)])
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, "keeping", prefix=topic_prefix))
    for part in (relay, subscription(view, database, kafka, topic_prefix)):
        with pytest.raises(TopicRefused, match="4 partitions, not 12"):
            await asyncio.wait_for(part.run(), 30)
        assert not part.ran
