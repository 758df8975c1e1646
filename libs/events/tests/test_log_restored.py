"""A log that comes back without its end never gives a position again, and says so to everybody."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from channel_events import Actor, Log, LogRestored, On, Recorded, UnsafeServer, schema
from qudao_local.ports import free_port
from qudao_local.postgres import UNDURABLE, Postgres

from .moving import FILLED, fill, rows, take
from .specimen import JAR, Put
from .test_log_concurrency import check_links

ANN = Actor("ann")
OpenAt = Callable[[str], Awaitable[Log]]
Copy = Callable[[str], Awaitable[str]]


@pytest.fixture
async def open_at() -> AsyncIterator[OpenAt]:
    opened: list[Log] = []

    async def open_one(dsn: str) -> Log:
        opened.append(await Log.open(service="specimen", dsn=dsn, deciders=[JAR], timezone="Asia/Shanghai", durable=False))
        return opened[-1]

    yield open_one
    for log in opened:
        await log.close()


@pytest.fixture
async def copy(server: Any) -> AsyncIterator[Copy]:
    """A backup of a database, restored beside it: another database oid, other tables."""
    made: list[str] = []

    async def of(dsn: str) -> str:
        made.append(await server.clone(dsn.rsplit("/", 1)[1]))
        return made[-1]

    yield of
    for url in made:
        await server.drop(url)


async def events(log: Log) -> list[Recorded]:
    return await log.read(after=0, limit=100_000)


async def told(log: Log) -> list[Recorded]:
    return [event for event in await events(log) if isinstance(event.data, LogRestored)]


async def in_turn(open_at: OpenAt, dsn: str, work: Callable[[Log], Awaitable[Any]]) -> list[Recorded]:
    """The events of the log after some work in a process that then ends."""
    log = await open_at(dsn)
    await work(log)
    found = await events(log)
    await log.close()
    return found


async def nothing(_: Log) -> None:
    return


async def test_a_log_that_stays_where_it_is_tells_nothing(open_at: OpenAt, database: str) -> None:
    for _ in range(2):
        found = await in_turn(open_at, database, fill)
    assert not any(isinstance(event.data, LogRestored) for event in found)
    assert (await rows(database, "select fingerprint from log_head"))[0]["fingerprint"].count("/") == 3


async def test_a_restored_log_moves_on_past_all_it_ever_had_and_tells_every_partition(open_at: OpenAt, database: str, copy: Copy) -> None:
    kept = await in_turn(open_at, database, fill)
    backup = await copy(database)
    lost = (await in_turn(open_at, database, take))[len(kept) :]
    restored = await open_at(backup)
    said = await told(restored)
    assert (await events(restored))[: len(kept)] == kept
    assert min(event.position for event in said) > max(event.position for event in lost) + 1_000_000_000 - 1
    assert sorted(event.partition or 0 for event in said) == list(range(12))
    assert {(event.data.after, event.data.noticed_by) for event in said} == {(kept[-1].position, "fingerprint")}
    assert {event.data.occurred_on for event in said} == {said[0].recorded_on}
    await take(restored)
    check_links(await events(restored))


async def test_a_log_restored_twice_to_the_same_place_gives_no_position_again(open_at: OpenAt, database: str, copy: Copy) -> None:
    await in_turn(open_at, database, fill)
    first, second = await copy(database), await copy(database)
    at: dict[int, set[str]] = {}
    for place in (database, first, second):
        for event in await in_turn(open_at, place, take):
            at.setdefault(event.position, set()).add(event.id)
    assert {position for position, ids in at.items() if len(ids) > 1} == set()


async def test_processes_that_notice_it_at_once_tell_it_once(open_at: OpenAt, database: str, copy: Copy) -> None:
    await in_turn(open_at, database, fill)
    backup = await copy(database)
    logs = await asyncio.gather(*(open_at(backup) for _ in range(4)))
    assert len(await told(logs[0])) == 12


async def test_said_by_hand_it_is_harmless_for_those_who_write_and_may_be_said_again(open_at: OpenAt, database: str) -> None:
    one, other = await open_at(database), await open_at(database)
    await fill(one)
    writing = asyncio.create_task(take(other, each=20))
    positions = [await one.restored(), await one.restored()]
    await writing
    await one.execute(On(JAR, "jar0", Put(1)), by=ANN)
    found = await events(one)
    assert positions[0] < positions[1] <= found[-1].position
    assert [event.data.noticed_by for event in await told(one)] == ["operator"] * 24
    assert {event.version for event in await told(one)} == {1, 2}
    check_links(found)
    assert await other.state(JAR, "jar0") == FILLED - 10 - 20 + 1


class Machine:
    """A PostgreSQL whose data folder is copied and put back."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(folder / "data", free_port(), {**UNDURABLE, "wal_level": "replica"})
        self.postgres.start()
        self.dsn = self.postgres.dsn("kept")
        self.postgres.run(f"create database kept;\n\\c kept\n{schema.LOG}{schema.SUBSCRIPTIONS}")
        self._backup = folder / "backup"

    def back_up(self) -> None:
        self.postgres.stop()
        shutil.copytree(self.postgres.data, self._backup)
        self.postgres.start()

    def put_back(self, *, standby: bool = False) -> None:
        self.postgres.stop()
        shutil.rmtree(self.postgres.data)
        shutil.copytree(self._backup, self.postgres.data)
        if standby:
            (self.postgres.data / "standby.signal").touch()
        self.postgres.start()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.postgres.stop()


async def test_a_folder_put_back_looks_as_ever_and_is_told_by_hand(machine: Machine, open_at: OpenAt) -> None:
    kept = await in_turn(open_at, machine.dsn, fill)
    machine.back_up()
    lost = await in_turn(open_at, machine.dsn, take)
    machine.put_back()
    log = await open_at(machine.dsn)
    assert await told(log) == []
    assert await log.head() == kept[-1].position
    await log.restored()
    await take(log)
    given = {event.position for event in await events(log)} - {event.position for event in kept}
    assert given.isdisjoint(event.position for event in lost)


async def test_a_standby_is_not_written_to_and_one_that_was_promoted_is_noticed(machine: Machine, open_at: OpenAt) -> None:
    kept = await in_turn(open_at, machine.dsn, fill)
    machine.back_up()
    before = await open_at(machine.dsn)
    await take(before)
    machine.put_back(standby=True)
    with pytest.raises(UnsafeServer, match="standby"):
        await open_at(machine.dsn)
    await rows(machine.dsn, "select pg_promote()")
    await before.execute(On(JAR, "jar0", Put(1)), by=ANN)  # a process that lived through it
    found = await events(before)
    assert len(await told(before)) == 12
    assert found[: len(kept)] == kept
    assert await before.state(JAR, "jar0") == FILLED - 10 + 1
    check_links(found)
