"""A reaction that asks before it commands is told what every event before it has written, also within one batch."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from channel_events import OWN_LOG, Ask, On, Reaction, Recorded, Rejected, Topic, redrive
from channel_events.broker import Broker
from channel_events.relay import Relay

from .moving import SPECIMEN, eventually, fill, is_caught_up, parked_streams, rows, running, take
from .specimen import MarblesTaken
from .test_reaction import SHELF, Tell, check_told_once, create, follower, opened, telling, told_count

_COUNTS = "select (data->>'count')::int as count from event where type = 'shelf_told' order by position"


def counting(of: Any, *, closed: Callable[[], bool] = lambda: False, **more: Any) -> Reaction:
    """Tells the shelf how often it was told before."""

    def commands(event: Recorded) -> Any:
        if isinstance(event.data, MarblesTaken):
            shelf = yield Ask(SHELF, "one")
            if closed():
                raise Rejected("shelf_closed")
            yield On(SHELF, "one", Tell(shelf.version + 1))

    return Reaction("count_up", of=of, commands=commands, **more)


@pytest.mark.parametrize("of", [OWN_LOG, SPECIMEN], ids=["own log", "topic"])
async def test_a_question_is_answered_with_what_the_event_before_wrote(database: str, kafka: str, topic_prefix: str, of: Any) -> None:
    reaction = counting(of)
    await create(database, reaction)
    async with opened(database) as log:
        await fill(log, jars=3, each=20)
        parts: list[Any] = [follower(reaction, log, database, kafka, topic_prefix)]
        if isinstance(of, Topic):
            parts.append(Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake()))
        async with running(*parts):
            await eventually(partial(told_count, database, 60), seconds=60)
    assert [row["count"] for row in await rows(database, _COUNTS)] == [*range(1, 61)]


async def test_a_redriven_event_finds_what_the_one_before_it_wrote(database: str) -> None:
    """Parked events are tried as they would have come: each asks when the one before it is written."""
    closed = True
    reaction = counting(OWN_LOG, closed=lambda: closed, refused="park")
    await create(database, reaction)
    async with opened(database) as log:
        await fill(log, jars=2, each=60)
        async with running(reader := follower(reaction, log, database)):
            await eventually(partial(is_caught_up, reader))
        assert [one.events for one in await parked_streams(database)] == [60, 60]
        closed = False
        assert [one.done for one in await redrive(log, reaction)] == [60, 60]
    assert [row["count"] for row in await rows(database, _COUNTS)] == [*range(1, 121)]


async def test_a_redrive_goes_on_beside_a_worker_that_acts(database: str) -> None:
    closed = {"jar0"}
    reaction = telling(refused="park", limit=lambda: 0 if closed else 1_000_000)
    await create(database, reaction)
    async with opened(database) as log:
        await fill(log, jars=5, each=8)
        async with running(reader := follower(reaction, log, database)):
            await eventually(partial(is_caught_up, reader))
            closed.clear()
            coming = asyncio.create_task(take(log, jars=5, each=40))
            while not coming.done():
                await redrive(log, reaction)
                await asyncio.sleep(0.01)
            await coming
            await redrive(log, reaction)
            await eventually(partial(told_count, database, 240))
        assert await parked_streams(database) == []
        await check_told_once(log, database)
