"""Reactions: each event acts once, whatever is killed, repeated or re-driven; what is refused is kept or parked."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import (
    OWN_LOG,
    Ask,
    Copies,
    Copy,
    Decider,
    Known,
    Log,
    Need,
    On,
    OwnLog,
    Reaction,
    Recorded,
    Rejected,
    Wait,
    derived_id,
    event,
    redrive,
)
from channel_events.broker import Broker
from channel_events.log.connect import prepare
from channel_events.relay import Relay
from channel_events.subscription import ReactionSubscription, create_reactions, create_view_tables
from channel_events.subscription.links import Place
from channel_events.subscription.progress import Zombie
from channel_events.subscription.reaction_effect import ReactionEffect
from channel_events.subscription.reaction_units import StepUnit
from channel_events.subscription.step import Step
from channel_testing import on, recorded
from msgspec import Struct

from .moving import (
    ANN,
    SPECIMEN,
    eventually,
    fill,
    is_caught_up,
    parked_streams,
    rows,
    running,
    take,
    taken_view,
)
from .specimen import JAR, MarblesAdded, MarblesTaken, Put, Take


@event("shelf_told")
class ShelfTold(Struct, frozen=True):
    count: int


class Tell(Struct, frozen=True):
    count: int
    limit: int = 1_000_000


def tell(command: Tell, told: int, _: Known) -> Iterator[ShelfTold]:
    if told + command.count > command.limit:
        raise Rejected("shelf_full", limit=command.limit, missing="room")
    if command.count:
        yield ShelfTold(command.count)


SHELF: Decider[Tell, int, ShelfTold] = Decider("shelf", initial=0, decide=tell, evolve=lambda told, e: told + e.count, events=[ShelfTold])


def telling(of: Any = OWN_LOG, *, limit: Callable[[], int] = lambda: 1_000_000, **more: Any) -> Reaction:
    """Tells one shelf of every marble taken."""

    def commands(event: Recorded) -> Iterator[On]:
        if isinstance(event.data, MarblesTaken):
            yield On(SHELF, event.key, Tell(event.data.count, limit()))

    return Reaction("tell_shelf", of=of, commands=commands, **more)


@pytest.fixture
async def log(database: str) -> AsyncIterator[Log]:
    async with opened(database) as log:
        yield log


@asynccontextmanager
async def opened(database: str, **more: Any) -> AsyncIterator[Log]:
    log = await Log.open(service="specimen", dsn=database, deciders=[JAR, SHELF], timezone="Asia/Shanghai", durable=False, **more)
    try:
        yield log
    finally:
        await log.close()


def follower(reaction: Reaction, log: Log, database: str, bootstrap: str = "127.0.0.1:1", prefix: str = "t.") -> ReactionSubscription:
    return ReactionSubscription(reaction, dsn=database, broker=Broker(bootstrap, prefix=prefix), service="specimen", log=log)


async def create(database: str, *reactions: Reaction) -> None:
    connection = await asyncpg.connect(database)
    try:
        await create_reactions(connection, reactions)
    finally:
        await connection.close()


async def told(database: str) -> list[dict[str, Any]]:
    return await rows(database, "select stream, causation, actor from event where type = 'shelf_told' order by position")


async def told_count(database: str, count: int) -> bool:
    return len(await told(database)) >= count


async def check_told_once(log: Log, database: str) -> None:
    """Each event taken was told once, to its shelf, in its order."""
    taken = [one for one in await log.read(after=0, limit=1_000_000) if isinstance(one.data, MarblesTaken)]
    by_shelf = [sorted(ids, key=ids.index) for ids in ([t.id for t in taken if t.key == f"jar{n}"] for n in range(5))]
    found = await told(database)
    assert [[row["causation"] for row in found if row["stream"] == f"shelf/jar{n}"] for n in range(5)] == by_shelf
    assert len(found) == len(taken)


def test_the_kit_shows_the_commands_of_an_event() -> None:
    taken = recorded(MarblesTaken(3, recorded(MarblesAdded(1)).recorded_on), stream="jar/a", position=1)
    assert on(telling(), taken) == [On(SHELF, "a", Tell(3))]
    assert on(telling(), MarblesAdded(1)) == []


def test_ids_of_intents_are_the_same_at_every_attempt_and_differ_by_index() -> None:
    one = recorded(MarblesAdded(1), position=1)
    assert derived_id(one, 0) == derived_id(one, 0) != derived_id(one, 1)
    assert derived_id(one, 0) != derived_id(recorded(MarblesAdded(1), position=2), 0)


async def test_every_event_acts_once_and_in_order_from_the_own_log(log: Log, database: str) -> None:
    reaction = telling()
    await create(database, reaction)
    await fill(log)
    async with running(follower(reaction, log, database)):
        await take(log, each=6)
        await eventually(partial(told_count, database, 80))
    await check_told_once(log, database)
    first = (await told(database))[0]
    assert first["actor"] == "reaction/tell_shelf"


async def test_every_event_acts_once_from_a_topic_read_by_two_workers(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    reaction = telling(SPECIMEN)
    await create(database, reaction)
    await fill(log, each=5)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    async with opened(database) as other:
        workers = [follower(reaction, one, database, kafka, topic_prefix) for one in (log, other)]
        async with running(relay, *workers):
            await take(log, each=10)
            await eventually(partial(told_count, database, 75), seconds=40)
    await check_told_once(log, database)


async def test_what_was_recorded_before_its_creation_has_no_effect_whatever_is_read_again(log: Log, database: str) -> None:
    await fill(log, jars=1, each=3)
    reaction = telling()
    await create(database, reaction)
    await take(log, jars=1, each=2)
    reader = follower(reaction, log, database)
    async with running(reader):
        await eventually(partial(told_count, database, 2))
        await eventually(partial(is_caught_up, reader))
    await rows(database, "update progress set position = 0, id = '00000000-0000-0000-0000-000000000000', revision = revision + 1")
    async with running(again := follower(reaction, log, database)):
        await eventually(partial(is_caught_up, again))
    assert len(await told(database)) == 2


async def test_what_is_recorded_between_migration_and_the_first_worker_has_its_effect(log: Log, database: str) -> None:
    reaction = telling()
    await create(database, reaction)
    await fill(log, jars=1, each=3)
    async with running(follower(reaction, log, database)):
        await eventually(partial(told_count, database, 3))


async def test_a_refusal_is_kept_with_its_outcome_and_not_asked_again(log: Log, database: str) -> None:
    limit = 2
    reaction = telling(limit=lambda: limit)
    await create(database, reaction)
    await fill(log, jars=1, each=4)
    async with running(reader := follower(reaction, log, database)):
        await eventually(partial(is_caught_up, reader))
    kept = await rows(database, "select outcome from command_key where actor = 'reaction/tell_shelf' order by outcome nulls first")
    assert [row["outcome"] for row in kept] == [None, None, "shelf_full", "shelf_full"]
    limit = 100
    await rows(database, "update progress set position = 0, id = '00000000-0000-0000-0000-000000000000', revision = revision + 1")
    async with running(reader := follower(reaction, log, database)):
        await eventually(partial(is_caught_up, reader))
    assert len(await told(database)) == 2


async def test_a_refusal_parks_its_stream_and_a_command_redrives_it(log: Log, database: str) -> None:
    limit = 2
    reaction = telling(limit=lambda: limit, refused="park")
    await create(database, reaction)
    await fill(log, jars=2, each=4)
    async with running(reader := follower(reaction, log, database)):
        await eventually(partial(is_caught_up, reader))
        assert [(one.stream, one.events) for one in await parked_streams(database)] == [("jar/jar0", 2), ("jar/jar1", 2)]
        limit = 3
        tried = await redrive(log, reaction)
        assert [(one.done, one.reason) for one in tried] == [(1, "shelf_full limit=3 missing='room'")] * 2
        limit = 100
        await take(log, jars=2, each=1)
        await redrive(log, reaction, "jar/jar0")
        await redrive(log, reaction)
        await take(log, jars=2, each=1)
        await eventually(partial(told_count, database, 12))
    assert await parked_streams(database) == []
    await check_told_once(log, database)


async def test_what_waits_goes_on_by_itself_when_the_missing_thing_arrives(log: Log, database: str) -> None:
    there: set[str] = set()

    def commands(event: Recorded) -> Iterator[On]:
        if isinstance(event.data, MarblesTaken):
            if f"shelf/{event.key}" not in there:
                raise Rejected("shelf_unknown", shelf=event.key)
            yield On(SHELF, event.key, Tell(event.data.count))

    async def found(_connection: Any, keys: Sequence[tuple[str]]) -> list[tuple[str]]:
        return [(shelf,) for (shelf,) in keys if f"shelf/{shelf}" in there]

    reaction = Reaction(
        "tell_shelf", of=OWN_LOG, commands=commands, refused="park",
        waits=[Wait("shelf", ["shelf_unknown"], {"shelf": str}, found)],
    )  # fmt: skip
    await create(database, reaction)
    async with running(reader := follower(reaction, log, database)):
        await fill(log, jars=2, each=3)
        await eventually(partial(is_caught_up, reader))
        await eventually(partial(waits_for, database, {"shelf/jar0", "shelf/jar1"}))
        there.add("shelf/jar1")
        await eventually(partial(told_count, database, 3))
        assert [one.stream for one in await parked_streams(database)] == ["jar/jar0"]
        there.add("shelf/jar0")
        await eventually(partial(told_count, database, 6))
        await take(log, jars=2, each=1)
        await eventually(partial(told_count, database, 8))
    await check_told_once(log, database)


async def test_a_reaction_is_told_what_a_local_copy_knows(database: str) -> None:
    limits = Need[int]("limit")
    view = taken_view(OWN_LOG)
    copy = Copy(
        limits, f"select jar from {view.tables[0].sql.name} where jar = any($1::text[])", lambda rows: {row["jar"]: 1 for row in rows}
    )

    def commands(event: Recorded) -> Any:
        known = yield Ask(limits, event.key)
        yield On(SHELF, event.key, Tell(1 if known is None else 2))

    connection = await asyncpg.connect(database)
    await create_view_tables(connection, [view])
    await connection.execute("insert into taken_v1 (jar) values ('jar0')")
    await connection.close()
    reaction = Reaction("asking", of=OwnLog(events=[MarblesAdded]), commands=commands)
    await create(database, reaction)
    copies = Copies(database, [copy])
    async with opened(database, look=copies.look) as log:
        await log.execute(On(JAR, "jar0", Put(1)), On(JAR, "jar1", Put(1)), by=ANN)
        async with running(reader := follower(reaction, log, database)):
            await eventually(partial(is_caught_up, reader))
        assert [await log.state(SHELF, key) for key in ("jar0", "jar1")] == [2, 1]
    copies.close()


@pytest.mark.parametrize("where", ["begin", "decide", "end"])
async def test_a_bug_or_a_lost_connection_anywhere_in_a_unit_does_nothing_twice(
    log: Log, database: str, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    reaction = telling()
    await create(database, reaction)
    await fill(log, each=4)
    original = getattr(StepUnit, where)
    errors: list[Exception] = [ConnectionResetError(), TimeoutError(), asyncpg.ConnectionDoesNotExistError("x"), OSError()]

    def fail(self: Any, *arguments: Any) -> Any:
        result = original(self, *arguments)
        if errors:
            if where != "decide":
                result.close()
            raise errors.pop()
        return result

    monkeypatch.setattr(StepUnit, where, fail)
    monkeypatch.setattr("channel_events.lasting.LONGEST_PAUSE", 0.02)
    async with running(follower(reaction, log, database)):
        await take(log, each=2)
        await eventually(partial(told_count, database, 30))
    assert not errors
    await check_told_once(log, database)
    assert await parked_streams(database) == []


async def test_a_zombie_decides_nothing(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It learns what it is before it waits for the head, which everybody needs."""
    reaction = telling()
    await create(database, reaction)
    await fill(log, jars=1, each=2)
    asked: list[StepUnit] = []
    monkeypatch.setattr(StepUnit, "decide", lambda self, *_: asked.append(self))
    effect = ReactionEffect(reaction, "own", log.registry, log)
    connection = await asyncpg.connect(database)
    try:
        await prepare(connection)
        row = (await effect.table.read(connection))[0]
        await effect.table.bump(connection, 0)
        events = await log.read(after=0, limit=10)
        step = Step(0, events, [None] * len(events), Place(events[-1].position, events[-1].id), None)
        with pytest.raises(Zombie):
            await effect.write(connection, [row], [step])
    finally:
        await connection.close()
    assert asked == []


async def test_connections_killed_at_any_moment_make_no_event_act_twice_or_never(log: Log, database: str) -> None:
    reaction = telling()
    await create(database, reaction)
    await fill(log, each=1)
    async with running(follower(reaction, log, database)):
        for n in range(6):
            await take(log, each=4)
            await rows(
                database,
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
                "and application_name in ('qudao-subscription', 'qudao-log')",
            )
            await asyncio.sleep(0.01 * n)
        await eventually(partial(told_count, database, 125), seconds=30)
    await check_told_once(log, database)


async def test_commands_of_callers_go_on_beside_a_reaction(log: Log, database: str) -> None:
    reaction = telling()
    await create(database, reaction)
    await log.execute(On(JAR, "jar0", Put(1000)), by=ANN)
    async with running(follower(reaction, log, database)):
        await asyncio.gather(*(log.execute(On(JAR, "jar0", Take(1)), by=ANN) for _ in range(200)))
        await eventually(partial(told_count, database, 200))
    await check_told_once(log, database)


async def waits_for(database: str, names: set[str]) -> bool:
    return {one.waits_for for one in await parked_streams(database)} == names
