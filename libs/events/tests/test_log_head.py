"""What is done behind the head's lock, and must not be done before it."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import Actor, CommandKey, On
from channel_events.log.batch import KnownKeys
from channel_events.log.draft import Draft, Task

from .conftest import OpenLog
from .moving import eventually, rows
from .specimen import JAR, Put, Take

ANN = Actor("ann")


async def waiting_for_a_lock(database: str) -> bool:
    waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return bool(await rows(database, waiting))


class Slow:
    """A unit that puts marbles in, and commits only when somebody waits for the head that it holds."""

    usual = ()

    def __init__(self, database: str) -> None:
        self._database = database
        self.holds = asyncio.Event()

    async def begin(self, _: Any) -> list[Any]:
        return []

    def decide(self, draft: Draft, _: KnownKeys) -> None:
        draft.decide(Task(lambda: [On(JAR, "red", Put(5))], ANN, None))

    async def end(self, _: Any) -> None:
        self.holds.set()
        await eventually(partial(waiting_for_a_lock, self._database), seconds=2)

    def outcomes(self) -> Mapping[str, int]:
        return {}


async def test_what_was_committed_while_the_head_was_waited_for_is_decided_on(open_log: OpenLog, database: str) -> None:
    """The tail is read by a statement of its own: one that also locks sees the log as it was when it began to wait, and would
    refuse what is right by then."""
    one, other = await open_log(), await open_log()
    await one.execute(On(JAR, "red", Put(2)), by=ANN)
    await other.execute(On(JAR, "red", Take(1)), by=ANN)  # so that the first try of the other process is lost
    slow = Slow(database)
    putting = asyncio.create_task(other.transact(slow))
    await slow.holds.wait()
    await one.execute(On(JAR, "red", Take(6)), by=ANN)
    await putting
    assert await one.state(JAR, "red") == 0


async def test_a_lost_try_leaves_no_trace_in_the_states(open_log: OpenLog) -> None:
    one, other = await open_log(), await open_log()
    await one.execute(On(JAR, "red", Put(1)), by=ANN)
    await other.execute(On(JAR, "blue", Put(1)), by=ANN)  # so that the first try of the other process is lost
    await one.execute(On(JAR, "red", Take(1)), by=ANN)
    assert await one.state(JAR, "red") == 0


async def test_a_key_is_written_only_by_who_holds_the_head(open_log: OpenLog, database: str) -> None:
    """Before it, two processes with the same keys in another order would wait for each other."""
    log = await open_log()
    await log.execute(On(JAR, "red", Put(1)), by=ANN)
    holding = await asyncpg.connect(database)
    try:
        await holding.execute("begin")
        await holding.execute("select from log_head for update")
        writing = asyncio.create_task(log.execute(On(JAR, "red", Put(1)), by=ANN, key=CommandKey("k", b"")))
        await eventually(partial(waiting_for_a_lock, database), seconds=2)
        await holding.execute("insert into command_key (actor, key, body_hash, first_position, count) values ('ann', 'k', '', 1, 1)")
        await holding.execute("commit")
    finally:
        await holding.close()
    assert (await writing).replayed


async def test_an_event_decided_again_has_another_id(open_log: OpenLog, database: str) -> None:
    """Derived from what it is, it would have the same one in two futures of the log, and nobody could tell them apart."""
    log = await open_log()
    await log.execute(On(JAR, "red", Put(1)), by=ANN)
    lost = (await log.execute(On(JAR, "red", Put(1)), by=ANN)).events[0]
    await rows(database, "alter table event disable trigger event_no_change")
    await rows(database, "delete from event where position = 2")
    await rows(database, "update log_head set (position, mark) = (select position, id from event)")
    again = (await log.execute(On(JAR, "red", Put(1)), by=ANN)).events[0]
    assert (again.position, again.stream, again.version) == (lost.position, lost.stream, lost.version)
    assert again.id != lost.id


async def test_who_meets_the_writes_of_others_locks_before_deciding_until_they_are_quiet(
    open_log: OpenLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A try that others make vain costs a round trip and what was decided in it, each time."""
    one, other, tried = await open_log(), await open_log(), 0
    unlocked = one._committer._optimistic

    async def counted(*given: Any, **more: Any) -> bool:
        nonlocal tried
        tried += 1
        return await unlocked(*given, **more)

    async def unlocked_tries() -> int:
        """Of a write."""
        before = tried
        await one.execute(On(JAR, "red", Put(1)), by=ANN)
        return tried - before

    monkeypatch.setattr(one._committer, "_optimistic", counted)
    assert [await unlocked_tries() for _ in range(2)] == [1, 1]
    for tries in (1, 0, 0):
        await other.execute(On(JAR, "red", Put(1)), by=ANN)
        assert await unlocked_tries() == tries
    assert [await unlocked_tries() for _ in range(3)] == [0, 1, 1]
    assert await one.state(JAR, "red") == 11
