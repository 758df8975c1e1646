"""A process that stands still holds nothing for long; one that stands by does so quietly."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from channel_events import Log
from channel_events.broker import PROFILES, Broker
from channel_events.relay import Relay

from .moving import (
    check_applied_once,
    eventually,
    fill,
    has_status,
    is_caught_up,
    make_tables,
    own_subscription,
    reached,
    rows,
    running,
    subscription,
    take,
    taken_view,
)
from .test_relay import holds_records

RELAY = """
import asyncio, sys
from channel_events.broker import Broker
from channel_events.relay import Relay
asyncio.run(Relay(service="specimen", dsn=sys.argv[1], broker=Broker(sys.argv[2], sys.argv[4], prefix=sys.argv[3], replication=1)).run())
"""
HOLDER = """
import asyncio, sys
from channel_events.log.connect import IDLE_SECONDS, connect_as
from channel_events.subscription.subscription import _LOCK
async def hold():
    connection = await connect_as(sys.argv[1], "qudao-subscription", idle=IDLE_SECONDS)
    assert await connection.fetchval(_LOCK, sys.argv[2])
    print("held", flush=True)
    await asyncio.Event().wait()
asyncio.run(hold())
"""


@asynccontextmanager
async def process(code: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    made = await asyncio.create_subprocess_exec(sys.executable, "-c", code, *arguments, stdout=asyncio.subprocess.PIPE)
    try:
        yield made
    finally:
        made.kill()
        await made.communicate()


def signalled(process: asyncio.subprocess.Process, number: int) -> None:
    os.kill(process.pid, number)


async def test_a_relay_that_stands_still_is_taken_over_from_and_stands_by_when_it_wakes(
    log: Log, database: str, kafka: str, topic_prefix: str
) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log)
    kind = "kafka" if PROFILES["embedded"].idempotent else "embedded"  # the broker at hand, in a process that is told of it by name
    async with process(RELAY, database, kafka, topic_prefix, kind) as first, running(subscription(view, database, kafka, topic_prefix)):
        await eventually(partial(holds_records, kafka, topic_prefix, 50), 60)
        signalled(first, signal.SIGSTOP)
        second = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
        async with running(second):
            await eventually(partial(is_caught_up, second), 40)
            await take(log, each=2)
            await eventually(partial(reached, database, 60), 60)
            signalled(first, signal.SIGCONT)
            await eventually(partial(stands_by, database), 40)
            assert second.status == "running"
        await take(log, each=2)  # and now the one that woke is the relay again
        await eventually(partial(reached, database, 70), 60)
    await check_applied_once(log, database)


async def stands_by(dsn: str) -> bool:
    """Two sessions, one of which has the lock."""
    held = "select count(*) from pg_stat_activity a join pg_locks l using (pid) where l.locktype = 'advisory' and {where}"
    where = "application_name = 'qudao-relay' and a.datname = current_database()"
    [sessions] = await rows(dsn, f"select count(*) as n from pg_stat_activity a where {where}")
    [locks] = await rows(dsn, f"select ({held.format(where=where)}) as n")
    return bool((sessions["n"], locks["n"]) == (2, 1))


async def test_a_worker_that_stands_still_is_taken_over_from(log: Log, database: str) -> None:
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    await fill(log)
    async with process(HOLDER, database, reader.name) as holder:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        async with running(reader):
            await eventually(partial(has_status, reader, "standing by"))
            signalled(holder, signal.SIGSTOP)
            await eventually(partial(is_caught_up, reader), 40)
    await check_applied_once(log, database)


@pytest.mark.parametrize("of", ["own log", pytest.param("topic", marks=pytest.mark.embedded)])
async def test_a_second_worker_of_a_subscription_stands_by_quietly(
    log: Log, database: str, kafka: str, topic_prefix: str, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if of == "topic":
        view = taken_view()
        workers = [subscription(view, database, kafka, topic_prefix) for _ in range(2)]
    else:
        workers = [own_subscription(log, database) for _ in range(2)]
    await make_tables(database, workers[0].view)
    begun: list[Any] = []
    for worker in workers:
        begin = worker._begin

        async def counted(*arguments: Any, begin: Any = begin, worker: Any = worker) -> Any:
            begun.append(worker)
            return await begin(*arguments)

        monkeypatch.setattr(worker, "_begin", counted)
    await fill(log)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    async with running(relay, *workers):
        for _ in range(30):
            await take(log, each=1)
            await asyncio.sleep(0.1)
        await eventually(partial(reached, database, 200), 60)
        assert sorted(worker.status for worker in workers) == ["running", "standing by"]
        assert len(begun) == 1
        [sessions] = await rows(
            database,
            "select count(*) as n from pg_stat_activity where application_name = 'qudao-subscription' and datname = current_database()",
        )
        assert sessions["n"] == (3 if of == "own log" else 2)  # one more follows it for all views of a process
    await check_applied_once(log, database)


async def test_a_worker_that_ends_is_taken_over_from_at_once(log: Log, database: str) -> None:
    first, second = own_subscription(log, database), own_subscription(log, database)
    await make_tables(database, first.view)
    await fill(log)
    async with running(second):
        async with running(first):
            await eventually(partial(reached, database, 50))
        await take(log, each=2)
        await eventually(partial(reached, database, 60))
    await check_applied_once(log, database)
