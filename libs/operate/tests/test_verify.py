"""Whether what is read is what the events come to."""

from functools import partial

import pytest
from channel_events import OWN_LOG, Actor, Log, On, OwnLog
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_events.subscription import ViewSubscription
from channel_operate import Verified, rebuild, verify

from ...events.tests.moving import (
    check_applied_once,
    eventually,
    fill,
    is_caught_up,
    make_tables,
    reached,
    rows,
    running,
    subscription,
    take,
    taken_view,
)
from ...events.tests.specimen import JAR, MarblesTaken, Put
from ...events.tests.test_history import jars
from .test_rebuild import own, where


async def verified(log: Log, database: str, damage: str = "") -> Verified:
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    await fill(log, each=4)
    async with running(worker := own(view, log, database)):
        await eventually(partial(is_caught_up, worker))
    if damage:
        await rows(database, damage)
    return await verify(where(database), view)


async def test_a_right_view_is_equal_and_nothing_is_left_of_the_comparison(log: Log, database: str) -> None:
    found = await verified(log, database)
    assert found.equal
    assert [(one.table, one.rows, one.different) for one in found.tables] == [("taken", 5, 0), ("taken_event", 20, 0)]
    assert found.places == {"own/0": 25}
    assert await rows(database, "select * from progress where subscription like '%#%'") == []
    assert await rows(database, "select nspname from pg_namespace where nspname like 'taken%'") == []


@pytest.mark.parametrize(
    ("damage", "serving", "rebuilt"),
    [
        ("update taken_v1 set count = 5 where jar = 'jar3'", {"count": 5}, {"count": 4}),
        ("delete from taken_v1 where jar = 'jar3'", None, {"count": 4}),
        ("insert into taken_v1 (jar, count) values ('jar9', 1)", {"count": 1}, None),
        ("update taken_v1 set jar = 'jar8' where jar = 'jar3'", None, {"count": 4}),
    ],
)
async def test_a_corrupted_row_is_found_with_its_key(
    log: Log, database: str, damage: str, serving: dict[str, int] | None, rebuilt: dict[str, int] | None
) -> None:
    found = await verified(log, database, damage)
    assert not found.equal
    taken, untouched = found.tables
    assert untouched.equal
    assert not taken.equal
    assert taken.serving != taken.rebuilt
    one = min(taken.differences, key=lambda difference: (difference.serving is not None) is (serving is None))
    assert one.key == {"jar": "jar9" if rebuilt is None else "jar3"}
    for row, expected in ((one.serving, serving), (one.rebuilt, rebuilt)):
        assert (row is None) is (expected is None)
        assert row is None or expected is None or row["count"] == expected["count"]


async def test_a_view_is_verified_while_events_flow_also_after_a_rebuild(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log, each=20)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    async with running(relay, subscription(view, database, kafka, topic_prefix)):
        await eventually(partial(reached, database, 100))  # caught up it may be before the relay has sent anything
        for damaged in (False, True):
            await rebuild(where(database, kafka, topic_prefix), view)
            if damaged:
                await rows(database, "update taken_v1_b2.taken_v1 set count = count + 1 where jar = 'jar0'")
            await take(log, each=5)
            found = await verify(where(database, kafka, topic_prefix), view)
            assert found.equal is not damaged
            assert found.tables[0].different == int(damaged)


async def test_a_reader_of_some_events_passes_over_the_others_and_is_where_the_log_is(log: Log, database: str) -> None:
    async def at_head() -> bool:
        [row] = await rows(database, "select position from progress where subscription = 'taken_v1'")
        return bool(row["position"] == await log.head())

    view = taken_view(OwnLog(events=[MarblesTaken]))
    await make_tables(database, view)
    await fill(log)
    await log.execute(On(JAR, "quiet", Put(1)), by=Actor("ann"))  # the last event is one that the view does not look at
    worker = ViewSubscription(view, view.sources[0], dsn=database, broker=Broker("127.0.0.1:1"), service="specimen", log=log)
    async with running(worker):
        await eventually(partial(is_caught_up, worker))
        assert await at_head()
        await check_applied_once(log, database)
        await log.execute(On(JAR, "quiet", Put(1)), by=Actor("ann"))
        await eventually(at_head)
    assert (await verify(where(database), view)).equal
    await take(log, each=1)
    assert (await rebuild(where(database), view)).build == 1


async def test_of_a_view_with_history_every_version_is_compared(log: Log, database: str) -> None:
    view = jars()
    await make_tables(database, view)
    await fill(log, jars=2, each=3)
    async with running(worker := own(view, log, database)):
        await eventually(partial(is_caught_up, worker))
    found = await verify(where(database), view)
    assert found.equal
    [count] = [row["n"] for row in await rows(database, "select count(*) as n from jar_v1")]
    assert found.tables[0].rows == count > 2
    versions = "select * from jar_v1 order by jar, known_from"
    before = await rows(database, versions)
    await rebuild(where(database), view)
    assert await rows(database, versions.replace("jar_v1", "jars_v1_b1.jar_v1")) == before
    await rows(database, "delete from jars_v1_b1.jar_v1 where known_until is not null and jar = 'jar0'")
    assert not (await verify(where(database), view)).equal
