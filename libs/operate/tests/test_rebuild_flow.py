"""How a build draws level with the one that is read, whatever happens beside it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from channel_events import OWN_LOG, Log, Recorded, redrive
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_events.subscription import parked, redriving, retiring, view_subscription
from channel_events.subscription.progress import ProgressTable
from channel_events.subscription.retiring import building, only_one
from channel_events.subscription.serving import serving_build
from channel_events.topic import TopicReader
from channel_operate import rebuild, verify
from channel_operate.build_subscription import BuildSubscription
from channel_operate.builds import NotReady, hold, new_build, switch

from ...events.tests.moving import (
    SPECIMEN,
    eventually,
    fill,
    is_caught_up,
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
from .test_rebuild import check_serving, holds, own, where


@asynccontextmanager
async def never_resting(log: Log) -> AsyncIterator[None]:
    """A writer that appends as fast as it can."""
    going = True

    async def write() -> None:
        while going:
            await take(log, jars=20, each=1)

    writing = [asyncio.create_task(write()) for _ in range(2)]
    try:
        yield
    finally:
        going = False
        await asyncio.gather(*writing)


@pytest.mark.parametrize("of", [OWN_LOG, SPECIMEN], ids=["own log", "topic"])
async def test_a_rebuild_beside_a_writer_that_never_rests_ends(
    log: Log, database: str, kafka: str, topic_prefix: str, of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins = 0
    begin = BuildSubscription._begin

    async def counted(self: BuildSubscription, *args: Any) -> Any:
        nonlocal begins
        begins += 1
        return await begin(self, *args)

    monkeypatch.setattr(BuildSubscription, "_begin", counted)
    view = taken_view(of)
    await make_tables(database, view)
    await fill(log, jars=20, each=300)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    parts = [own(view, log, database)] if of is OWN_LOG else [relay, subscription(view, database, kafka, topic_prefix)]
    async with running(*parts):
        await eventually(partial(is_caught_up, parts[-1]), seconds=60)
        async with never_resting(log):
            built = await rebuild(where(database, kafka, topic_prefix), view, patience=30)
            assert (built.build, begins) == (1, 1)
            assert (await verify(where(database, kafka, topic_prefix), view, patience=30)).equal
            assert begins == 2
        await eventually(partial(holds, log, database), seconds=60)


async def test_a_partition_at_its_limit_goes_on_from_where_it_stands(
    log: Log, database: str, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not read again from the start, nor is anything applied behind the limit."""
    view = taken_view()
    await make_tables(database, view)
    await fill(log, jars=3, each=30)
    sent = await public_rows(database)
    await produce(Broker(kafka, "embedded"), topic_prefix + "specimen", sent)
    sought: list[int] = []
    seek = TopicReader.seek

    async def seeking(self: TopicReader, partition: int, offset: int) -> None:
        sought.append(offset)
        await seek(self, partition, offset)

    monkeypatch.setattr(TopicReader, "seek", seeking)
    async with only_one(database, view) as connection:
        number = await new_build(connection, view, None)
    limits = [dict.fromkeys(range(12), sent[n]["position"]) for n in (10, 11, 50, -1)]
    build = BuildSubscription(
        view, number, SPECIMEN, registry=SPECIMEN.registry, limit=limits[0], dsn=database, broker=Broker(kafka, prefix=topic_prefix),
        service="specimen",
    )  # fmt: skip
    ends = {row["partition"]: row["position"] for row in sent}
    async with running(build):
        for limit in limits:
            build.limit = limit
            reach = {partition: min(limit[partition], end) for partition, end in ends.items()}
            await eventually(partial(has_reached, build, reach))
            there = await rows(database, "select position from taken_v1_b1.taken_event_v1 order by position")
            assert [row["position"] for row in there] == [row["position"] for row in sent if row["position"] <= limit[0]]
    assert sought.count(0) <= 12, "when it begins"


async def has_reached(build: BuildSubscription, places: dict[int, int]) -> bool:
    return build.reached({partition: places.get(partition, 0) for partition in range(12)})


@pytest.mark.parametrize("places", [(9, 1000), (1000, 9), (9, 9)])
async def test_a_build_is_not_switched_to_before_every_partition_is_level(database: str, places: tuple[int, int]) -> None:
    """Rows would go back for those who read before, however far the other partitions are."""
    view = taken_view()
    await make_tables(database, view)
    put = "update progress set position = $3 where subscription = $1 and partition = $2"
    async with only_one(database, view) as connection:
        await ProgressTable(view.subscription, "specimen").begin(connection, range(12))
        number = await new_build(connection, view, None)
        for partition, position in enumerate(places):
            await connection.execute(put, view.subscription, partition, 10)
            await connection.execute(put, building(view, number), partition, position)
        with pytest.raises(NotReady, match="is behind"):
            async with connection.transaction():
                await switch(connection, view, number, (await hold(connection, view.subscription)).places)
        await connection.execute("update progress set position = 10 where position = 9")
        async with connection.transaction():
            await switch(connection, view, number, (await hold(connection, view.subscription)).places)
    assert [row["build"] for row in await rows(database, "select build from serving")] == [number]


async def test_a_build_that_begins_again_after_the_switch_writes_nothing(log: Log, database: str) -> None:
    """It would fold all events a second time into what is read by then."""
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    await fill(log, each=3)
    async with running(worker := own(view, log, database)):
        await eventually(partial(is_caught_up, worker))
        assert (await rebuild(where(database), view)).build == 1
        late = BuildSubscription(
            view, 1, OWN_LOG, registry=log.registry, limit=None, dsn=database, broker=Broker("127.0.0.1:1"), service="specimen",
        )  # fmt: skip
        async with running(late):
            await take(log, each=3)
            await eventually(partial(holds, log, database))
            await asyncio.sleep(0.3)
    assert not late.ran
    assert await rows(database, "select * from progress where subscription = 'taken_v1#1'") == []
    await check_serving(log, database)


async def test_a_frozen_rebuild_lets_go_of_what_it_holds(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(retiring._SETTINGS, "idle_in_transaction_session_timeout", "200ms")
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    async with running(worker := own(view, log, database)):
        await eventually(partial(is_caught_up, worker))
        async with only_one(database, view) as connection:
            await connection.execute("begin")
            await hold(connection, view.subscription)
            await fill(log, each=1)
            await eventually(partial(holds, log, database))


async def test_a_worker_that_begins_while_builds_switch_does_not_write_into_the_old_one(
    log: Log, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads which build is served and where that is in one snapshot, else it would fold the new one's events into old tables."""
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    await fill(log, each=2)
    async with running(worker := own(view, log, database)):
        await eventually(partial(is_caught_up, worker))
    ask, switched = serving_build, asyncio.Event()

    async def switching(connection: Any, subscription: str) -> int:
        build = await ask(connection, subscription)
        if not switched.is_set():
            await rebuild(where(database), view)
            switched.set()
        return build

    monkeypatch.setattr(view_subscription, "serving_build", switching)
    async with running(own(view, log, database)):
        await switched.wait()
        await take(log, each=2)
        await eventually(partial(holds, log, database))


async def test_a_redrive_beside_a_switch_writes_into_the_build_that_is_read(
    log: Log, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    def fail(event: Recorded) -> None:
        if broken and event.key == "jar1" and event.partition is not None:
            raise ZeroDivisionError

    view = taken_view(OWN_LOG, fail=fail)
    await make_tables(database, view)
    await fill(log, each=4)
    async with running(worker := own(view, log, database)):
        await eventually(partial(is_caught_up, worker))

    async def switching(*args: Any, **more: Any) -> Any:
        nonlocal broken
        found = await parked(*args, **more)
        if broken:  # once: another build would have what the re-drive wrote elsewhere
            await rebuild(where(database), view)  # which parks the same
            broken = False
        return found

    monkeypatch.setattr(redriving, "parked", switching)
    assert len(await parked_streams(database)) == 1
    assert [one.done for one in await redrive(log, view)] == [4]
    await check_serving(log, database)
