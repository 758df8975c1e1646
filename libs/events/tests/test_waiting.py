"""However many wait for a view, the database is asked as if one did."""

import asyncio
import time
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import OWN_LOG, Log, ViewBehind, wait_for
from channel_events.subscription import looking

from .moving import eventually, fill, is_caught_up, make_tables, own_subscription, rows, running, take, taken_view

MANY = 300


class Asking:
    """A database that counts what it is asked."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self.pool: Any = None
        self.asked = 0

    async def __aenter__(self) -> "Asking":
        self.pool = await asyncpg.create_pool(self._dsn, min_size=1, max_size=4)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pool.close()

    async def fetch(self, sql: str, *values: Any) -> Any:
        self.asked += 1
        return await self.pool.fetch(sql, *values)


async def waiting(asking: Asking, count: int, *, one_by_one: bool) -> tuple[int, float]:
    """So many wait a second for what never comes; how often the database is asked, and for how long."""
    asking.asked, began = 0, time.monotonic()

    async def one(number: int) -> None:
        if one_by_one:
            await asyncio.sleep(number / count)
        with pytest.raises(ViewBehind):
            await wait_for(asking.fetch, VIEW, "1000000;", 1)

    await asyncio.gather(*(one(number) for number in range(count)))
    return asking.asked, time.monotonic() - began


VIEW = taken_view(OWN_LOG)


async def test_three_hundred_who_wait_ask_about_as_much_as_one(database: str) -> None:
    async with Asking(database) as asking:
        alone, _ = await waiting(asking, 1, one_by_one=False)
        together, _ = await waiting(asking, MANY, one_by_one=False)
        coming, seconds = await waiting(asking, MANY, one_by_one=True)
    assert alone <= 15, "the pauses grow"
    assert together <= 20
    assert coming <= 100 * seconds + 5, "each who comes is looked for at once, but no more often than every 10 ms"


async def test_who_waits_is_answered_when_the_view_is_there_and_not_before(log: Log, database: str) -> None:
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    await fill(log, jars=1, each=1)
    head = await log.head()
    async with Asking(database) as asking:
        tasks = [asyncio.create_task(wait_for(asking.fetch, reader.view, f"{head + n // 50};", 20)) for n in range(MANY)]
        await asyncio.sleep(0.1)
        assert not any(task.done() for task in tasks)
        async with running(reader):
            await asyncio.gather(*tasks[:50])
            await asyncio.sleep(0.05)
            assert not any(task.done() for task in tasks[50:])
            await take(log, jars=1, each=MANY // 50)
            await asyncio.gather(*tasks)
    assert looking._pollers == {}


async def test_a_view_of_this_process_wakes_those_who_wait_for_it(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_LONGEST", 3600)
    monkeypatch.setattr(looking, "_GROWTH", 1_000_000)  # after the second look nobody looks unless told
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    async with Asking(database) as asking, running(reader):
        await eventually(partial(is_caught_up, reader))
        waits = asyncio.create_task(wait_for(asking.fetch, reader.view, "2;", 60))
        await eventually(partial(asked_twice, asking))
        await fill(log, jars=1, each=1)
        await asyncio.wait_for(waits, 30)


async def asked_twice(asking: Asking) -> bool:
    return asking.asked == 2


async def test_a_view_of_another_process_is_seen_soon(database: str) -> None:
    await rows(database, "insert into progress (subscription, source, partition, position) values ('taken_v1', 'own', 0, 5)")
    async with Asking(database) as asking:
        waits = asyncio.create_task(wait_for(asking.fetch, VIEW, "6;", 60))
        await asyncio.sleep(1)
        await rows(database, "update progress set position = 6")
        await asyncio.wait_for(waits, 30)


async def test_what_the_database_says_reaches_everybody_who_waits() -> None:
    async def fetch(*_: Any) -> Any:
        await asyncio.sleep(0.01)
        raise OSError("away")

    answers = await asyncio.gather(*(wait_for(fetch, VIEW, "1;", 5) for _ in range(5)), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["away"] * 5
    assert looking._pollers == {}


async def test_who_stops_waiting_leaves_nothing_behind(database: str) -> None:
    async with Asking(database) as asking:
        waits = [asyncio.create_task(wait_for(asking.fetch, VIEW, "6;", 60)) for _ in range(3)]
        await asyncio.sleep(0.1)
        for task in waits:
            task.cancel()
        await asyncio.wait(waits)
        await eventually(nobody_looks)


async def nobody_looks() -> bool:
    return looking._pollers == {}
