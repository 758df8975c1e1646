"""The relay, against PostgreSQL and a broker: what it sends, what it finds missing, what others do to its topic."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from channel_events import Log
from channel_events.broker import Broker, cluster_id
from channel_events.envelope import Encoder, timestamp_ms
from channel_events.relay import Relay
from channel_events.relay.publishing import OffsetsWentBack, Publisher, _remember
from channel_events.relay.state import Mark, RelayState, Remembered
from channel_events.telemetry import RELAY_OLDEST, RELAY_POSITION, RELAY_RECORDS

from .moving import (
    check_applied_once,
    eventually,
    fill,
    make_tables,
    produce,
    public_rows,
    reached,
    rows,
    running,
    subscription,
    take,
    taken_view,
    whole_topic,
)

MakeRelay = Callable[..., Relay]


@pytest.fixture
def relay_of(log: Log, database: str, kafka: str, topic_prefix: str) -> MakeRelay:
    return partial(Relay, service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix))


async def is_done(part: Any) -> bool:
    return bool(part.caught_up())


async def has_status(part: Any, status: str) -> bool:
    return bool(part.status == status)


async def send_all(relay: Relay) -> None:
    async with running(relay):
        await eventually(partial(is_done, relay))


def positions(records: list[Any]) -> list[int]:
    return [int(dict(record.headers)["ce_position"]) for record in records]


async def test_the_topic_holds_every_public_event_in_its_partition_as_its_row_says(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay
) -> None:
    await fill(log)
    await send_all(relay_of())
    topic = await whole_topic(kafka, topic_prefix + "specimen")
    sent = await public_rows(database)
    for partition, records in topic.items():
        own = [row for row in sent if row["partition"] == partition]
        assert positions(records) == [row["position"] for row in own]
        for record, row in zip(records, own, strict=True):
            assert (record.key.decode(), record.value, record.timestamp) == (row["stream"], row["data"], timestamp_ms(row))
            assert list(record.headers) == Encoder("specimen").headers(row)
    assert RELAY_POSITION.labels("specimen")._value.get() == sent[-1]["position"]
    assert RELAY_OLDEST.labels("specimen")._value.get() == 0


async def test_a_relay_started_again_sends_nothing_twice(log: Log, kafka: str, topic_prefix: str, relay_of: MakeRelay) -> None:
    await fill(log)
    await send_all(relay_of())
    before = await whole_topic(kafka, topic_prefix + "specimen")
    await send_all(relay_of())
    again = await whole_topic(kafka, topic_prefix + "specimen")
    assert {p: len(records) for p, records in again.items()} == {p: len(records) for p, records in before.items()}


async def test_a_position_that_was_never_confirmed_loses_nothing(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay
) -> None:
    await fill(log)
    await rows(database, "update relay set position = 1000000")
    await send_all(relay_of())
    topic = await whole_topic(kafka, topic_prefix + "specimen")
    assert sum(len(records) for records in topic.values()) == 50


async def test_a_relay_killed_between_sending_and_its_position_sends_the_same_records_again(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log)
    saved = RelayState.save
    saves = 0

    async def dies(self: RelayState, *args: Any) -> None:
        nonlocal saves
        saves += 1
        if saves == 2:  # the first one is the audit's
            raise ConnectionResetError("killed")
        await saved(self, *args)

    monkeypatch.setattr(RelayState, "save", dies)
    async with running(relay_of(), subscription(view, database, kafka, topic_prefix)):
        await eventually(partial(reached, database, 50))
        await take(log, each=2)
        await eventually(partial(reached, database, 60))
    assert saves > 2
    await check_applied_once(log, database)


async def test_the_position_moves_only_after_the_broker_confirmed(
    log: Log, database: str, relay_of: MakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(log)
    order: list[str] = []
    send, save = Publisher.send, RelayState.save

    async def sends(self: Publisher, *args: Any) -> None:
        await send(self, *args)
        order.append("confirmed")

    async def saves(self: RelayState, position: int, *args: Any) -> None:
        order.append(f"saved {position}")
        await save(self, position, *args)

    monkeypatch.setattr(Publisher, "send", sends)
    monkeypatch.setattr(RelayState, "save", saves)
    await send_all(relay_of())
    last = (await public_rows(database))[-1]["position"]
    assert order.index("confirmed") < order.index(f"saved {last}")


async def test_a_failed_send_loses_nothing_and_keeps_the_order(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log)
    send = Publisher.send
    failures = iter([True, False, True, True, False])

    async def fails(self: Publisher, sent: Any, remembered: Any) -> None:
        if sent and next(failures, False):
            await send(self, sent[: len(sent) // 2], dict(remembered))
            raise TimeoutError("half of it was confirmed")
        await send(self, sent, remembered)

    monkeypatch.setattr(Publisher, "send", fails)
    resent = RELAY_RECORDS.labels("specimen", "resent")._value.get()
    async with running(relay_of(), subscription(view, database, kafka, topic_prefix)):
        await eventually(partial(reached, database, 50))
        await take(log, each=2)
        await eventually(partial(reached, database, 60))
    assert RELAY_RECORDS.labels("specimen", "resent")._value.get() > resent
    await check_applied_once(log, database)


async def test_two_relays_at_once_change_nothing_for_those_who_read(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = taken_view()
    await make_tables(database, view)
    first, second = relay_of(wake=log.wake()), relay_of(wake=log.wake())
    second._lock += 1  # as when a lock is lost
    await rows(database, "update relay set cluster_id = $1", await cluster_of(kafka))
    await fill(log)
    async with running(first, second, subscription(view, database, kafka, topic_prefix)):
        await eventually(partial(all_done, first, second))  # from here on both send what comes
        await take(log, each=20)
        await eventually(partial(reached, database, 150))
        await eventually(partial(all_done, first, second))
    records = await whole_topic(kafka, topic_prefix + "specimen")
    assert sum(len(part) for part in records.values()) > 150  # both did send
    await check_applied_once(log, database)


async def test_a_second_relay_waits_until_the_first_one_is_gone(
    log: Log, kafka: str, topic_prefix: str, relay_of: MakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channel_events.standby.STANDBY_SECONDS", 0.05)
    await fill(log)
    one, other = relay_of(), relay_of()
    async with running(one, other):
        await eventually(partial(holds_records, kafka, topic_prefix, 50))
        await eventually(partial(any_done, one, other))
        assert one.caught_up() != other.caught_up()
    await send_all(other)
    await send_all(one)


async def all_done(*relays: Relay) -> bool:
    return all(relay.caught_up() for relay in relays)


async def any_done(*relays: Relay) -> bool:
    return any(relay.caught_up() for relay in relays)


async def holds_records(kafka: str, topic_prefix: str, count: int) -> bool:
    return sum(len(part) for part in (await whole_topic(kafka, topic_prefix + "specimen")).values()) == count


@pytest.mark.parametrize("kept", [slice(0, 20), slice(5, None), slice(0, 0)], ids=["tail lost", "beginning lost", "all lost"])
async def test_what_is_missing_in_the_topic_is_sent_again_from_the_lowest_place(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay, kept: slice
) -> None:
    await fill(log, jars=1, each=30)
    sent = await public_rows(database)
    await produce(Broker(kafka, "embedded"), topic_prefix + "specimen", sent[kept])
    cluster = (await cluster_of(kafka)) or ""
    await rows(database, "update relay set position = $1, cluster_id = $2", sent[-1]["position"], cluster)
    await send_all(relay_of())
    partition = sent[0]["partition"]
    records = (await whole_topic(kafka, topic_prefix + "specimen"))[partition]
    reachable, place = [], 0
    for record in records:
        headers = dict(record.headers)
        if int(headers["ce_previousposition"]) == place:
            place = int(headers["ce_position"])
            reachable.append(place)
    assert reachable == [row["position"] for row in sent]
    assert len(records) <= len(sent) + 25


async def cluster_of(kafka: str) -> str:
    async with Broker(kafka).admin() as admin:
        return await cluster_id(admin)


async def test_a_hole_that_appears_behind_the_relays_back_is_found_by_the_regular_audit(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay
) -> None:
    await fill(log, each=4)
    relay = relay_of(audit_seconds=0.2)
    async with running(relay):
        await eventually(partial(holds_records, kafka, topic_prefix, 20))
        async with Broker(kafka).admin() as admin:
            await admin.delete_topics([topic_prefix + "specimen"])
            await Broker(kafka).ensure_topic(admin, topic_prefix + "specimen")
        await eventually(partial(holds_records, kafka, topic_prefix, 20))


ROWS = [
    {"position": 4, "id": "d", "previous_position": 2, "previous_id": "b"},
    {"position": 7, "id": "g", "previous_position": 4, "previous_id": "d"},
]
KNOWN = Remembered(Mark(0, 2, "b"), Mark(8, 2, "b"))


def test_what_is_confirmed_right_behind_what_is_remembered_is_remembered() -> None:
    remembered = {0: KNOWN}
    _remember(remembered, 0, 9, ROWS)
    assert remembered[0] == Remembered(KNOWN.first, Mark(10, 7, "g"))


def test_behind_a_break_nothing_is_remembered_for_somebody_else_has_sent() -> None:
    remembered = {0: KNOWN}
    _remember(remembered, 0, 11, ROWS)
    assert remembered[0] == KNOWN


@pytest.mark.parametrize("offset", [0, 8])
def test_a_confirmation_at_an_offset_given_before_is_no_confirmation(offset: int) -> None:
    with pytest.raises(OffsetsWentBack):
        _remember({0: KNOWN}, 0, offset, ROWS)


async def test_a_producer_that_cannot_stop_cancels_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        async def close(self) -> None:
            raise asyncio.CancelledError

    class Stuck:
        _sender = client = Client()

        async def start(self) -> None: ...

        async def stop(self) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("channel_events.relay.publishing._STOP_SECONDS", 0.01)
    broker = Broker("127.0.0.1:1", "embedded")
    monkeypatch.setattr(Broker, "producer", lambda _: Stuck())
    async with Publisher.open(broker, "t", Encoder("specimen")):
        pass
