"""Batches, failures, zombies and re-drives in any order: each event is applied once, and in the order of its stream."""

import asyncio
from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Any

import asyncpg
import msgspec
import pytest
from channel_events import OWN_LOG, TEXT, Log, Recorded, Table, View
from channel_events.envelope import COLUMNS, from_row
from channel_events.log.connect import prepare
from channel_events.subscription.effect import park_alone
from channel_events.subscription.failing import blames_the_event, isolate
from channel_events.subscription.links import Place
from channel_events.subscription.progress import Progress, Zombie
from channel_events.subscription.step import Step
from channel_events.subscription.view_effect import ViewEffect

from .moving import check_applied_once, eventually, fill, make_tables, parked_streams, rows, taken_view


class Worker:
    """One worker's memory of the progress; another may move it meanwhile."""

    def __init__(self, effect: ViewEffect, connection: Any, log: Log) -> None:
        self._effect, self._connection, self._log = effect, connection, log
        self.row: Progress | None = None

    async def go(self, count: int) -> None:
        """The next ``count`` events, as a subscription takes them; a zombie only looks at the row again."""
        if self.row is None:
            self.row = (await self._effect.table.load(self._connection, [0]))[0]
        row = self.row
        after = f"select {COLUMNS} from event where position > $1 order by position limit $2"
        found = await self._connection.fetch(after, row.place.position, count)
        events = [from_row("specimen", self._log.registry, one) for one in found]
        if not events:
            self.row = None
            return
        step = Step(0, events, [None] * len(events), Place(events[-1].position, events[-1].id), None)
        try:
            try:
                await self._apply(step)
            except Exception as error:
                if not blames_the_event(error):
                    raise
                await isolate(step, self._apply, self._park, error)
        except Zombie:
            self.row = None

    async def _apply(self, step: Step) -> None:
        assert self.row is not None
        (self.row,) = await self._effect.write(self._connection, [self.row], [step])

    async def _park(self, step: Step, error: Exception) -> None:
        assert self.row is not None
        self.row = await park_alone(self._effect, self._connection, self.row, step, self._effect.failure(error))


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_of_batches_failures_and_redrives_applies_all_once(
    log: Log, database: str, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("channel_events.subscription.failing._PAUSES", (0.0,))
    random = Random(seed)
    await fill(log, jars=4, each=8)
    broken: set[str] = set()

    def fail(event: Recorded) -> None:
        if event.id in broken:
            raise ZeroDivisionError

    view = taken_view(OWN_LOG, fail=fail)
    await make_tables(database, view)
    ids = [event.id for event in await log.read(after=0, limit=1000)]
    effect = ViewEffect(view, "own", log.registry, view.subscription)
    connections = [await asyncpg.connect(database) for _ in range(2)]
    try:
        for connection in connections:
            await prepare(connection)
        workers = [Worker(effect, connection, log) for connection in connections]
        for _ in range(30):
            broken.clear()
            broken.update(random.sample(ids, random.choice([0, 3, 12])))
            await random.choice(workers).go(random.randrange(1, 8))
            for one in await parked_streams(database):
                if random.random() < 0.3:
                    await effect.redrive(connections[0], one.stream, await effect.table.bump(connections[0], 0))
        broken.clear()
        for worker in workers * 2:
            await worker.go(1000)
        for one in await parked_streams(database):
            assert (await effect.redrive(connections[0], one.stream, await effect.table.bump(connections[0], 0))).flows
    finally:
        for connection in connections:
            await connection.close()
    await check_whole(log, database)


async def check_whole(log: Log, database: str) -> None:
    assert await parked_streams(database) == []
    assert await rows(database, "select * from parked_event") == []
    await check_applied_once(log, database)
    by_jar: dict[str, list[int]] = {}
    for row in await rows(database, "select jar, position from taken_event_v1 order by xmin::text::bigint, ctid"):
        by_jar.setdefault(row["jar"], []).append(row["position"])
    assert all(positions == sorted(positions) for positions in by_jar.values()), "an event overtook one of its own stream"


async def test_a_batch_that_waited_for_a_redrive_is_a_zombies(log: Log, database: str) -> None:
    """It read which streams are parked before the re-drive ended: going on, it would park events behind a stream that flows."""
    await fill(log, jars=1, each=2)
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    effect = ViewEffect(view, "own", log.registry, view.subscription)
    redriving, writing = await asyncpg.connect(database), await asyncpg.connect(database)
    try:
        row = (await effect.table.load(writing, [0]))[0]
        async with redriving.transaction():
            await effect.table.bump(redriving, 0)
            moved = asyncio.create_task(effect.table.move(writing, [row], [row]))
            await eventually(partial(waits_for_a_lock, database))
        with pytest.raises(Zombie):
            await moved
    finally:
        await redriving.close()
        await writing.close()


async def test_a_redrive_waits_for_a_batch_that_is_under_way(log: Log, database: str) -> None:
    """The batch has read that the stream is parked, and parks behind it: it must not flow again meanwhile."""
    await fill(log, jars=1, each=3)
    broken = True

    def fail(_: Recorded) -> None:
        if broken:
            raise ZeroDivisionError

    view = taken_view(OWN_LOG, fail=fail)
    await make_tables(database, view)
    effect = ViewEffect(view, "own", log.registry, view.subscription)
    redriving, writing = await asyncpg.connect(database), await asyncpg.connect(database)
    try:
        for connection in (redriving, writing):
            await prepare(connection)
        worker = Worker(effect, writing, log)
        await worker.go(2)
        assert worker.row is not None
        row, broken = worker.row, False
        [*_, found] = await writing.fetch(f"select {COLUMNS} from event order by position")
        last = from_row("specimen", log.registry, found)
        async with writing.transaction():
            moved = msgspec.structs.replace(row, place=Place(last.position, last.id))
            assert await effect.table.move(writing, [row], [moved], [last.stream]) == {last.stream}
            late = asyncio.create_task(effect.redrive(redriving, last.stream, row))
            await eventually(partial(waits_for_a_lock, database), seconds=2)
            await effect.parking.park(writing, (), [last])
        with pytest.raises(Zombie):
            await late
        assert (await effect.redrive(redriving, last.stream, await effect.table.bump(redriving, 0))).flows
    finally:
        await redriving.close()
        await writing.close()
    assert await rows(database, "select * from parked_event") == []


async def test_a_zombie_learns_that_it_is_one_before_it_applies_anything(log: Log, database: str) -> None:
    """Else it holds locks of rows while it waits, and its events, applied before, look like data that the table refuses."""
    applied: list[str] = []

    async def apply(_connection: Any, events: Sequence[Recorded]) -> None:
        applied.extend(event.id for event in events)

    view = View("noting", version=1, of=OWN_LOG, tables=Table("noted", key=("id",), columns={"id": TEXT}), apply=apply)
    await fill(log, jars=1, each=2)
    effect = ViewEffect(view, "own", log.registry, view.subscription)
    connection = await asyncpg.connect(database)
    try:
        await prepare(connection)
        worker = Worker(effect, connection, log)
        await worker.go(1)
        assert len(applied) == 1
        await effect.table.bump(connection, 0)
        await worker.go(1)
        assert worker.row is None
        assert len(applied) == 1
    finally:
        await connection.close()


async def waits_for_a_lock(database: str) -> bool:
    waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return bool(await rows(database, waiting))
