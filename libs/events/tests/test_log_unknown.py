"""Whether a write happened: late statements, standbys that do not answer, a past that is gone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from channel_events import Actor, Appended, CommandKey, Log, On, OutcomeUnknown, Rejected, UnsafeServer, schema
from channel_events.log import connect, session, unknown
from qudao_local.ports import free_port
from qudao_local.postgres import UNDURABLE, Postgres

from .conftest import OpenLog
from .moving import eventually, rows
from .specimen import JAR, Put, Take
from .wire import Wire, wire_to

ANN = Actor("ann")


@pytest.fixture
async def wired(database: str) -> AsyncIterator[tuple[Wire, Log]]:
    """A log whose connections can be spoilt."""
    async with wire_to(database) as (wire, dsn):
        log = await Log.open(service="specimen", dsn=dsn, deciders=[JAR], timezone="UTC", durable=False)
        await log.execute(On(JAR, "red", Put(1)), by=ANN)
        yield wire, log
        await log.close()


async def test_a_statement_that_arrives_late_is_never_done(wired: tuple[Wire, Log], database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wire, log = wired

    async def find_out(dsn: str, backend: unknown.Backend, *args: Any, **more: Any) -> Any:
        found = await unknown.find_out(dsn, backend, *args, **more)
        wire.release()  # the statement arrives now, between the question and the second try

        async def arrived() -> bool:
            gone = await rows(database, "select from pg_stat_activity where pid = $1", backend.pid) == []
            return gone or len(await rows(database, "select from event")) > 1

        await eventually(arrived)
        return found

    monkeypatch.setattr(session, "find_out", find_out)
    wire.holding = True
    writing = asyncio.create_task(log.execute(On(JAR, "red", Put(1)), by=ANN))
    await asyncio.wait_for(wire.heard.wait(), 5)
    wire.holding = False
    wire.cut()
    await asyncio.wait_for(writing, 20)
    assert len(await rows(database, "select from event")) == 2


async def test_what_was_written_is_answered_although_no_new_connection_can_be_had(
    wired: tuple[Wire, Log], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, log = wired

    async def refused(*_: Any, **__: Any) -> Any:
        raise OSError("no more connections")

    wire.deaf = True
    writing = asyncio.create_task(log.execute(On(JAR, "red", Put(1)), by=ANN))
    await asyncio.wait_for(wire.heard.wait(), 5)
    monkeypatch.setattr(session, "connect_writer", refused)
    wire.deaf = False
    wire.cut()
    assert len((await asyncio.wait_for(writing, 20)).events) == 1
    assert len(await rows(database, "select from event")) == 2


async def test_a_server_that_stays_silent_is_given_up_in_time(wired: tuple[Wire, Log], monkeypatch: pytest.MonkeyPatch) -> None:
    wire, log = wired
    monkeypatch.setattr(connect, "DEADLINE_SECONDS", 0.3)
    monkeypatch.setattr(unknown, "PATIENCE", 0.5)
    wire.deaf = True
    with pytest.raises(OutcomeUnknown):
        await asyncio.wait_for(log.execute(On(JAR, "red", Put(1)), by=ANN), 20)
    wire.deaf = False


class Primary:
    """A PostgreSQL whose commits can be made to wait for a standby that is not there."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(folder / "data", free_port(), {**UNDURABLE, "wal_level": "replica", "max_wal_senders": "2"})
        self.postgres.start()
        self.dsn = self.postgres.dsn("kept")
        self.postgres.run(f"create database kept;\ncreate database other;\n\\c kept\n{schema.LOG}")

    async def wait_for_standby(self, names: str) -> None:
        await rows(self.dsn, f"alter system set synchronous_standby_names = '{names}'")
        await rows(self.dsn, "select pg_reload_conf()")

    async def waiting(self) -> list[int]:
        return [row["pid"] for row in await rows(self.dsn, "select pid from pg_stat_activity where wait_event = 'SyncRep'")]

    async def a_commit_that_waits(self, log: Log) -> tuple["asyncio.Task[Appended]", CommandKey]:
        await self.wait_for_standby("nobody")
        for number in count():  # until the server has noticed
            key = CommandKey(f"k{number}", b"")
            writing = asyncio.create_task(log.execute(On(JAR, "red", Put(1)), by=ANN, key=key))
            while not writing.done():
                if await self.waiting():
                    return writing, key
        raise AssertionError

    async def visible(self) -> int:
        return len(await rows(self.dsn, "select from event"))


@pytest.fixture
def primary(tmp_path: Path) -> Iterator[Primary]:
    made = Primary(tmp_path)
    yield made
    made.postgres.kill()


@pytest.fixture
async def kept(primary: Primary) -> AsyncIterator[Log]:
    log = await Log.open(service="specimen", dsn=primary.dsn, deciders=[JAR], timezone="UTC", durable=False)
    yield log
    await primary.wait_for_standby("")
    await log.close()


async def test_a_commit_that_waits_for_a_standby_is_never_cancelled(primary: Primary, kept: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown, "PATIENCE", 0.5)
    await kept.execute(On(JAR, "red", Put(1)), by=ANN)
    monkeypatch.setattr(connect, "DEADLINE_SECONDS", 0.5)
    writing, key = await primary.a_commit_that_waits(kept)
    before = await primary.visible()
    with pytest.raises(OutcomeUnknown):
        await asyncio.wait_for(writing, 20)
    assert await primary.waiting(), "it still waits"
    assert await primary.visible() == before, "nobody saw what may be lost"
    await primary.wait_for_standby("")

    async def is_there() -> bool:
        return await primary.visible() == before + 1

    await eventually(is_there)
    monkeypatch.setattr(connect, "DEADLINE_SECONDS", 10)
    assert (await kept.execute(On(JAR, "red", Put(1)), by=ANN, key=key)).replayed


async def test_a_commit_confirmed_with_a_warning_is_answered_only_when_the_standby_has_it(primary: Primary, kept: Log) -> None:
    writing, _ = await primary.a_commit_that_waits(kept)
    [pid] = await primary.waiting()
    await rows(primary.dsn, "select pg_cancel_backend($1)", pid)

    async def somebody_waits_or_it_is_answered() -> bool:
        return writing.done() or bool(set(await primary.waiting()) - {pid})

    await eventually(somebody_waits_or_it_is_answered)
    assert not writing.done()
    await primary.wait_for_standby("")
    assert len((await asyncio.wait_for(writing, 20)).events) == 1


async def test_a_commit_that_hangs_in_another_database_holds_up_nobody(
    primary: Primary, kept: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notification inside the transaction would wait for it: it takes one lock for the whole cluster."""
    await kept.close()
    monkeypatch.setitem(connect._SETTINGS, "synchronous_commit", "local")  # this log's own commits wait for no standby
    monkeypatch.setattr(connect, "_SAFETY", connect._SAFETY.replace("current_setting('synchronous_commit')", "'on'"))
    log = await Log.open(service="specimen", dsn=primary.dsn, deciders=[JAR], timezone="UTC", durable=False)
    other = await asyncpg.connect(primary.postgres.dsn("other"), server_settings={"synchronous_commit": "on"})
    await other.execute("create table something (one int)")

    async def notify() -> None:
        while True:  # until the server has noticed that there is a standby to wait for
            await asyncio.sleep(0.01)
            # Takes one lock for the whole cluster until its commit ends; only what writes waits for a standby.
            await other.execute("insert into something values (1); notify something")

    async def hangs() -> bool:
        return bool(await primary.waiting())

    await primary.wait_for_standby("nobody")
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(notify())]
    try:
        await eventually(hangs)
        tasks.append(asyncio.create_task(log.execute(On(JAR, "red", Put(1)), by=ANN)))
        await asyncio.wait_for(tasks[1], 15)
    finally:
        await primary.wait_for_standby("")
        tasks[0].cancel()
        await asyncio.wait(tasks)
        other.terminate()
        await log.close()


async def test_commits_that_are_confirmed_before_they_are_on_disk_are_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connect._SETTINGS, "synchronous_commit", "off")  # as when a pooler drops what was asked for
    with pytest.raises(UnsafeServer, match="synchronous_commit"):
        await Log.open(service="specimen", dsn=database, deciders=[JAR], timezone="UTC", durable=False)


async def lose_the_last_event(database: str) -> None:
    """As a failover to a standby that lacks it, behind a pooler that keeps the client's connection."""
    await rows(database, "alter table event disable trigger event_no_change")
    await rows(database, "delete from event where position = (select max(position) from event)")
    await rows(database, "update log_head set (position, mark) = (select position, id from event order by position desc limit 1)")


async def test_a_decision_is_never_made_on_events_that_are_gone(open_log: OpenLog, database: str) -> None:
    one, other = await open_log(), await open_log()
    await one.execute(On(JAR, "red", Put(1)), by=ANN)
    await one.execute(On(JAR, "red", Put(5)), by=ANN)
    await lose_the_last_event(database)
    await other.execute(On(JAR, "blue", Put(1)), by=ANN)  # at the very position of the lost one
    with pytest.raises(Rejected, match="too_few"):
        await one.execute(On(JAR, "red", Take(6)), by=ANN)


async def test_a_stream_that_others_wrote_is_folded_once(open_log: OpenLog) -> None:
    """Up to the mark when it is loaded, and the rest with the tail."""
    one, other = await open_log(), await open_log()
    await one.execute(On(JAR, "blue", Put(1)), by=ANN)
    await other.execute(On(JAR, "red", Put(5)), by=ANN)
    with pytest.raises(Rejected, match="too_few"):
        await one.execute(On(JAR, "red", Take(6)), by=ANN)
    await one.execute(On(JAR, "red", Take(5)), by=ANN)


async def test_a_refusal_is_about_the_log_as_it_is(open_log: OpenLog) -> None:
    one, other = await open_log(), await open_log()
    await one.execute(On(JAR, "red", Put(1)), by=ANN)
    await other.execute(On(JAR, "red", Put(5)), by=ANN)
    await one.execute(On(JAR, "red", Take(6)), by=ANN)
