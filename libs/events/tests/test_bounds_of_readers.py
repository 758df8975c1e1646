"""What views and reactions take on at a time has bounds too: bytes of a transaction, events that a statement looks at."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import OWN_LOG, Log, On, OwnLog, Reaction, Recorded
from channel_events.broker import Broker
from channel_events.log.connect import prepare
from channel_events.pure import Registry
from channel_events.subscription import ViewSubscription
from channel_events.subscription.effect import parted
from channel_events.subscription.links import NOTHING, Place
from channel_events.subscription.own_log import PARTITION, OwnLogSource
from channel_events.subscription.parking import Failure, Parking
from channel_events.subscription.progress import Progress
from channel_events.subscription.reaction_units import StepUnit
from channel_events.subscription.step import Step
from channel_testing import recorded
from hypothesis import given
from hypothesis import strategies as st

from .moving import ANN, check_applied_once, eventually, is_caught_up, make_tables, reached, rows, running, take, taken_view
from .specimen import JAR, MarblesAdded, MarblesTaken, Put
from .test_long_streams import count_rows
from .test_parking_bounds import Watching
from .test_reaction import SHELF, Tell, create, follower, opened, told_count

NOTE = "x" * 700_000
_PUTS = """
insert into event (position, id, stream, version, type, data, recorded_at, recorded_on, actor)
select g, gen_random_uuid(), 'jar/long', g, 'marbles_added', '{"count":1}', now(), current_date, 'past'
  from generate_series($1::integer, $2::integer) as g
"""


def event(position: int, size: int) -> Recorded:
    return recorded(MarblesTaken(1, date(2026, 1, 31)), position=position, raw=b"x" * size)


@given(st.lists(st.lists(st.integers(0, 40), max_size=12), min_size=1, max_size=3))
def test_parts_hold_everything_in_order_and_no_more_than_they_may(sizes: list[list[int]]) -> None:
    steps = []
    for partition, of in enumerate(sizes):
        events = [event(n + 1, size) for n, size in enumerate(of)]
        steps.append(Step(partition, events, [None] * len(events), Place(len(events), NOTHING), None))
    parts = parted(steps, 5, 50)
    for step in steps:
        found = [part for parted_ in parts for part in parted_ if part.partition == step.partition]
        assert [one for part in found for one in part.events] == step.events
        assert found[-1].place.position == step.place.position
    for part in parts:
        events = [one for step in part for one in step.events]
        assert len(events) <= 1 or (len(events) <= 5 and sum(len(one.raw) for one in events) <= 50)


def telling_puts() -> Reaction:
    def commands(event: Recorded) -> Iterator[On]:
        if isinstance(event.data, MarblesAdded):
            yield On(SHELF, event.key, Tell(event.data.count))

    return Reaction("tell_shelf", of=OWN_LOG, commands=commands)


async def test_a_unit_of_a_reaction_holds_some_megabytes_at_most(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    units: list[int] = []
    begin = StepUnit.begin

    async def weighed(self: StepUnit, connection: Any) -> Any:
        units.append(sum(len(event.raw) for _, event in self._events))
        return await begin(self, connection)

    monkeypatch.setattr(StepUnit, "begin", weighed)
    await create(database, telling_puts())
    async with opened(database) as log:
        for _ in range(20):
            await log.execute(On(JAR, "a", Put(1, NOTE)), by=ANN)
        async with running(follower(telling_puts(), log, database)):
            await eventually(partial(told_count, database, 20))
    assert sum(units) > 20 * len(NOTE)
    assert max(units) < 4_500_000


async def test_what_is_parked_is_tried_again_some_megabytes_at_a_time(log: Log, database: str) -> None:
    for _ in range(12):
        await log.execute(On(JAR, "a", Put(1, NOTE)), by=ANN)
    events = await log.read(after=0, limit=100)
    connection = await asyncpg.connect(database)
    try:
        await prepare(connection)
        kept = Parking("react", "own")
        large = [recorded(one.data, position=one.position, stream="jar/a", raw=NOTE.encode()) for one in events]
        await kept.park(connection, [("jar/a", 0, Failure("it"))], large)
        few = await kept.events(connection, "jar/a", Registry([]), 500, 4_000_000)
        assert [one.position for one in few] == [one.position for one in events[:6]]
        assert len(await kept.events(connection, "jar/a", Registry([]), 3, 4_000_000)) == 3
        assert len(await kept.events(connection, "jar/a", Registry([]), 500, 1)) == 1
    finally:
        await connection.close()


async def test_no_statement_looks_at_more_of_a_long_log_however_few_of_its_events_matter(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channel_events.subscription.own_log.WINDOW", 2_000)
    connection = await asyncpg.connect(database)
    try:
        await prepare(connection)
        pages = []
        for first, last in ((1, 4_000), (4_001, 20_000)):
            await connection.execute(_PUTS, first, last)
            await connection.execute("vacuum analyze event")
            watching = Watching(connection)
            progress = Progress(PARTITION, 0, Place(), None, "running")
            source = OwnLogSource(watching, "specimen", Registry(JAR.events), None, progress, some=Registry([MarblesTaken]))
            [step] = await source.read()
            assert (step.place.position, source.caught_up) == (2_000, False)
            pages.append(watching.pages)
        assert pages[1] < 1.5 * pages[0]
    finally:
        await connection.close()


@pytest.mark.parametrize("puts", [49, 50, 51, 330])
async def test_a_reader_of_few_events_of_a_long_log_comes_to_its_end(
    log: Log, database: str, monkeypatch: pytest.MonkeyPatch, puts: int
) -> None:
    monkeypatch.setattr("channel_events.subscription.own_log.WINDOW", 50)
    view = taken_view(OwnLog(events=[MarblesTaken]))
    await make_tables(database, view)
    await log.execute(*(On(JAR, "jar0", Put(1)) for _ in range(puts)), by=ANN)
    await take(log, jars=1, each=3)
    await log.execute(*(On(JAR, "jar0", Put(1)) for _ in range(puts)), by=ANN)
    reader = ViewSubscription(view, view.sources[0], dsn=database, broker=Broker("127.0.0.1:1"), service="specimen", log=log)
    async with running(reader):
        await eventually(partial(is_caught_up, reader))
        [at] = await rows(database, "select position from progress")
        assert at["position"] == 2 * puts + 3
        await take(log, jars=1, each=1)
        await eventually(partial(reached, database, 4))
    await check_applied_once(log, database)


async def test_a_reader_of_its_own_log_asks_for_some_megabytes_at_a_time(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    note = "x" * 50_000
    for _ in range(10):
        await log.execute(*(On(JAR, "a", Put(1, note)) for _ in range(50)), by=ANN)
    read = count_rows(monkeypatch)
    connection = await asyncpg.connect(database)
    try:
        await prepare(connection)
        source = OwnLogSource(connection, "specimen", Registry(JAR.events), None, Progress(PARTITION, 0, Place(), None, "running"))
        positions: list[int] = []
        while not source.caught_up:
            for step in await source.read():
                positions += [event.position for event in step.events]
                source.committed(step.after(source._progress))
    finally:
        await connection.close()
    assert positions == list(range(1, 501))
    assert max(read[1:]) * len(note) < 5_000_000
