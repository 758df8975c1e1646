"""A view kept up with a source, against PostgreSQL and a broker, while things go wrong."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import Log
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_events.subscription import BadReceipt, ViewBehind, create_view_tables, wait_for
from channel_events.subscription import fold as folding
from channel_events.telemetry import EVENTS, STOPPED

from .moving import (
    SPECIMEN,
    applied_count,
    check_applied_once,
    eventually,
    fill,
    has_status,
    is_caught_up,
    make_role,
    make_tables,
    own_subscription,
    parked_streams,
    produce,
    public_rows,
    reached,
    rows,
    running,
    subscription,
    take,
    taken_view,
)


async def test_a_view_of_the_own_log_needs_no_broker(log: Log, database: str) -> None:
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    await fill(log)
    async with running(reader):
        await eventually(partial(reached, database, 50))
        await take(log, each=3)
        await eventually(partial(reached, database, 65))
        await eventually(partial(is_caught_up, reader))
        assert reader.status == "running"
    await check_applied_once(log, database)


async def test_two_workers_on_one_subscription_apply_everything_once(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    view = taken_view()
    await make_tables(database, view)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    workers = [subscription(view, database, kafka, topic_prefix) for _ in range(2)]
    workers[1]._lock = "another"  # as when a lock is lost
    await fill(log)
    async with running(relay, *workers):
        await take(log, each=20)
        await eventually(partial(reached, database, 150))
    await check_applied_once(log, database)


async def test_a_worker_that_slept_while_another_took_over_writes_nothing(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(log)
    slow, fast = own_subscription(log, database), own_subscription(log, database)
    fast._lock = "another"  # as when the server ended the sleeper's session
    await make_tables(database, slow.view)
    asleep, wake = asyncio.Event(), asyncio.Event()

    async def sleepy(connection: Any, view: Any, table: Any, parking: Any, at: Any, steps: Any) -> Any:
        if view is slow.view and not asleep.is_set():
            asleep.set()
            await wake.wait()
        return await fold(connection, view, table, parking, at, steps)

    fold = folding.fold
    monkeypatch.setattr("channel_events.subscription.view_effect.fold", sleepy)
    async with running(slow):
        await asleep.wait()
        async with running(fast):
            await eventually(partial(reached, database, 50))
        wake.set()
        await take(log, each=2)
        await eventually(partial(reached, database, 60))
    await check_applied_once(log, database)


async def test_a_database_that_is_gone_for_a_while_blames_no_event(log: Log, database: str) -> None:
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    await fill(log, each=1)
    async with running(reader):
        for n in range(5):
            await take(log, each=2)
            await rows(
                database,
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and application_name = 'qudao-subscription'",
            )
            await asyncio.sleep(0.02 * n)
        await eventually(partial(reached, database, 55))
        assert not await parked_streams(database)
    await check_applied_once(log, database)


async def test_a_missing_record_stops_its_partition_until_the_audit_repairs_the_topic(
    log: Log, database: str, kafka: str, topic_prefix: str
) -> None:
    await fill(log, jars=1, each=6)
    sent = await public_rows(database)
    broker = Broker(kafka, "embedded")
    topic = topic_prefix + "specimen"
    await produce(broker, topic, [sent[0], sent[1], sent[4], sent[5]])
    view = taken_view()
    await make_tables(database, view)
    reader = subscription(view, database, kafka, topic_prefix)
    async with running(reader):
        await eventually(partial(has_status, reader, "incomplete"))
        assert await applied_count(database) == 2
        assert STOPPED.labels(reader.name, "incomplete")._value.get() == 1
        assert not reader.caught_up()
        async with running(Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix))):
            await eventually(partial(reached, database, 6))
            await eventually(partial(is_caught_up, reader))
    await check_applied_once(log, database)


async def test_records_repeated_and_out_of_order_are_applied_once_and_in_order(
    log: Log, database: str, kafka: str, topic_prefix: str
) -> None:
    await fill(log, jars=3, each=8)
    sent = await public_rows(database)
    topic = topic_prefix + "specimen"
    await produce(Broker(kafka, "embedded"), topic, [*sent[12:], *sent[:6], *sent[3:12], *reversed(sent), *sent])
    view = taken_view()
    await make_tables(database, view)
    reader = subscription(view, database, kafka, topic_prefix)
    async with running(reader):
        await eventually(partial(reached, database, 24))
    await check_applied_once(log, database)


async def test_unknown_events_are_counted_and_passed_over(log: Log, database: str) -> None:
    await fill(log, jars=1, each=3)
    await rows(database, "alter table event disable trigger event_no_change")
    await rows(database, "update event set type = 'marbles_painted' where position = 3")
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    before = EVENTS.labels(reader.name, "ignored")._value.get()
    async with running(reader):
        await eventually(partial(reached, database, 2))
        await eventually(partial(is_caught_up, reader))
    assert EVENTS.labels(reader.name, "ignored")._value.get() == before + 1


async def test_a_write_is_waited_for_by_its_token(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    of_topic = taken_view()
    await make_tables(database, of_topic)
    await fill(log, jars=1, each=1)
    connection = await asyncpg.connect(database)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    try:
        async with running(relay, subscription(of_topic, database, kafka, topic_prefix)):
            written = (await log.read(after=0, limit=10))[-1]
            token = f"{written.position};{written.partition}:{written.position}"
            await wait_for(connection.fetch, of_topic, token, 10)
            assert await applied_count(database) == 1
        with pytest.raises(ViewBehind) as behind:
            await wait_for(connection.fetch, of_topic, f"99;{written.partition}:99", 0.05)
        assert behind.value.reached[written.partition or 0] == written.position
        with pytest.raises(BadReceipt):
            await wait_for(connection.fetch, of_topic, "12;x", 1)
    finally:
        await connection.close()


async def test_freshness_is_measured_from_recorded_to_visible(log: Log, database: str) -> None:
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    start = datetime.now(UTC) - timedelta(seconds=1)
    async with running(reader):
        await fill(log, jars=1, each=10)
        await eventually(partial(reached, database, 10))
        await eventually(partial(is_caught_up, reader))
    found = reader.recent.since(start)
    assert found.count == 11
    assert found.p50 is not None
    assert found.p99 is not None
    assert 0 <= found.p50 <= found.p99 < 5
    assert reader.recent.since(datetime.now(UTC)).count == 0


async def test_tables_of_views_are_made_once_with_their_indexes_whoever_asks(database: str) -> None:
    await make_role(database, "moving_reader")
    view = taken_view(SPECIMEN)
    connections = [await asyncpg.connect(database) for _ in range(2)]
    try:
        await asyncio.gather(*(create_view_tables(connection, [view], role="moving_reader") for connection in connections))
    finally:
        for connection in connections:
            await connection.close()
    granted = await rows(database, "select privilege_type from information_schema.table_privileges where grantee = 'moving_reader'")
    assert {row["privilege_type"] for row in granted} == {"SELECT", "INSERT", "UPDATE", "DELETE"}
