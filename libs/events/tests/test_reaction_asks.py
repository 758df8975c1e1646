"""A reaction that asks before it commands is told what every event before it has written, also within one batch."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from channel_events import OWN_LOG, Ask, Need, On, Reaction, Recorded, Rejected, Topic, redrive
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_events.subscription.reaction_effect import ReactionEffect

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


@pytest.mark.parametrize("copied", [True, False], ids=["a copy", "cold streams"])
async def test_events_that_ask_are_decided_a_few_times_however_many_they_are(database: str, copied: bool) -> None:
    """What they lack is looked up for all of them together: one after another, n events were decided n * n times."""
    limits, decided, looked = Need[int]("limit"), 0, 0

    def commands(event: Recorded) -> Any:
        nonlocal decided
        decided += 1
        if isinstance(event.data, MarblesTaken):
            own = f"{event.key}-{event.version}"
            yield Ask(limits, own) if copied else Ask(SHELF, own)
            yield On(SHELF, "one" if copied else own, Tell(event.version))

    async def look(asked: Sequence[tuple[Need[Any], str]]) -> dict[tuple[Need[Any], str], Any]:
        nonlocal looked
        looked += 1
        return dict.fromkeys(asked, 1)

    reaction = Reaction("ask_all", of=OWN_LOG, commands=commands)
    await create(database, reaction)
    async with opened(database, look=look) as log:
        await fill(log, jars=4, each=50)
        async with running(reader := follower(reaction, log, database)):
            await eventually(partial(is_caught_up, reader))
        told = await rows(database, "select from event where type = 'shelf_told'")
    assert len(told) == 200
    assert decided < 5 * 204 + 200  # at most: for what is lacking, before the head is held and under it, in two batches
    assert looked <= 4


async def test_a_unit_is_decided_once_where_nobody_writes_beside_it(database: str) -> None:
    """And what every event asks of a copy is looked up before any of them is decided."""
    limits, called = Need[int]("limit"), 0

    def commands(event: Recorded) -> Any:
        nonlocal called
        called += 1
        yield Ask(limits, "all")

    async def look(asked: Sequence[tuple[Need[Any], str]]) -> dict[tuple[Need[Any], str], Any]:
        return dict.fromkeys(asked, 1)

    reaction = Reaction("ask_one", of=OWN_LOG, commands=commands)
    await create(database, reaction)
    async with opened(database, look=look) as log:
        await fill(log, jars=4, each=300)
        async with running(reader := follower(reaction, log, database)):
            await eventually(partial(is_caught_up, reader))
        events = await log.head()
    assert events > 2 * ReactionEffect.most
    # Once to see whether it acts, and once for good; twice for good in the first two units, which find out what is asked for.
    assert called <= 2 * events + 2 * ReactionEffect.most


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
