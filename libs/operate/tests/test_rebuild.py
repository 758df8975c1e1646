"""A view made again beside the one that is read, while events flow."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from channel_events import OWN_LOG, Log, Recorded, View
from channel_events.broker import Broker
from channel_events.pure import Registry
from channel_events.relay import Relay
from channel_events.subscription import Busy, Joint, ViewSubscription, create_view_tables, drop_retired_builds, retiring, use_serving
from channel_events.subscription.retiring import only_one
from channel_operate import Where, rebuild
from channel_operate.builds import NotReady

from ...events.tests.moving import (
    eventually,
    fill,
    has_status,
    is_caught_up,
    make_role,
    make_tables,
    parked_streams,
    produce,
    public_rows,
    rows,
    running,
    subscription,
    take,
    taken_view,
)
from ...events.tests.specimen import JAR


def where(database: str, bootstrap: str = "127.0.0.1:1", topic_prefix: str = "t.", **more: Any) -> Where:
    given = {"owner_dsn": database, "role": None, "service": "specimen", "registry": Registry(JAR.events), **more}
    return Where(broker=Broker(bootstrap, prefix=topic_prefix), **given)


def own(view: View, log: Log, database: str) -> ViewSubscription:
    return ViewSubscription(view, OWN_LOG, dsn=database, broker=Broker("127.0.0.1:1"), service="specimen", log=log, joint=Joint(log))


async def serving(database: str, sql: str) -> list[dict[str, Any]]:
    """What a reader gets: pointer and rows in one snapshot."""
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await use_serving(connection)
            return [dict(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def check_serving(log: Log, database: str) -> None:
    """What is read is what the log says."""
    public = [event for event in await log.read(after=0, limit=1_000_000) if event.partition is not None]
    each = await serving(database, "select id from taken_event_v1 order by position")
    assert [row["id"] for row in each] == [event.id for event in public]
    jars: dict[str, int] = {}
    for event in public:
        jars[event.key] = jars.get(event.key, 0) + event.data.count
    assert {row["jar"]: row["count"] for row in await serving(database, "select jar, count from taken_v1")} == jars


async def holds(log: Log, database: str) -> bool:
    try:
        await check_serving(log, database)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("times", [1, 2])
async def test_a_rebuilt_view_is_read_and_goes_on_while_events_flow(
    log: Log, database: str, kafka: str, topic_prefix: str, times: int
) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log, each=40)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    going = True

    async def flow() -> None:
        while going:
            await take(log, each=1)
            await asyncio.sleep(0.01)

    async with running(relay, subscription(view, database, kafka, topic_prefix)):
        flowing = asyncio.create_task(flow())
        shares: list[float] = []
        for number in range(1, times + 1):
            built = await rebuild(where(database, kafka, topic_prefix), view, told=shares.append)
            assert built.build == number
        going = False
        await flowing
        await take(log, each=3)
        await eventually(partial(holds, log, database))
    assert shares[-1] == 1.0
    assert all(0 <= share <= 1 for share in shares)
    assert [row["build"] for row in await rows(database, "select build from serving")] == [times]


async def test_a_mended_view_is_rebuilt_from_its_own_log(log: Log, database: str) -> None:
    wrong, right = taken_view(OWN_LOG), taken_view(OWN_LOG)
    original = right.changes
    wrong.changes = lambda event: (change for change in original(event) if change.table is None) if original else iter(())
    await make_tables(database, wrong)
    await fill(log, each=5)
    async with running(reader := own(wrong, log, database)):
        await eventually(partial(is_caught_up, reader))
    assert not await holds(log, database)
    await rebuild(where(database), right)
    await check_serving(log, database)
    async with running(own(right, log, database)):
        await take(log, each=2)
        await eventually(partial(holds, log, database))


async def test_a_worker_that_holds_the_old_progress_writes_nothing_into_the_new_build(log: Log, database: str) -> None:
    """Also when both rows happen to have had the same revision."""
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    await fill(log, each=5)
    async with running(worker := own(view, log, database)):
        await eventually(partial(is_caught_up, worker))
        await rebuild(where(database), view)
        await take(log, each=5)
        await eventually(partial(holds, log, database))
    revisions = {row["subscription"]: row["revision"] for row in await rows(database, "select subscription, revision from progress")}
    assert revisions["taken_v1"] > revisions["taken_v1#0"]


async def test_a_build_that_parks_more_is_not_switched_to_and_leaves_nothing(log: Log, database: str) -> None:
    good = taken_view(OWN_LOG)
    await make_tables(database, good)
    await fill(log, each=5)
    async with running(worker := own(good, log, database)):
        await eventually(partial(is_caught_up, worker))

    def fail(event: Recorded) -> None:
        if event.key == "jar1" and event.partition is not None:
            raise ZeroDivisionError

    with pytest.raises(NotReady, match="parked"):
        await rebuild(where(database), taken_view(OWN_LOG, fail=fail), patience=0)
    assert await rows(database, "select * from serving") == []
    assert await rows(database, "select nspname from pg_namespace where nspname like 'taken%'") == []
    assert await rows(database, "select * from progress where subscription like '%#%'") == []
    assert await parked_streams(database) == []
    await check_serving(log, database)


async def test_a_view_that_forked_is_mended_by_a_rebuild(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    """It had applied what the log no longer has; the topic was reset and holds what the log has."""
    view = taken_view()
    await make_tables(database, view)
    await fill(log, jars=1, each=5)
    sent = await public_rows(database)
    lost = {**dict(sent[-1]), "id": UUID(int=7), "data": b'{"count":500,"occurred_on":"2026-01-31"}'}
    topic = topic_prefix + "specimen"
    await produce(Broker(kafka, "embedded"), topic, [*sent[:-1], lost, sent[-1]])
    async with running(reader := subscription(view, database, kafka, topic_prefix)):
        await eventually(partial(has_status, reader, "forked"))
    assert not await holds(log, database)
    await take(log, jars=1, each=1)
    reset = topic_prefix + "again."
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=reset))
    async with running(relay, subscription(view, database, kafka, reset)):
        await rebuild(where(database, kafka, reset), view, patience=10)
        await check_serving(log, database)
        await take(log, jars=1, each=2)
        await eventually(partial(holds, log, database))


async def test_a_build_that_stands_is_not_switched_to(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log, jars=1, each=6)
    sent = await public_rows(database)
    await produce(Broker(kafka, "embedded"), topic_prefix + "specimen", sent)
    async with running(reader := subscription(view, database, kafka, topic_prefix)):
        await eventually(partial(is_caught_up, reader))
    holed = topic_prefix + "holed."
    await produce(Broker(kafka, "embedded"), holed + "specimen", [*sent[:2], *sent[4:]])
    with pytest.raises(NotReady, match="incomplete"):
        await rebuild(where(database, kafka, holed), view, patience=0)
    await check_serving(log, database)


async def test_old_tables_stay_a_minute_and_then_go(log: Log, database: str) -> None:
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    await fill(log, each=2)
    async with running(worker := own(view, log, database)):
        await eventually(partial(is_caught_up, worker))
    before = await asyncpg.connect(database)
    try:
        await before.execute("begin isolation level repeatable read")
        await use_serving(before)
        await rebuild(where(database), view)
        assert await drop_retired_builds(database, [view]) == {}
        assert len(await before.fetch("select * from taken_event_v1")) == 10, "a read that began before the switch goes on"
        await before.execute("rollback")
    finally:
        await before.close()
    await rows(database, "update serving set since = since - interval '61 seconds'")
    assert await drop_retired_builds(database, [view]) == {"taken": [0]}
    assert await rows(database, "select 1 from pg_tables where schemaname = 'public' and tablename = 'taken_v1'") == []
    await make_tables(database, view)  # a migration makes no tables that nobody reads
    assert await rows(database, "select 1 from pg_tables where schemaname = 'public' and tablename = 'taken_v1'") == []
    await check_serving(log, database)


async def test_however_often_a_view_is_rebuilt_one_retired_build_is_left(log: Log, database: str) -> None:
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    await fill(log, each=2)
    for number in range(1, 5):
        made = await rebuild(where(database), view)
        assert (made.build, made.retired) == (number, number - 1)
        schemas = await rows(database, "select nspname from pg_namespace where nspname like 'taken%' order by nspname")
        assert [row["nspname"] for row in schemas] == [f"taken_v1_b{n}" for n in (number - 1, number) if n]
        await rows(database, "update serving set since = since - interval '61 seconds'")


async def test_what_somebody_still_reads_is_left_for_the_next_time(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(retiring._SETTINGS, "lock_timeout", "100ms")
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    await fill(log, each=2)
    reading = await asyncpg.connect(database)
    try:
        await reading.execute("begin isolation level repeatable read")
        await use_serving(reading)
        await reading.fetch("select * from taken_v1")
        await rebuild(where(database), view)
        await rows(database, "update serving set since = since - interval '61 seconds'")
        assert (await rebuild(where(database), view)).build == 2
        assert await reading.fetch("select * from taken_v1") == []
    finally:
        await reading.close()
    await rows(database, "update serving set since = since - interval '61 seconds'")
    assert await drop_retired_builds(database, [view]) == {"taken": [1, 0]}


async def test_one_rebuild_of_a_view_at_a_time(log: Log, database: str) -> None:
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    async with only_one(database, view):
        with pytest.raises(Busy):
            await rebuild(where(database), view)


async def test_a_session_that_has_just_ended_is_no_other_process(log: Log, database: str) -> None:
    view = taken_view(OWN_LOG)
    await make_tables(database, view)

    async def both_there() -> bool:
        sql = "select count(*) as n from pg_stat_activity where application_name = 'qudao-build' and query like '%try_advisory%'"
        return bool((await rows(database, sql + " and datname = current_database()"))[0]["n"] == 2)

    async with only_one(database, view):
        second = asyncio.create_task(rebuild(where(database), view))
        await eventually(both_there)
    assert (await second).build == 1


async def test_a_build_has_the_rights_indexes_and_scopes_of_its_view(log: Log, database: str, reader_role: str) -> None:
    view = taken_view(OWN_LOG)
    view.tables[0].scope = "jar"
    connection = await asyncpg.connect(database)
    try:
        await create_view_tables(connection, [view], role=reader_role)
    finally:
        await connection.close()
    await fill(log, each=2)
    async with running(worker := own(view, log, database)):
        await eventually(partial(is_caught_up, worker))
    await rebuild(where(database, role=reader_role), view)
    await rows(database, f"grant select on serving to {reader_role}")
    reader = await asyncpg.connect(database.replace("postgres@", f"{reader_role}@"))
    try:
        async with reader.transaction(isolation="repeatable_read"):
            await use_serving(reader)
            assert len(await reader.fetch("select * from taken_v1")) == 5
            await reader.execute(
                "select set_config('channel.scope', '{jar1}', true), set_config('role', $1, true)", f"{reader_role}_scoped"
            )
            assert [row["jar"] for row in await reader.fetch("select * from taken_v1")] == ["jar1"]
    finally:
        await reader.close()
    of = "select indexdef from pg_indexes where schemaname = $1 order by indexname"
    built = [row["indexdef"].replace("taken_v1_b1.", "public.") for row in await rows(database, of, "taken_v1_b1")]
    first = await rows(
        database, "select indexdef from pg_indexes where schemaname = 'public' and tablename like 'taken%' order by indexname"
    )
    assert built == [row["indexdef"] for row in first]


@pytest.fixture
async def reader_role(database: str) -> AsyncIterator[str]:
    await make_role(database, "build_reader")
    yield "build_reader"
    await rows(database, "drop owned by build_reader, build_reader_scoped")
