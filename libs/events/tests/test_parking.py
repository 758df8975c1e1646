"""A failing event parks its stream: what came before is applied, later events of the stream wait, all others flow."""

import asyncio
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import Log, Recorded, parked_events, redrive
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_events.subscription.failing import blames_the_event
from channel_events.subscription.fold import fold
from channel_events.telemetry import PARKED, PARKED_OLDEST

from .moving import (
    applied_count,
    check_applied_once,
    eventually,
    fill,
    is_caught_up,
    make_tables,
    own_subscription,
    parked_streams,
    public_rows,
    reached,
    rows,
    running,
    subscription,
    take,
    taken_view,
)


class Bug:
    """A view that cannot apply some events, until it is mended."""

    def __init__(self, *ids: str) -> None:
        self.ids = set(ids)

    def __call__(self, event: Recorded) -> None:
        if event.id in self.ids:
            raise ZeroDivisionError("a bug of the view")


async def test_a_failing_event_parks_its_stream_and_all_others_flow(
    log: Log, database: str, kafka: str, topic_prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(log, each=4)
    sent = await public_rows(database)
    bad = sent[7]
    bug = Bug(str(bad["id"]))
    view = taken_view(fail=bug)
    await make_tables(database, view)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    reader = subscription(view, database, kafka, topic_prefix)
    held = [row for row in sent if row["stream"] == bad["stream"] and row["position"] >= bad["position"]]
    async with running(relay, reader):
        await eventually(partial(reached, database, len(sent) - len(held)))
        await take(log, each=1)  # the stream waits, the others go on
        await eventually(partial(reached, database, len(sent) - len(held) + 4))
        await eventually(partial(is_caught_up, reader))
        (waiting,) = await parked_streams(database)
        assert (waiting.stream, waiting.events, waiting.attempts) == (bad["stream"], len(held) + 1, 1)
        assert waiting.reason == "ZeroDivisionError: a bug of the view"
        assert str(bad["id"]) in capsys.readouterr().out
        await eventually(partial(has_metric, reader.name, len(held) + 1))
        bug.ids.clear()
        (done,) = await redrive(log, view)
        assert (done.stream, done.done, done.reason) == (bad["stream"], len(held) + 1, None)
        await take(log, each=1)
        await eventually(partial(reached, database, 30))
        await eventually(partial(has_metric, reader.name, 0))
        assert PARKED_OLDEST.labels(reader.name)._value.get() == 0
    await check_applied_once(log, database)


async def test_data_that_the_table_refuses_parks_its_stream(log: Log, database: str) -> None:
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    await rows(database, "alter table taken_v1 add constraint few check (jar <> 'jar0' or count < 3)")
    await fill(log, jars=2, each=5)
    async with running(reader):
        await eventually(partial(reached, database, 7))
        await eventually(partial(is_caught_up, reader))
    (waiting,) = await parked_streams(database)
    assert (waiting.stream, waiting.events) == ("jar/jar0", 3)
    assert waiting.reason.startswith("CheckViolationError")
    await rows(database, "alter table taken_v1 drop constraint few")
    await redrive(log, reader.view, "jar/jar0")
    await check_applied_once(log, database)


async def test_a_redrive_goes_up_to_the_first_event_that_fails_again(log: Log, database: str) -> None:
    await fill(log, jars=1, each=6)
    first, *_, fifth, _ = [str(row["id"]) for row in await public_rows(database)]
    bug = Bug(first, fifth)
    reader = own_subscription(log, database, fail=bug)
    await make_tables(database, reader.view)
    async with running(reader):
        await eventually(partial(is_caught_up, reader))
        await eventually(partial(has_parked, database, 1))
    bug.ids = {fifth}
    (tried,) = await redrive(log, reader.view)
    assert (tried.done, tried.reason) == (4, "ZeroDivisionError: a bug of the view")
    (waiting,) = await parked_streams(database)
    assert (waiting.events, waiting.attempts) == (2, 2)
    bug.ids = set()
    assert [one.done for one in await redrive(log, reader.view)] == [2]
    assert await parked_streams(database) == []
    await check_applied_once(log, database)


async def test_a_redrive_and_the_subscription_do_not_pass_each_other(log: Log, database: str) -> None:
    """While events of the stream keep coming: were the parked set cached, or the revision not bumped, one would overtake."""
    await fill(log, jars=2, each=1)
    bad = next(str(row["id"]) for row in await public_rows(database) if row["stream"] == "jar/jar0")
    bug = Bug(bad)
    reader = own_subscription(log, database, fail=bug)
    await make_tables(database, reader.view)

    async def keep_coming() -> None:
        for _ in range(60):
            await take(log, jars=2, each=1)
            await asyncio.sleep(0)

    async with running(reader):
        await eventually(partial(has_parked, database, 1))
        await take(log, jars=2, each=1)
        await eventually(partial(holds_parked, database, 2))  # and the reader knows that the stream is parked
        coming = asyncio.create_task(keep_coming())
        bug.ids.clear()
        while not coming.done():
            await redrive(log, reader.view)
            await asyncio.sleep(0.01)
        await coming
        await redrive(log, reader.view)
        await take(log, jars=2, each=1)  # behind a stream that flows again, for certain
        await eventually(partial(reached, database, 126))
    assert await parked_streams(database) == []
    await check_applied_once(log, database)
    order = await rows(database, "select position from taken_event_v1 where jar = 'jar0' order by ctid")
    assert order == sorted(order, key=lambda row: int(row["position"])), "an event overtook one of its own stream"


async def test_an_event_that_kills_the_process_is_parked_unapplied_the_fifth_time(log: Log, database: str) -> None:
    await fill(log, jars=2, each=5)
    deadly = str((await public_rows(database))[4]["id"])

    class Killed(BaseException):
        """What a process that dies does to its work."""

    def die(event: Recorded) -> None:
        if event.id == deadly:
            raise Killed

    for _ in range(10):
        reader = own_subscription(log, database, fail=die)
        if not await rows(database, "select 1 from pg_tables where tablename = 'taken_v1'"):
            await make_tables(database, reader.view)
        task = asyncio.create_task(reader.run())
        await eventually(partial(done_or_caught_up, task, reader))
        task.cancel()
        if not isinstance((await asyncio.gather(task, return_exceptions=True))[0], Killed):
            break
    (waiting,) = await parked_streams(database)
    assert "died of it" in waiting.reason
    assert waiting.stream == "jar/jar0"
    assert await applied_count(database) == 10 - waiting.events


async def test_an_error_that_passes_counts_no_attempt_and_parks_nothing(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    await fill(log, jars=1, each=3)
    errors: list[Exception] = [OSError(), asyncpg.DeadlockDetectedError("x"), asyncpg.DiskFullError("x")] * 2

    async def failing(*arguments: Any) -> Any:
        if errors:
            raise errors.pop()
        return await fold(*arguments)

    monkeypatch.setattr("channel_events.subscription.view_effect.fold", failing)
    monkeypatch.setattr("channel_events.lasting.LONGEST_PAUSE", 0.02)
    async with running(reader):
        await eventually(partial(reached, database, 3))
    assert not errors
    assert await parked_streams(database) == []
    await check_applied_once(log, database)


@pytest.mark.parametrize(
    ("error", "blamed"),
    [
        (ZeroDivisionError(), True),
        (asyncpg.NumericValueOutOfRangeError("x"), True),
        (asyncpg.UniqueViolationError("x"), True),
        (asyncpg.ConnectionDoesNotExistError("x"), False),
        (asyncpg.LockNotAvailableError("x"), False),
        (asyncpg.SerializationError("x"), False),
        (asyncpg.TooManyConnectionsError("x"), False),
        (asyncpg.QueryCanceledError("x"), False),
        (asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"), False),
        (TimeoutError(), False),
    ],
)
def test_only_data_and_bugs_are_blamed_on_the_event(error: Exception, blamed: bool) -> None:
    assert blames_the_event(error) is blamed


async def test_a_parked_event_is_kept_whole(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    await fill(log, jars=1, each=1)
    (row,) = await public_rows(database)
    view = taken_view(fail=Bug(str(row["id"])))
    await make_tables(database, view)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    async with running(relay, subscription(view, database, kafka, topic_prefix)):
        await eventually(partial(has_parked, database, 1))
    (waiting,) = await parked_streams(database)
    connection = await asyncpg.connect(database)
    try:
        (kept,) = await parked_events(connection.fetch, waiting)
    finally:
        await connection.close()
    assert kept.data == row["data"]
    assert kept.envelope["id"] == str(row["id"])
    assert kept.envelope["actor"] == row["actor"]


async def done_or_caught_up(task: asyncio.Task[None], reader: Any) -> bool:
    return task.done() or bool(reader.caught_up())


async def has_parked(dsn: str, streams: int) -> bool:
    return len(await parked_streams(dsn)) == streams


async def holds_parked(dsn: str, events: int) -> bool:
    return sum(one.events for one in await parked_streams(dsn)) == events


async def has_metric(name: str, events: int) -> bool:
    return bool(PARKED.labels(name)._value.get() == events)
