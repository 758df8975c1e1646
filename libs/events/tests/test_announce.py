"""Who else follows a log is told of what is appended; who is alone tells nobody, which would cost a transaction an append."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest
from channel_events.log import announce
from channel_events.log.announce import Announcer
from channel_events.log.connect import CHANNEL

Heard = list[tuple[int, str]]


@asynccontextmanager
async def announcing(database: str) -> AsyncIterator[tuple[Announcer, asyncio.Event]]:
    one = Announcer(database)
    woken = one.listener()
    await one.start()
    try:
        yield one, woken
    finally:
        await one.close()


@asynccontextmanager
async def eavesdropping(database: str) -> AsyncIterator[Heard]:
    """What is said, by whom; who only listens is not known to anybody."""
    heard: Heard = []
    connection = await asyncpg.connect(database)
    await connection.add_listener(CHANNEL, lambda _, pid, __, said: heard.append((pid, said)))
    try:
        yield heard
    finally:
        await connection.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not holds():  # noqa: ASYNC110 - what is awaited is PostgreSQL's word to several listeners
            await asyncio.sleep(0.01)


async def append_alone(one: Announcer, heard: Heard, database: str) -> None:
    """Appends a few times, and looks that nothing was said of it to who listened until after that."""
    before = len(heard)
    for position in range(101, 120):
        one.announce(position)
        await asyncio.sleep(announce.PAUSE)
    connection = await asyncpg.connect(database)
    await connection.execute(f"notify {CHANNEL}, 'afterwards'")
    await connection.close()
    await until(lambda: len(heard) > before)
    assert heard[before][1] == "afterwards"


async def test_each_appends_for_the_other(database: str) -> None:
    async with announcing(database) as (one, _), announcing(database) as (two, woken):
        await until(lambda: one.followed and two.followed)
        woken.clear()
        one.announce(7)
        async with asyncio.timeout(15):
            await woken.wait()


async def test_a_process_that_is_alone_tells_nobody_and_yet_wakes_its_own_readers(database: str) -> None:
    async with eavesdropping(database) as heard, announcing(database) as (one, woken):
        await until(lambda: len(heard) == 1)  # that it is there
        woken.clear()
        await append_alone(one, heard, database)
        assert woken.is_set()


async def test_who_comes_is_told_from_then_on(database: str) -> None:
    async with eavesdropping(database) as heard, announcing(database) as (one, _), announcing(database) as (_, woken):
        await until(lambda: one.followed)
        one.announce(20)
        await until(lambda: (heard and heard[-1][1]) == "20")
        assert woken.is_set()


async def test_who_is_not_heard_any_more_is_told_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "GONE_SECONDS", 0.3)
    monkeypatch.setattr(announce, "HERE_SECONDS", 60)
    async with eavesdropping(database) as heard, announcing(database) as (one, _):
        async with announcing(database):
            await until(lambda: one.followed)
        await until(lambda: not one.followed)
        await append_alone(one, heard, database)


async def test_who_listens_says_so_now_and_then(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "HERE_SECONDS", 0.05)
    async with eavesdropping(database) as heard, announcing(database):
        await until(lambda: len(heard) >= 3)
