"""Long streams: read in pages, apart from everybody else, and from a snapshot where there is one."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from channel_events import Actor, Log, LogUnavailable, On, Recorded, Rejected, StreamUnreadable
from channel_events.log import snapshots
from channel_events.log import statements as sql
from channel_events.log.streams import Streams
from channel_events.pure import Decider

from .conftest import OpenLog
from .moving import eventually, rows
from .newer import NEWER, Double
from .specimen import JAR, Put, Take
from .test_reaction import SHELF, create, follower, telling, told_count

ANN = Actor("ann")
KEPT: Decider[Any, int, Any] = Decider("jar", initial=0, decide=JAR.decide, evolve=JAR.evolve, events=JAR.events, state=int)

_FILL = """
with filled as (
  insert into event (position, id, stream, version, type, data, recorded_at, recorded_on, actor)
  select g, gen_random_uuid(), $1, g, 'marbles_added', '{"count":1}', now(), current_date, 'past' from generate_series(1, $2) g
  returning position, id)
update log_head set (position, mark) = (select position, id from filled order by position desc limit 1)
"""


async def fill(database: str, stream: str, count: int) -> None:
    """A log of one stream, by which a marble came in ``count`` times."""
    await rows(database, _FILL, stream, count)


async def snapshot(database: str, stream: str = "jar/long") -> dict[str, Any] | None:
    found = await rows(database, "select version, position, id, decider, state::text from snapshot where stream = $1", stream)
    return found[0] if found else None


@asynccontextmanager
async def reading_waits(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Streams that are set aside are not read before the end of the block; gives those that are asked for."""
    asked: list[str] = []
    go_on = asyncio.Event()
    original = Streams.entry

    async def entry(self: Streams, decider: Any, stream: str, start: Any = None) -> Any:
        asked.append(stream)
        await go_on.wait()
        return await original(self, decider, stream, start)

    monkeypatch.setattr(Streams, "entry", entry)
    try:
        yield asked
    finally:
        go_on.set()
        monkeypatch.setattr(Streams, "entry", original)


@pytest.mark.parametrize("count", [199, 200, 201, 1_000, 6_001])
async def test_a_stream_of_any_length_is_read_whole(log: Log, database: str, count: int) -> None:
    await fill(database, "jar/long", count)
    assert await log.state(JAR, "long") == count
    assert [event.version for event in await log.stream(JAR, "long")] == list(range(1, count + 1))
    assert [event.version for event in await log.stream(JAR, "long", after_version=count - 7, limit=5)] == list(range(count - 6, count - 1))
    assert len(await log.read(after=0, limit=count - 1)) == count - 1
    with pytest.raises(Rejected, match="too_few"):
        await log.execute(On(JAR, "long", Take(count + 1)), by=ANN)
    written = await log.execute(On(JAR, "long", Take(count)), by=ANN)
    assert (written.version, written.position) == (count + 1, count + 1)


async def test_no_statement_reads_more_than_a_page(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a stream that is long enough would be read never, within no statement's timeout."""
    await fill(database, "jar/long", 20_000)
    read = count_rows(monkeypatch)
    await log.execute(On(JAR, "long", Take(20_000)), by=ANN)
    assert await log.state(JAR, "long") == 0
    assert len(await log.stream(JAR, "long")) == 20_001
    assert 1_000 < max(read) <= 5_001


def count_rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each statement of the pools' connections and others reads from now on."""
    read: list[int] = []
    original = asyncpg.Connection.fetch

    async def fetch(self: Any, *given: Any, **more: Any) -> Any:
        found = await original(self, *given, **more)
        read.append(len(found))
        return found

    monkeypatch.setattr(asyncpg.Connection, "fetch", fetch)
    return read


async def test_while_a_long_stream_is_read_others_are_served_and_its_own_wait_in_order(
    log: Log, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(database, "jar/long", 3_000)
    async with reading_waits(monkeypatch) as asked:
        jobs = [On(JAR, "long", Take(3_000)), On(JAR, "long", Take(1)), On(JAR, "long", Put(5)), On(JAR, "long", Take(5))]
        own = [asyncio.create_task(log.execute(job, by=ANN)) for job in jobs]
        both = asyncio.create_task(log.execute(On(JAR, "near", Put(1)), On(JAR, "long", Put(1)), by=ANN))
        behind = asyncio.create_task(log.execute(On(JAR, "near", Take(1)), by=ANN))
        others = await asyncio.wait_for(asyncio.gather(*(log.execute(On(JAR, f"{n}", Put(1)), by=ANN) for n in range(50))), 5)
        assert len(others) == 50
        assert [task.done() for task in (*own, both, behind)] == [False] * 6
        assert asked == ["jar/long"]
        later = asyncio.create_task(log.execute(On(JAR, "near", Put(2)), by=ANN))
        await log.execute(On(JAR, "far", Put(1)), by=ANN)
        assert not later.done()
    assert (await later).version == 3
    answers = await asyncio.wait_for(asyncio.gather(*own, both, behind, return_exceptions=True), 10)
    assert [type(answer).__name__ for answer in answers] == ["Appended", "Rejected", "Appended", "Appended", "Appended", "Appended"]


async def test_no_caller_who_waits_for_a_long_stream_is_forgotten(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(database, "jar/long", 3_000)

    async def broken(*_: Any) -> Any:
        raise OSError("no connection")

    async with reading_waits(monkeypatch):
        gone = asyncio.create_task(log.execute(On(JAR, "long", Put(1)), by=ANN))
        stays = asyncio.create_task(log.execute(On(JAR, "long", Take(3_000)), by=ANN))
        await log.execute(On(JAR, "other", Put(1)), by=ANN)
        gone.cancel()
    assert (await asyncio.wait_for(stays, 10)).version == 3_001
    monkeypatch.setattr(Streams, "entry", broken)
    log._committer._session.basis.forget()
    with pytest.raises(LogUnavailable, match="jar/long cannot be read now"):
        await log.execute(On(JAR, "long", Put(1)), by=ANN)


async def test_a_log_that_closes_says_so_to_those_who_wait_for_a_long_stream(
    open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await open_log()
    await fill(database, "jar/long", 3_000)
    async with reading_waits(monkeypatch):
        waiting = asyncio.create_task(log.execute(On(JAR, "long", Put(1)), by=ANN))
        await log.execute(On(JAR, "other", Put(1)), by=ANN)
        await asyncio.wait_for(log.close(), 5)
        with pytest.raises(LogUnavailable, match="closing"):
            await waiting


async def test_a_long_stream_that_cannot_be_read_fails_its_own_commands(open_log: OpenLog, database: str) -> None:
    newer, log = await open_log(NEWER), await open_log()
    await fill(database, "jar/long", 3_000)
    await newer.execute(On(NEWER, "long", Double()), by=ANN)
    for _ in range(2):
        answers = await asyncio.gather(
            log.execute(On(JAR, "long", Put(1)), by=ANN), log.execute(On(JAR, "other", Put(1)), by=ANN), return_exceptions=True
        )
        assert [type(answer).__name__ for answer in answers] == ["StreamUnreadable", "Appended"]
    with pytest.raises(StreamUnreadable):
        await log.state(JAR, "long")


async def test_a_reaction_to_a_long_stream_holds_up_nobody(open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [*SHELF.events, *JAR.events]
    shelf: Decider[Any, int, Any] = Decider("shelf", initial=0, decide=SHELF.decide, evolve=lambda n, _: n, events=events)
    await fill(database, "shelf/a", 3_000)
    log = await open_log(JAR, shelf)
    reaction = telling()
    await create(database, reaction)
    async with reading_waits(monkeypatch) as asked:
        task = asyncio.create_task(follower(reaction, log, database).run())
        await log.execute(On(JAR, "a", Put(9)), On(JAR, "a", Take(1)), by=ANN)
        await eventually(lambda: seen(asked))
        await asyncio.wait_for(log.execute(On(JAR, "a", Take(1)), by=ANN), 5)
        assert not await told_count(database, 1)
    await eventually(lambda: told_count(database, 2))
    task.cancel()
    await asyncio.wait([task])


async def seen(asked: Sequence[str]) -> bool:
    return bool(asked)


async def test_a_long_stream_that_others_write_to_meanwhile_is_read_on_and_not_again(
    open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, other = await open_log(), await open_log()
    await fill(database, "jar/long", 2_500)
    await other.execute(On(JAR, "long", Put(1)), by=ANN)
    original, begun = Streams.entry, list[int]()

    async def entry(self: Streams, decider: Any, stream: str, start: Any = None) -> Any:
        begun.append(start.version if start else 0)
        found = await original(self, decider, stream, start)
        if len(begun) < 3:
            await other.execute(*(On(JAR, "long", Put(1)) for _ in range(1_500)), by=ANN)
        return found

    monkeypatch.setattr(Streams, "entry", entry)
    assert (await log.execute(On(JAR, "long", Take(1)), by=ANN)).version == 2_501 + 3_000 + 1
    assert begun == [0, 2_501, 4_001]


async def test_a_snapshot_is_written_behind_the_commit_and_read_instead_of_the_events(open_log: OpenLog, database: str) -> None:
    log = await open_log(KEPT)
    await fill(database, "jar/long", 3_000)
    await log.execute(On(KEPT, "long", Take(10)), by=ANN)
    kept: Any = await eventually(lambda: snapshot(database))
    assert (kept["version"], kept["state"], kept["decider"][:7]) == (3_000, "3000", "jar.v1.")
    [row] = await rows(database, "select id, position from event where version = 3000")
    assert (kept["id"], kept["position"]) == (row["id"], row["position"])
    await forge(database, state="5000")  # so that it is seen whether it is read
    other = await open_log(KEPT)
    assert await other.state(KEPT, "long") == 4_990
    await other.execute(On(KEPT, "long", Take(4_990)), by=ANN)


async def forge(database: str, **columns: Any) -> None:
    for name, value in columns.items():
        kind = {"state": "json", "version": "integer", "id": "uuid"}.get(name, "text")
        await rows(database, f"update snapshot set {name} = $1::text::{kind}", str(value))


@pytest.mark.parametrize(
    ("decider", "forged"),
    [
        (Decider("jar", initial=0, decide=JAR.decide, evolve=JAR.evolve, events=JAR.events), {}),
        (Decider("jar", initial=0, decide=JAR.decide, evolve=JAR.evolve, events=JAR.events, state=int, version=2), {}),
        (Decider("jar", initial=0, decide=JAR.decide, evolve=JAR.evolve, events=JAR.events, state=float), {}),
        (KEPT, {"id": "00000000-0000-0000-0000-000000000001"}),
        (KEPT, {"version": 2_999}),
        (KEPT, {"version": 9_999}),
        (KEPT, {"state": '"many"'}),
    ],
    ids=["kept no more", "another version", "another form", "another event", "another place", "past the end", "not a state"],
)
async def test_a_snapshot_that_is_not_of_this_very_state_is_not_used(open_log: OpenLog, database: str, decider: Any, forged: Any) -> None:
    log = await open_log(KEPT)
    await fill(database, "jar/long", 3_000)
    await log.execute(On(KEPT, "long", Put(1)), by=ANN)
    await eventually(lambda: snapshot(database))
    await forge(database, **{"state": "5000", **forged})
    other = await open_log(decider)
    assert await other.state(decider, "long") == 3_001
    with pytest.raises(Rejected, match="too_few"):
        await other.execute(On(decider, "long", Take(3_002)), by=ANN)


@pytest.mark.parametrize("cut", [1, 400, 1_500, 2_999])
async def test_a_log_that_was_cut_off_below_a_snapshot_does_not_use_it(open_log: OpenLog, database: str, cut: int) -> None:
    log = await open_log(KEPT)
    await fill(database, "jar/long", 3_000)
    await log.execute(On(KEPT, "long", Take(1)), by=ANN)
    await eventually(lambda: snapshot(database))
    await lose_all_behind(database, cut)
    for again in (log, await open_log(KEPT)):  # also one that lived through it
        assert await again.state(KEPT, "long") == cut
    with pytest.raises(Rejected, match="too_few"):
        await log.execute(On(KEPT, "long", Take(cut + 1)), by=ANN)
    await log.execute(*(On(KEPT, "long", Put(1)) for _ in range(1_200)), by=ANN)

    async def made_anew() -> bool:
        kept: Any = await snapshot(database)
        there = await rows(database, "select from event where id = $1", kept["id"])
        return bool(there and kept["state"] == str(kept["version"]))

    await eventually(made_anew)
    assert await log.state(KEPT, "long") == cut + 1_200


async def lose_all_behind(database: str, position: int) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("set session_replication_role = replica")
    await connection.execute("delete from event where position > $1", position)
    await connection.execute("update log_head set (position, mark) = (select position, id from event order by position desc limit 1)")
    await connection.close()


@pytest.mark.parametrize("seed", range(4))
async def test_state_from_a_snapshot_and_what_followed_is_that_from_all_events(
    open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """With snapshots at every few events, pages and caches of a few, processes that come and go, and a log that is cut off."""
    dice = random.Random(seed)
    monkeypatch.setattr(snapshots, "EVERY", 3)
    for module, name, value in (("streams", "FIRST_PAGE", 2), ("basis", "LONG", 2), ("basis", "SHORT", 2), ("basis", "PAGE", 6)):
        monkeypatch.setattr(f"channel_events.log.{module}.{name}", value)
    logs = [await open_log(KEPT) for _ in range(2)]
    for turn in range(60):
        logs[dice.randrange(2)]._committer._session.basis.forget() if dice.random() < 0.5 else None
        log = dice.choice(logs)
        jobs = [On(KEPT, f"{dice.randrange(3)}", dice.choice([Put(dice.randrange(1, 5)), Take(1)])) for _ in range(dice.randrange(1, 4))]
        await asyncio.gather(*(log.execute(job, by=ANN) for job in jobs), return_exceptions=True)
        if turn == 40:
            await lose_all_behind(database, await log.head() - 15)
        events = await log.read(after=0, limit=10_000)
        for jar in ("0", "1", "2"):
            assert await dice.choice(logs).state(KEPT, jar) == from_scratch(events, jar)
    assert len(await rows(database, "select from snapshot")) == 3
    await check_versions(events)


def from_scratch(events: Sequence[Recorded], jar: str) -> int:
    return KEPT.fold(event.data for event in events if event.stream == f"jar/{jar}")


async def check_versions(events: Sequence[Recorded]) -> None:
    for jar in ("0", "1", "2"):
        versions = [event.version for event in events if event.stream == f"jar/{jar}"]
        assert versions == list(range(1, len(versions) + 1))


async def test_what_is_not_in_the_log_is_never_kept(log: Log, database: str) -> None:
    """A state of a batch that was not written, or that is lost since."""
    await log.execute(On(JAR, "a", Put(1)), by=ANN)
    [row] = await rows(database, "select id from event")
    for version, id_ in ((2, row["id"]), (1, "00000000-0000-0000-0000-000000000001")):
        await rows(database, sql.SAVE_SNAPSHOT, "jar/a", version, id_, "jar.v1", "7")
    assert await snapshot(database, "jar/a") is None
    await rows(database, sql.SAVE_SNAPSHOT, "jar/a", 1, row["id"], "jar.v1", "7")
    assert await snapshot(database, "jar/a") is not None


async def test_the_first_command_on_a_very_long_stream_with_a_snapshot_reads_no_more_than_a_page_or_two(
    open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QUDAO_LONG_STREAM=1000000 for the whole promise, in seconds too: making the events takes half a minute."""
    count = int(os.environ.get("QUDAO_LONG_STREAM", "20000"))
    await fill(database, "jar/long", count)
    first = await open_log(KEPT)
    await first.execute(On(KEPT, "long", Put(1)), by=ANN)
    await eventually(lambda: snapshot(database))
    await first.execute(*(On(KEPT, "long", Put(1)) for _ in range(900)), by=ANN)
    second = await open_log(KEPT)
    read = count_rows(monkeypatch)
    began = time.monotonic()
    assert (await second.execute(On(KEPT, "long", Take(count)), by=ANN)).version == count + 902
    commanded, began = time.monotonic() - began, time.monotonic()
    assert await second.state(KEPT, "long") == 901
    looked = time.monotonic() - began
    assert sum(read) < 2 * (3 * 200 + 1_000 + 100)
    if count >= 1_000_000:
        assert max(commanded, looked) < 1, (commanded, looked)


async def test_the_version_of_a_stream_at_a_position_is_found(log: Log) -> None:
    written: list[int] = []
    for n in range(25):
        await log.execute(On(JAR, "other", Put(1)), *(On(JAR, "a", Put(1)) for _ in range(n % 3)), by=ANN)
        written = [event.position for event in await log.stream(JAR, "a")]
    for position in range(await log.head() + 2):
        assert await log.version_at(JAR, "a", position) == sum(one <= position for one in written)
    assert await log.version_at(JAR, "none", 5) == 0
