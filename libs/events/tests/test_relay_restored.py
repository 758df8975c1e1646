"""A topic that holds what the log has lost."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from channel_events import Log, LogRestored
from channel_events.broker import PROFILES, Broker, Profile
from channel_events.relay import Relay
from channel_events.relay.state import RelayState
from channel_events.telemetry import RELAY_AHEAD, RELAY_ERRORS

from .moving import (
    eventually,
    fill,
    make_tables,
    produce,
    public_rows,
    rows,
    running,
    subscription,
    take,
    taken_view,
    whole_topic,
)
from .test_relay import cluster_of, has_status, send_all

MakeRelay = Callable[..., Relay]


@pytest.fixture
def relay_of(log: Log, database: str, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> MakeRelay:
    monkeypatch.setitem(PROFILES, "keeping", Profile("keeping", 20, idempotent=False, volatile=False))
    return partial(Relay, service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), restored=log.restored)


def successor(row: Any, number: int) -> dict[str, Any]:
    """What the log would have written behind ``row``, had it not lost it."""
    link = {"previous_position": row["position"], "previous_id": row["id"]}
    return {**dict(row), "position": row["position"] + 1, "id": UUID(int=number), **link}


async def lose_a_future(log: Log, database: str, kafka: str, topic: str) -> list[Any]:
    """Three events of the log and two that it lost are in the topic; the two."""
    await fill(log, jars=1, each=3)
    sent = await public_rows(database)
    lost = [successor(sent[-1], 1)]
    lost.append(successor(lost[0], 2))
    await produce(Broker(kafka, "embedded"), topic, [*sent, *lost])
    await rows(database, "update relay set cluster_id = $1", await cluster_of(kafka))
    return lost


async def told(log: Log) -> list[Any]:
    return [event for event in await log.read(after=0, limit=10_000) if isinstance(event.data, LogRestored)]


async def ids(kafka: str, topic: str) -> list[str]:
    found = await whole_topic(kafka, topic)
    return [dict(record.headers)["ce_id"].decode() for records in found.values() for record in records]


@pytest.mark.embedded
async def test_where_the_broker_keeps_nothing_a_lost_future_is_told_and_removed(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay
) -> None:
    topic = topic_prefix + "specimen"
    lost = await lose_a_future(log, database, kafka, topic)
    view = taken_view()
    await make_tables(database, view)
    reader = subscription(view, database, kafka, topic_prefix)
    async with running(reader):
        await eventually(partial(holds, database, str(lost[-1]["id"])))  # it took the future in
        await send_all(relay_of())
        await eventually(partial(has_status, reader, "forked"))
    assert {event.data.noticed_by for event in await told(log)} == {"topic"}
    assert min(event.position for event in await told(log)) > lost[-1]["position"]
    await take(log, jars=1, each=1)
    await send_all(relay_of())
    assert sorted(await ids(kafka, topic)) == sorted(str(row["id"]) for row in await public_rows(database))
    assert RELAY_AHEAD.labels("specimen")._value.get() == 0


async def holds(database: str, event_id: str) -> bool:
    return bool(await rows(database, "select from taken_event_v1 where id = $1", event_id))


async def test_where_the_broker_keeps_its_records_it_is_told_once(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = topic_prefix + "specimen"
    lost = await lose_a_future(log, database, kafka, topic)
    ahead = RELAY_AHEAD.labels("specimen")._value
    for _ in range(3):  # the later audits begin behind the lost records
        await send_all(relay_of(broker=Broker(kafka, "keeping", prefix=topic_prefix)))
        assert ahead.get() == 1
        assert "topic_holds_what_the_log_has_not" in capsys.readouterr().out
    assert len(await told(log)) == 12
    in_topic = await ids(kafka, topic)
    everything = {str(row["id"]) for row in await public_rows(database)}
    assert set(in_topic) == everything | {str(row["id"]) for row in lost}
    assert len(in_topic) == len(set(in_topic)), "what the log has is sent, and not again at every audit"


async def test_a_lost_future_beside_the_links_is_found(log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay) -> None:
    await fill(log, jars=1, each=3)
    sent = await public_rows(database)
    await produce(Broker(kafka, "embedded"), topic_prefix + "specimen", [*sent[:2], sent[2], successor(sent[1], 1)])
    await rows(database, "update relay set cluster_id = $1", await cluster_of(kafka))
    await send_all(relay_of(broker=Broker(kafka, "keeping", prefix=topic_prefix)))
    assert len(await told(log)) == 12


async def test_a_restore_that_was_noticed_is_not_told_again(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay
) -> None:
    await lose_a_future(log, database, kafka, topic_prefix + "specimen")
    await log.restored()
    await send_all(relay_of())
    assert {event.data.noticed_by for event in await told(log)} == {"operator"}


async def test_a_relay_does_not_judge_by_a_standby(relay_of: MakeRelay, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    async def standby(_: RelayState) -> bool:
        return False

    audits: list[object] = []
    monkeypatch.setattr(RelayState, "primary", standby)
    monkeypatch.setattr(Relay, "_audit", lambda *_: audits.append(1))
    errors = RELAY_ERRORS.labels("specimen")._value
    before = errors.get()

    async def began_again() -> bool:
        return bool(errors.get() >= before + 2)

    async with running(relay_of()):
        await eventually(began_again)
    assert audits == []
