"""Commands that are decided only if a stream is where their caller saw it."""

import asyncio

import pytest
from channel_events import Actor, Appended, CommandKey, Expect, Log, On, Rejected

from .conftest import OpenLog
from .specimen import JAR, Put, Take

ANN = Actor("ann")


def at(log: Log, *tags: str | None) -> Log:
    """The log for a caller who saw one of these tags; any stream that is there, if none are given."""
    return log.for_caller(Expect(frozenset(tag for tag in tags if tag) if tags else None), lambda _: None)


async def put(log: Log, count: int = 1, jar: str = "red") -> Appended:
    return await log.execute(On(JAR, jar, Put(count)), by=ANN)


async def test_a_command_is_decided_when_its_stream_is_as_seen_and_refused_when_it_moved(log: Log) -> None:
    first = await put(log)
    assert first.tag == f"1-{first.events[0].id}" == (await log.current(JAR, "red")).tag
    second = await put(at(log, first.tag))
    assert second.tag == f"2-{second.events[0].id}"
    with pytest.raises(Rejected) as refused:
        await put(at(log, first.tag))
    assert (refused.value.code, refused.value.facts) == ("precondition_failed", {"current": second.tag})
    assert await log.head() == 2
    assert (await put(at(log, "0-x", second.tag))).version == 3


async def test_the_version_alone_is_not_enough(log: Log) -> None:
    red, blue = await put(log), await put(log, jar="blue")
    assert red.version == blue.version == 1
    with pytest.raises(Rejected, match="precondition_failed"):
        await put(at(log, blue.tag))


async def test_any_means_any_that_is_there(log: Log) -> None:
    with pytest.raises(Rejected) as refused:
        await put(at(log))
    assert refused.value.facts == {"current": None}
    await put(log)
    assert (await put(at(log))).version == 2
    assert (await log.current(JAR, "none")) == (0, 0, None)


async def test_only_the_first_target_is_compared(log: Log) -> None:
    first = await put(log)
    done = await at(log, first.tag).execute(On(JAR, "red", Take(1)), On(JAR, "blue", Put(1)), by=ANN)
    assert done.tag == f"2-{done.events[0].id}"
    with pytest.raises(Rejected, match="precondition_failed"):
        await at(log, done.tag).execute(On(JAR, "blue", Put(1)), On(JAR, "red", Put(1)), by=ANN)


async def test_a_command_that_had_nothing_to_do_tells_where_its_stream_is(log: Log) -> None:
    first = await put(log)
    assert (await put(log, 0)).tag == first.tag
    assert (await put(log, 0, "none")).tag is None


async def test_the_first_answer_comes_again_under_its_key_though_the_stream_moved(log: Log) -> None:
    seen, key = await put(log), CommandKey("k", b"body")
    for _ in range(2):
        answer = await at(log, seen.tag).execute(On(JAR, "red", Put(5)), by=ANN, key=key)
        assert (answer.version, answer.tag) == (2, f"2-{answer.events[0].id}")
        await put(log)
    assert answer.replayed
    assert await log.state(JAR, "red") == 8


async def test_in_one_batch_one_of_two_callers_who_saw_the_same_wins(log: Log) -> None:
    seen = await put(log)
    answers = await asyncio.gather(*(put(at(log, seen.tag)) for _ in range(8)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Appended"] + ["Rejected"] * 7


async def test_in_two_processes_one_of_two_callers_who_saw_the_same_wins(open_log: OpenLog) -> None:
    one, two = await open_log(), await open_log()
    for turn in range(20):
        seen = await put(one, jar=f"{turn}")
        answers = await asyncio.gather(*(put(at(log, seen.tag), jar=f"{turn}") for log in (one, two)), return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["Appended", "Rejected"]
        assert await one.state(JAR, f"{turn}") == 2


async def test_a_stream_that_others_moved_is_compared_by_their_last_event(open_log: OpenLog) -> None:
    one, two = await open_log(), await open_log()
    await put(one)
    theirs = await put(two)
    assert (await put(at(one, theirs.tag))).version == 3
    assert (await one.current(JAR, "red")).tag == (await put(at(two), 0)).tag
