"""The broker of this run, or the one that QUDAO_TEST_KAFKA_BOOTSTRAP names, can do what the platform needs.

What it can do besides is printed: ``pytest -s``, or ``channel-operate broker``.
"""

import os
from functools import partial
from typing import Any

import pytest
from channel_events import Log
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_operate.cli.output import table
from channel_operate.conformance import TRIALS, Workbench, try_broker
from channel_operate.topics import reset_topic

from ...events.tests.moving import check_applied_once, eventually, fill, make_tables, reached, running, subscription, take, taken_view
from ...events.tests.test_relay import is_done

BROKERS = ["embedded", *(["kafka"] if os.environ.get("QUDAO_TEST_KAFKA_BOOTSTRAP") else [])]


@pytest.mark.parametrize("profile", BROKERS)
async def test_the_broker_can_do_what_the_platform_needs(kafka: str, profile: str) -> None:
    bootstrap = kafka if profile == "embedded" else os.environ["QUDAO_TEST_KAFKA_BOOTSTRAP"]
    tried = await try_broker(Broker(bootstrap, profile))
    table(("ability", "works", "needed", "seen"), [[one.ability, one.works, one.needed, one.answer] for one in tried])
    assert [one.ability for one in tried] == [ability for ability, _, _ in TRIALS]
    assert [(one.ability, one.answer) for one in tried if one.needed and not one.works] == []
    works = {one.ability for one in tried if one.works}
    assert ("idempotent producer" in works) is Broker(bootstrap, profile).profile.idempotent, "the profile says otherwise"


async def test_a_broker_that_cannot_is_found(kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgets(self: Workbench, *values: bytes, **_: Any) -> list[Any]:
        return []

    monkeypatch.setattr(Workbench, "send", forgets)
    monkeypatch.setattr("channel_operate.conformance._SECONDS", 1)
    failed = {one.ability for one in await try_broker(Broker(kafka, "embedded")) if not one.works}
    assert failed >= {"order and confirmations", "headers and timestamps", "large records", "topics deleted and made again"}


@pytest.mark.parametrize("profile", BROKERS)
async def test_relay_and_subscription_work_on_it_also_when_the_topic_is_reset(
    log: Log, database: str, kafka: str, topic_prefix: str, profile: str
) -> None:
    bootstrap = kafka if profile == "embedded" else os.environ["QUDAO_TEST_KAFKA_BOOTSTRAP"]
    view = taken_view()
    await make_tables(database, view)
    relay = Relay(service="specimen", dsn=database, broker=Broker(bootstrap, profile, prefix=topic_prefix), wake=log.wake())
    reader = subscription(view, database, bootstrap, topic_prefix, profile)
    await fill(log)
    async with running(relay, reader):
        await eventually(partial(reached, database, 50), 30)
        await reset_topic(database, Broker(bootstrap, profile), topic_prefix + "specimen")
        await take(log, each=2)
        await eventually(partial(reached, database, 60), 30)
        await eventually(partial(is_done, relay), 30)
        await eventually(partial(is_done, reader), 30)
    await check_applied_once(log, database)


class Slow:
    """A broker that shows a topic which it made when it is asked for the third time."""

    def __init__(self) -> None:
        self.asked = 0

    async def create_topics(self, _: Any) -> Any:
        return type("Answer", (), {"topic_errors": [("it", 0, None)]})

    async def describe_topics(self, _: Any) -> list[dict[str, Any]]:
        self.asked += 1
        return [{"partitions": [{}] * 12 if self.asked > 2 else []}]


async def test_a_topic_that_is_shown_a_moment_later_is_waited_for() -> None:
    admin = Slow()
    await Workbench(Broker("127.0.0.1:1"), admin, "it").make(12)
    assert admin.asked == 3
