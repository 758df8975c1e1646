"""A stream that cannot be read fails its own commands and nobody else's; nothing is ever decided on a part of a stream."""

import asyncio
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import Actor, CommandKey, Decider, Log, On, StreamUnreadable, redrive
from channel_events.log.draft import Entry
from channel_events.log.reading import EventReader
from channel_events.log.states import States
from channel_events.pure import Registry

from .conftest import OpenLog
from .moving import eventually, fill, is_caught_up, parked_streams, rows, running
from .newer import NEWER, Double, MarblesDoubled, breaking
from .specimen import JAR, MarblesAdded, Put, Take
from .test_reaction import SHELF, create, follower, telling

ANN = Actor("ann")


async def writing_as(log: Log) -> int:
    """The server's process that the log writes with."""
    connection = await log._committer._session.connection()
    return int(connection.get_server_pid())


def why(answer: Any) -> tuple[str, Any]:
    assert isinstance(answer, StreamUnreadable)
    return answer.code, answer.facts


async def test_commands_on_an_unreadable_stream_fail_alone_and_cost_nobody_anything(open_log: OpenLog) -> None:
    newer, log = await open_log(NEWER), await open_log()
    await newer.execute(On(NEWER, "new", Put(10)), On(NEWER, "new", Double()), by=ANN)
    await log.execute(On(JAR, "warm", Put(1)), by=ANN)
    before = await writing_as(log)
    good = [log.execute(On(JAR, f"jar{n % 40}", Put(1)), by=ANN) for n in range(200)]
    bad = [log.execute(On(JAR, jar, Put(1)), On(JAR, "new", Take(1)), by=ANN) for jar in ("jar0", "new")]
    answers: list[Any] = await asyncio.gather(*good[:100], *bad, *good[100:], return_exceptions=True)
    facts = {"stream": "jar/new", "type": "marbles_doubled", "position": 2}
    assert [why(answer) for answer in answers[100:102]] == [("stream_unreadable", facts)] * 2
    assert [answer for answer in answers[:100] + answers[102:] if isinstance(answer, BaseException)] == []
    assert await log.state(JAR, "jar0") == 5
    assert await writing_as(log) == before, "the connection was kept"
    assert "jar/warm" in log._committer._session.basis.states, "and so were the states"


async def test_nothing_is_decided_on_a_part_of_a_stream(open_log: OpenLog) -> None:
    newer, log = await open_log(NEWER), await open_log()
    await newer.execute(On(NEWER, "new", Put(10)), On(NEWER, "new", Double()), by=ANN)
    for _ in range(3):  # the second try found what the first had left behind
        [answer] = await asyncio.gather(log.execute(On(JAR, "new", Take(1)), by=ANN), return_exceptions=True)
        assert why(answer)[1]["stream"] == "jar/new"
    with pytest.raises(StreamUnreadable):
        await log.state(JAR, "new")
    await newer.execute(On(NEWER, "new", Take(20)), by=ANN)


@pytest.mark.parametrize("bad", [1, 2, 3])
async def test_a_bug_in_evolve_leaves_no_state_behind(open_log: OpenLog, bad: int) -> None:
    one, broken = await open_log(), await open_log(breaking(bad))
    await one.execute(*(On(JAR, "red", Put(count)) for count in (1, 2, 3)), *(On(JAR, "blue", Put(9)) for _ in range(2)), by=ANN)
    for _ in range(2):
        answers = await asyncio.gather(
            broken.execute(On(JAR, "red", Take(1)), by=ANN), broken.execute(On(JAR, "blue", Take(2)), by=ANN), return_exceptions=True
        )
        assert why(answers[0])[1] == {"stream": "jar/red", "type": "marbles_added", "position": bad}
        assert not isinstance(answers[1], BaseException)
    assert await one.state(JAR, "blue") == 14


async def test_an_unreadable_event_of_another_process_takes_its_stream_and_no_other(open_log: OpenLog) -> None:
    newer, log = await open_log(NEWER), await open_log()
    await log.execute(On(JAR, "new", Put(1)), On(JAR, "red", Put(1)), On(JAR, "blue", Put(1)), by=ANN)
    before = await writing_as(log)
    changes = [("red", Put(2)), ("new", Put(3)), ("new", Double()), ("new", Take(1)), ("blue", Put(2))]
    await newer.execute(*(On(NEWER, jar, command) for jar, command in changes), by=ANN)
    answers = await asyncio.gather(*(log.execute(On(JAR, jar, Take(3)), by=ANN) for jar in ("red", "new", "blue")), return_exceptions=True)
    assert [type(answer).__name__ for answer in answers] == ["Appended", "StreamUnreadable", "Appended"]
    assert why(answers[1])[1]["stream"] == "jar/new"
    assert await writing_as(log) == before
    assert await newer.state(NEWER, "new") == 7


def row(position: int, type_: str = "marbles_added", data: bytes = b'{"count":1}') -> dict[str, Any]:
    return {"stream": "jar/red", "version": position, "id": position, "type": type_, "data": data, "position": position}


@pytest.mark.parametrize("bad", [("unknown", b"{}"), ("marbles_added", b'{"count":null}'), ("marbles_added", b"{")])
def test_no_state_is_seen_before_all_of_its_events_are_in_it(bad: tuple[str, bytes]) -> None:
    held = States({"jar": JAR}, EventReader("specimen", Registry(JAR.events)))
    held.load("jar/red", None, [row(1), row(2), row(3, *bad)])
    assert "jar/red" not in held
    assert held.missing(["jar/red"]) == [], "it is known, and known to be unreadable"
    with pytest.raises(StreamUnreadable):
        held["jar/red"]
    held.clear()
    held.load("jar/red", None, [row(1)])
    held.fold([row(2), row(3, *bad), row(4)])
    assert "jar/red" not in held
    with pytest.raises(StreamUnreadable):
        held["jar/red"]
    held.clear()
    assert held.missing(["jar/red"]) == ["jar/red"]
    held.load("jar/red", Entry(5, 3, None), [row(4)])
    assert held["jar/red"][:2] == (6, 4)


async def test_a_decider_that_the_log_was_not_opened_with_fails_its_own_command(open_log: OpenLog) -> None:
    log = await open_log()
    stranger: Decider[Any, int, Any] = Decider("box", initial=0, decide=JAR.decide, evolve=JAR.evolve, events=JAR.events)
    answers = await asyncio.gather(
        log.execute(On(stranger, "x", Put(1)), by=ANN), log.execute(On(JAR, "x", Put(1)), by=ANN), return_exceptions=True
    )
    assert why(answers[0])[1]["stream"] == "box/x"
    assert not isinstance(answers[1], BaseException)


async def test_what_a_newer_version_did_is_not_answered_as_something_else(open_log: OpenLog) -> None:
    newer, log = await open_log(NEWER), await open_log()
    keys = [CommandKey(f"k{n}", b"") for n in range(2)]
    for key, command in zip(keys, (Put(1), Double()), strict=True):
        await newer.execute(On(NEWER, "red", command), by=ANN, key=key)
    known, unknown = await asyncio.gather(*(log.execute(On(JAR, "blue", Take(1)), by=ANN, key=key) for key in keys), return_exceptions=True)
    assert not isinstance(known, BaseException)
    assert known.replayed
    assert why(unknown)[1]["type"] == "marbles_doubled"


async def test_an_event_that_cannot_be_read_hides_no_others(open_log: OpenLog, database: str) -> None:
    log = await open_log()
    await log.execute(On(JAR, "red", Put(1)), On(JAR, "red", Put(2)), by=ANN)
    await spoil(database, 1)
    read = await log.read(after=0, limit=10)
    assert read[1].data == MarblesAdded(2)
    assert [one.id for one in await log.stream(JAR, "red")] == [one.id for one in read]
    with pytest.raises(StreamUnreadable):
        await log.current(JAR, "red")


async def spoil(database: str, position: int) -> None:
    """As a bug of before might have written it."""
    connection = await asyncpg.connect(database)
    await connection.execute("set session_replication_role = replica")
    await connection.execute("update event set data = '{\"count\":null}' where position = $1", position)
    await connection.close()


async def test_a_reaction_to_an_unreadable_stream_waits_for_the_version_that_reads_it(open_log: OpenLog, database: str) -> None:
    """Kept as refused, its events would never act."""
    newer_shelf: Decider[Any, int, Any] = Decider(
        "shelf",
        initial=0,
        decide=lambda c, s, k: [MarblesDoubled()] if isinstance(c, Double) else SHELF.decide(c, s, k),
        evolve=lambda told, e: told if isinstance(e, MarblesDoubled) else SHELF.evolve(told, e),
        events=[*SHELF.events, MarblesDoubled],
    )
    newer, log = await open_log(JAR, newer_shelf), await open_log(JAR, SHELF)
    reaction = telling(refused="keep")
    await create(database, reaction)
    await newer.execute(On(newer_shelf, "jar1", Double()), by=ANN)
    await fill(log, jars=3, each=2)
    async with running(reader := follower(reaction, log, database)):
        await eventually(partial(is_caught_up, reader))
        [parked] = await parked_streams(database)
        assert (parked.stream, parked.events) == ("jar/jar1", 2)
        assert "shelf/jar1 cannot be read: marbles_doubled at position 1" in parked.reason
        assert await rows(database, "select from command_key where outcome is not null") == []
    assert await told(database) == {"shelf/jar0": 2, "shelf/jar2": 2}
    assert [(one.done, one.stream) for one in await redrive(newer, reaction)] == [(2, "jar/jar1")]
    assert await told(database) == {"shelf/jar0": 2, "shelf/jar1": 2, "shelf/jar2": 2}


async def told(database: str) -> dict[str, int]:
    found = await rows(database, "select stream, count(*) as n from event where type = 'shelf_told' group by stream order by stream")
    return {one["stream"]: one["n"] for one in found}
