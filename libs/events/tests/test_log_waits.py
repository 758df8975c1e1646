"""What must never wait: other processes for what one of them reads, writers for the answers of repeated commands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from channel_events import Actor, CommandKey, Log, LogUnavailable, On
from channel_events.log import basis, connect
from channel_events.log import statements as sql

from .conftest import OpenLog
from .moving import eventually, rows, running
from .specimen import JAR, Put, Take
from .test_log_concurrency import check_the_log
from .test_reaction import SHELF, Tell, create, follower, telling, told_count

ANN = Actor("ann")
_GATE = 7
"""An advisory lock: while the test holds it, what has to pass the gate waits."""


@asynccontextmanager
async def gate(database: str) -> AsyncIterator[None]:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("select pg_advisory_lock($1)", _GATE)
        yield
    finally:
        await connection.close()


def pass_the_gate(monkeypatch: pytest.MonkeyPatch, name: str, condition: str) -> None:
    """The statement waits at the gate where the condition holds."""
    lock = f"select pg_advisory_lock_shared({_GATE}) as passed where {condition}"
    monkeypatch.setattr(sql, name, f"select it.*, passed from ({lock}) as gate right join ({getattr(sql, name)}) as it on true")


async def waits_at_the_gate(database: str) -> bool:
    return bool(
        await rows(
            database,
            "select from pg_locks where locktype = 'advisory' and not granted and database = "
            "(select oid from pg_database where datname = current_database())",
        )
    )


@pytest.fixture
async def other(open_log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> Log:
    """Another process, that waits for the head no longer than any; those opened later wait at the gate as long as they have to."""
    log = await open_log(JAR, SHELF)
    for name in ("lock_timeout", "statement_timeout"):
        monkeypatch.setitem(connect._SETTINGS, name, "60s")
    monkeypatch.setattr(connect, "DEADLINE_SECONDS", 60)
    return log


READS_SLOW = "'jar/slow' = any($1) or 'shelf/slow' = any($1)"


async def test_the_first_command_of_a_process_reads_its_streams_while_others_write(
    other: Log, open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await other.execute(On(JAR, "slow", Put(5)), On(JAR, "quick", Put(1)), by=ANN)
    first = await open_log()
    pass_the_gate(monkeypatch, "LOAD", READS_SLOW)
    async with gate(database):
        task = asyncio.create_task(first.execute(On(JAR, "slow", Take(5)), by=ANN))
        await eventually(lambda: waits_at_the_gate(database))
        await other.execute(On(JAR, "quick", Put(1)), by=ANN)  # or the head's lock is waited for until time is up
        assert not task.done()
    assert (await task).version == 2
    await check_the_log(first)


async def test_a_process_that_fell_far_behind_reads_its_streams_while_others_write(
    other: Log, open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await open_log()
    await first.execute(On(JAR, "slow", Put(5)), by=ANN)
    monkeypatch.setattr(basis, "MAX_TAIL", 5)
    for _ in range(10):
        await other.execute(On(JAR, "quick", Put(1)), by=ANN)
    pass_the_gate(monkeypatch, "LOAD", READS_SLOW)
    async with gate(database):
        task = asyncio.create_task(first.execute(On(JAR, "slow", Take(5)), by=ANN))
        await eventually(lambda: waits_at_the_gate(database))
        await other.execute(On(JAR, "quick", Put(1)), by=ANN)
        assert not task.done()
    assert (await task).version == 2


async def test_a_process_that_is_always_far_behind_has_its_turn(open_log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has read is not read again: it goes on from there."""
    monkeypatch.setattr(basis, "MAX_TAIL", 20)
    first, other = await open_log(), await open_log()
    done = asyncio.Event()

    async def busy() -> None:
        while not done.is_set():
            await other.execute(*(On(JAR, f"{n}", Put(1)) for n in range(4)), by=ANN)

    task = asyncio.create_task(busy())
    for n in range(20):
        await first.execute(On(JAR, f"{n}", Put(1)), by=ANN)
    done.set()
    await task
    await check_the_log(first)


async def test_a_reaction_reads_its_streams_while_others_write(
    other: Log, open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await open_log(JAR, SHELF)
    reaction = telling()
    await create(database, reaction)
    jobs = [On(SHELF, "slow", Tell(1)), On(JAR, "slow", Put(5)), On(JAR, "slow", Take(1)), On(JAR, "quick", Put(1))]
    await other.execute(*jobs, by=ANN)
    pass_the_gate(monkeypatch, "LOAD", READS_SLOW)
    async with running(follower(reaction, log, database)):
        async with gate(database):
            await eventually(lambda: waits_at_the_gate(database))
            await other.execute(On(JAR, "quick", Put(1)), by=ANN)
        await eventually(lambda: told_count(database, 2))


class Counted:
    """How often a statement is sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[str] = []
        for cls in (asyncpg.Connection, asyncpg.Pool):
            monkeypatch.setattr(cls, "fetch", self._counting(cls.fetch))

    def _counting(self, original: Any) -> Any:
        async def fetch(connection: Any, query: str, *given: Any, **more: Any) -> Any:
            self.sent.append(query)
            return await original(connection, query, *given, **more)

        return fetch


async def test_all_repeats_of_a_batch_are_answered_by_one_query(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [(On(JAR, f"{n % 9}", Put(1)), CommandKey(f"k{n}", b"")) for n in range(100)]
    first = await asyncio.gather(*(log.execute(job, by=ANN, key=key) for job, key in jobs))
    counted = Counted(monkeypatch)
    again = await asyncio.gather(*(log.execute(job, by=ANN, key=key) for job, key in jobs))
    assert [(one.events, one.position, one.version, str(one.last)) for one in again] == [
        (one.events, one.position, one.version, str(one.last)) for one in first
    ]
    assert all(one.replayed for one in again)
    # A pool sends by a connection of its own, so its query is seen twice.
    assert counted.sent.count(sql.EVENTS) <= 2


async def test_many_events_of_repeats_are_read_in_parts(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.replaying.AT_ONCE", 10)
    keys = [CommandKey(f"k{n}", b"") for n in range(12)]
    first = [await log.execute(*(On(JAR, "a", Put(1)) for _ in range(n)), by=ANN, key=key) for n, key in enumerate(keys)]
    again = await asyncio.gather(*(log.execute(On(JAR, "a", Take(10_000)), by=ANN, key=key) for key in keys))
    assert [one.events for one in again] == [one.events for one in first]


async def test_nobody_waits_for_the_answers_of_repeated_commands(open_log: OpenLog, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log, other = await open_log(), await open_log()
    key = CommandKey("k", b"")
    first = await log.execute(On(JAR, "a", Put(1)), by=ANN, key=key)
    pass_the_gate(monkeypatch, "EVENTS", "true")
    async with gate(database):
        repeated = asyncio.create_task(log.execute(On(JAR, "a", Put(1)), by=ANN, key=key))
        await eventually(lambda: waits_at_the_gate(database))
        await asyncio.gather(*(each.execute(On(JAR, "a", Put(1)), by=ANN) for each in (log, other)))
        assert not repeated.done()
    assert (await repeated).events == first.events


async def test_a_repeat_that_cannot_be_answered_now_may_be_repeated(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    key = CommandKey("k", b"")
    first = await log.execute(On(JAR, "a", Put(1)), by=ANN, key=key)
    good = sql.EVENTS
    monkeypatch.setattr(sql, "EVENTS", good.replace("from event", "from nowhere"))
    with pytest.raises(LogUnavailable):
        await log.execute(On(JAR, "a", Put(1)), by=ANN, key=key)
    monkeypatch.setattr(sql, "EVENTS", good)
    assert (await log.execute(On(JAR, "a", Put(1)), by=ANN, key=key)).events == first.events
    assert await log.state(JAR, "a") == 1
