"""How often views of the own log look at it: at rest hardly ever, and while it grows all the time in rounds apart."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channel_events import Log
from channel_events.log.connect import connect_as, prepare
from channel_events.subscription import own_log
from channel_events.subscription.links import Place
from channel_events.subscription.own_log import OwnLogSource
from channel_events.subscription.progress import RUNNING, Progress
from channel_events.tasks import next_tick

from .moving import eventually, fill, is_caught_up, make_tables, own_subscription, running, take

START = Progress(0, 1, Place(), None, RUNNING)


class Looked:
    """A connection, and when the log was looked at on it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.at: list[float] = []

    async def fetch(self, *given: Any) -> Any:
        self.at.append(time.monotonic())
        return await self._connection.fetch(*given)


@pytest.fixture
async def connection(database: str) -> AsyncIterator[Looked]:
    opened = await connect_as(database, "test")
    await prepare(opened)
    yield Looked(opened)
    await opened.close()


async def test_a_log_that_grows_all_the_time_is_followed_in_rounds_apart(log: Log, connection: Looked) -> None:
    source = OwnLogSource(connection, "specimen", log.registry, log.wake(), START, poll=60)
    await fill(log, jars=1, each=1)
    (step,) = await source.read()
    while not source.caught_up:
        (step,) = await source.read()
    source.committed(step.after(START))
    await asyncio.sleep(0.05)  # what the events came to takes so long
    applied = time.monotonic()
    await take(log, jars=1, each=1)
    assert await source.read()
    assert connection.at[-1] - applied >= own_log._APART_SECONDS - 0.002


async def test_the_first_event_after_a_pause_waits_for_nothing(log: Log, connection: Looked) -> None:
    source = OwnLogSource(connection, "specimen", log.registry, log.wake(), START, poll=0.01)
    assert await source.read() == []
    assert source._rest(1.0) == 0.0


async def test_a_log_that_tells_when_it_grew_is_looked_at_every_other_second(
    log: Log, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    polls: list[float] = []

    def ticked(every: float) -> float:
        polls.append(every)
        return next_tick(every)

    monkeypatch.setattr(own_log, "next_tick", ticked)
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    async with running(reader):
        await eventually(lambda: is_caught_up(reader))
        await eventually(lambda: _any(polls))
    assert set(polls) == {own_log.TOLD_SECONDS} == {2.0}


async def _any(found: list[float]) -> bool:
    return bool(found)
