"""What a process takes on has bounds: memory of its states, commands that wait, bytes of a statement."""

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec
import pytest
from channel_events import Actor, Log, LogBusy, LogUnavailable, On, Rejected
from channel_events.ids import new_id
from channel_events.log import connect
from channel_events.log.draft import Entry
from channel_events.log.queue import MAX_WAITING
from channel_events.log.reading import EventReader
from channel_events.log.snapshots import storable
from channel_events.log.states import States
from channel_events.log.streams import Streams
from channel_events.pure import Decider, Registry

from .conftest import OpenLog
from .moving import eventually, rows
from .specimen import JAR, Put, Take

ANN = Actor("ann")
_LONG = """
with filled as (
  insert into event (position, id, stream, version, type, data, recorded_at, recorded_on, actor)
  select $1::bigint + g, gen_random_uuid(), $2, g, 'marbles_added', '{"count":1}', now(), current_date, 'past'
    from generate_series(1, 1000) as g
  returning position, id)
update log_head set (position, mark) = (select position, id from filled order by position desc limit 1)
"""


class Item(msgspec.Struct, frozen=True):
    sku: str
    quantity: int
    price: Decimal
    discount: Decimal


class Order(msgspec.Struct, frozen=True):
    id: str
    partner: str
    items: dict[str, Item]


def order(number: int, lines: int = 4) -> Order:
    one = Order(f"shop:{number}", f"p-{number}", {f"{n}": Item(f"SKU-{number}-{n}", n, Decimal(n), Decimal(0)) for n in range(lines)})
    return msgspec.json.decode(msgspec.json.encode(one), type=Order)


def cache() -> States:
    return States({"jar": JAR}, EventReader("specimen", Registry(JAR.events)))


def use(states: States, stream: str, entry: Entry) -> None:
    """As a batch does: asks for the stream, then changes it."""
    states.missing([stream])
    states.adopt({stream: entry})


@pytest.mark.parametrize("lines", [4, 60])
def test_states_keep_within_their_bytes_whatever_they_are(monkeypatch: pytest.MonkeyPatch, lines: int) -> None:
    monkeypatch.setattr("channel_events.log.states.LIMIT_BYTES", 6_000_000)
    states = cache()
    tracemalloc.start()
    try:
        for number in range(60_000 // lines):  # some 45 MB
            use(states, f"order/{number}", Entry(order(number, lines), 1, new_id()))
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 1_500_000 < kept < 9_000_000


def test_a_stream_that_grows_is_weighed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.states.LIMIT_BYTES", 1_000_000)
    states, state = cache(), {}
    use(states, "jar/other", Entry(0, 1, new_id()))
    for version in range(1, 20_000):
        state[f"p-{version}"] = version
        if version.bit_count() == 1:
            use(states, "jar/all", Entry(dict(state), version, new_id()))
    for _ in range(2):
        states.missing(["jar/all"])
    assert states.missing(["jar/other"]) == ["jar/other"], "there was no more room for what is not used"


def test_what_is_used_stays_though_nothing_changes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.states.LIMIT_BYTES", 200_000)
    states = cache()
    use(states, "jar/used", Entry(7, 1, new_id()))
    use(states, "jar/unused", Entry(7, 1, new_id()))
    for number in range(3_000):
        assert states.missing(["jar/used"]) == []
        use(states, f"jar/{number}", Entry(number, 1, new_id()))
    assert states["jar/used"].state == 7
    assert states.missing(["jar/unused"]) == ["jar/unused"]
    assert len(states) < 1_000


async def test_a_forgotten_stream_is_read_again(open_log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.states.LIMIT_BYTES", 20_000)
    one, other = await open_log(), await open_log()
    for turn in range(2):
        await asyncio.gather(*((one, other)[n % 2].execute(On(JAR, f"{n}", Put(1)), by=ANN) for n in range(200)))
        assert [await one.state(JAR, f"{n}") for n in range(0, 200, 20)] == [turn + 1] * 10
    await asyncio.gather(*((one, other)[n // 2 % 2].execute(On(JAR, f"{n}", Take(2)), by=ANN) for n in range(200)))
    assert len(one._committer._session.basis.states) < 200


@pytest.fixture
async def patient(open_log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> Log:
    """A log that waits for the head as long as these tests need on a busy machine."""
    for name in ("lock_timeout", "statement_timeout"):
        monkeypatch.setitem(connect._SETTINGS, name, "60s")
    monkeypatch.setattr(connect, "DEADLINE_SECONDS", 60)
    return await open_log()


@asynccontextmanager
async def head_held(database: str) -> AsyncIterator[None]:
    """By somebody who has stopped in the middle of a write."""
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction():
            await connection.execute("select from log_head for update")
            yield
    finally:
        await connection.close()


async def waits_for_the_head(database: str) -> bool:
    waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%log_head%'"
    return bool(await rows(database, waiting))


def begin(log: Log, *commands: On) -> list["asyncio.Task[Any]"]:
    return [asyncio.create_task(log.execute(command, by=ANN)) for command in commands]


async def test_who_comes_to_a_full_queue_is_told_to_come_again(patient: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.queue.MAX_WAITING", 10)
    async with head_held(database):
        first = begin(patient, On(JAR, "a", Put(1)))
        await eventually(lambda: waits_for_the_head(database))
        waiting = begin(patient, *(On(JAR, "a", Put(1)) for _ in range(9)))
        await asyncio.sleep(0)
        with pytest.raises(LogBusy) as busy:
            await patient.execute(On(JAR, "a", Put(1)), by=ANN)
        assert (busy.value.code, busy.value.retry_after, isinstance(busy.value, LogUnavailable)) == ("busy", 2, True)
        waiting.pop().cancel()
        await asyncio.sleep(0)
        waiting += begin(patient, On(JAR, "a", Put(1)))  # the place of the one that has gone
    await asyncio.gather(*first, *waiting)
    assert await patient.state(JAR, "a") == 10
    large = [On(JAR, "a", Put(1)) for _ in range(25)]
    assert len((await patient.execute(*large, by=ANN)).events) == 25, "one that is larger than the bound has its turn when nobody waits"


async def test_callers_who_come_and_go_fill_no_queue(patient: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.queue.MAX_WAITING", 50)
    async with head_held(database):
        first = begin(patient, On(JAR, "a", Put(1)))
        await eventually(lambda: waits_for_the_head(database))
        for _ in range(100):
            for gone in begin(patient, *(On(JAR, "a", Put(1)) for _ in range(10))):
                await asyncio.sleep(0)
                gone.cancel()
        assert len(patient._committer._queue._commands) <= 60
    await asyncio.gather(*first)
    assert await patient.state(JAR, "a") == 1
    assert patient._committer._queue.waiting == 0


async def test_a_command_whose_caller_has_gone_is_not_done_unless_it_was_taken(patient: Log, database: str) -> None:
    async with head_held(database):
        taken = begin(patient, On(JAR, "taken", Put(1)))
        await eventually(lambda: waits_for_the_head(database))
        waiting = begin(patient, *(On(JAR, jar, Put(1)) for jar in ("stays", "goes", "stays too")))
        await asyncio.sleep(0)
        for gone in (taken[0], waiting[1]):
            gone.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(waiting[0], waiting[2])
    assert [await patient.state(JAR, jar) for jar in ("taken", "stays", "goes", "stays too")] == [1, 1, 0, 1]


async def test_who_waits_too_long_for_the_head_keeps_connection_and_states(log: Log, database: str) -> None:
    await log.execute(On(JAR, "a", Put(1)), by=ANN)
    before = await log._committer._session.connection()
    async with head_held(database):
        with pytest.raises(LogUnavailable):
            await log.execute(On(JAR, "a", Put(1)), by=ANN)
    assert await log._committer._session.connection() is before
    assert "jar/a" in log._committer._session.basis.states
    await log.execute(On(JAR, "a", Take(1)), by=ANN)


async def test_a_statement_writes_some_megabytes_at_most(log: Log, database: str) -> None:
    note = "x" * 800_000
    commands = [log.execute(On(JAR, f"{n % 7}", Put(1, note)), by=ANN) for n in range(40)]
    await asyncio.gather(*commands)
    sizes = await rows(database, "select sum(length(data::text)) as bytes from event group by xmin::text")
    assert sum(one["bytes"] for one in sizes) > 32_000_000
    assert max(one["bytes"] for one in sizes) < 5_000_000
    assert [await log.state(JAR, f"{n}") for n in range(7)] == [6, 6, 6, 6, 6, 5, 5]


async def test_what_has_no_place_in_a_statement_is_decided_before_what_came_later(patient: Log, database: str) -> None:
    async with head_held(database):
        large = begin(patient, *(On(JAR, "a", Put(1, "x" * 800_000)) for _ in range(12)))
        await eventually(lambda: waits_for_the_head(database))
        later = begin(patient, On(JAR, "a", Take(12)))
        await asyncio.sleep(0)
    await asyncio.gather(*large, *later)
    assert await patient.state(JAR, "a") == 0


async def test_a_command_that_would_write_too_much_is_refused(log: Log) -> None:
    note = "x" * 850_000
    large = (On(JAR, f"{n}", Put(1, note)) for n in range(20))
    bad, good = await asyncio.gather(log.execute(*large, by=ANN), log.execute(On(JAR, "b", Put(1)), by=ANN), return_exceptions=True)
    assert isinstance(bad, Rejected)
    assert (bad.code, bad.facts["limit"]) == ("event_too_large", 16_000_000)
    assert not isinstance(good, BaseException)


def test_the_queue_is_long_enough_for_many_imports() -> None:
    assert MAX_WAITING >= 8 * 256 * 20


async def test_a_batch_has_so_many_targets_at_most(patient: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.queue.MAX_TARGETS", 30)
    async with head_held(database):
        first = begin(patient, On(JAR, "a", Put(1)))
        await eventually(lambda: waits_for_the_head(database))
        waiting = begin(patient, *(On(JAR, f"{n % 10}", Put(1)) for n in range(100)))
        await asyncio.sleep(0)
    await asyncio.gather(*first, *waiting)
    batches = [one["n"] for one in await rows(database, "select count(*) as n from event group by xmin::text")]
    assert (sum(batches), max(batches)) == (101, 30)


async def test_no_more_long_streams_are_read_at_once_than_two(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for jar in range(5):
        await rows(database, _LONG, jar * 1_000, f"jar/{jar}")
    begun, most, go_on = 0, 0, asyncio.Event()
    read = Streams.entry

    async def counted(self: Streams, *given: Any) -> Any:
        nonlocal begun, most
        begun, most = begun + 1, max(most, begun + 1)
        await go_on.wait()
        entry = await read(self, *given)
        begun -= 1
        return entry

    monkeypatch.setattr(Streams, "entry", counted)
    waiting = begin(log, *(On(JAR, f"{jar}", Take(1_000)) for jar in range(5)))
    await log.execute(On(JAR, "other", Put(1)), by=ANN)
    assert begun == 2
    go_on.set()
    await asyncio.wait_for(asyncio.gather(*waiting), 30)
    assert most == 2


@pytest.mark.parametrize("more", [0, 1])
def test_a_state_that_is_too_large_has_no_snapshot(monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    monkeypatch.setattr("channel_events.log.snapshots.MAX_BYTES", 1_000)
    decider: Any = Decider("book", initial="", decide=lambda *_: [], evolve=lambda state, _: state, events=[], state=str)
    state = "x" * (998 + more)  # with its quotation marks
    assert storable(decider, state) == (None if more else f'"{state}"'.encode())
