"""What a caller of the log may rely on, on a real PostgreSQL."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial

import asyncpg
import msgspec
import pytest
from channel_events import Actor, CommandKey, KeyReused, Log, On, Rejected

from .conftest import OpenLog
from .moving import eventually, rows
from .specimen import JAR, Break, MarblesAdded, MarblesTaken, Put, Take

ANN = Actor("ann", reason="test", correlation="c-1")


def key(name: str, body: bytes = b"body") -> CommandKey:
    return CommandKey(name, body)


async def test_what_was_decided_is_in_the_log_with_everything_that_explains_it(log: Log) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    written = await log.execute(On(JAR, "red", Put(5)), On(JAR, "red", Take(2)), by=ANN)
    first, second = written.events
    assert await log.read(after=0, limit=10) == [first, second]
    assert (first.data, second.data) == (MarblesAdded(5), MarblesTaken(2, date(2026, 1, 31)))
    assert [e.position for e in written.events] == [1, 2]
    assert [e.version for e in written.events] == [1, 2]
    assert first.stream == "jar/red"
    assert (first.actor, first.reason, first.correlation) == ("ann", "test", "c-1")
    assert before < first.recorded_at < datetime.now(UTC) + timedelta(seconds=5)
    assert first.recorded_on == (first.recorded_at + timedelta(hours=8)).date()
    assert second.occurred_on == date(2026, 1, 31)
    assert written.position == 2
    assert await log.event(second.id) == second
    assert await log.event("no-uuid") is None
    assert await log.state(JAR, "red") == 3


EVERY_CHARACTER = "".join(map(chr, (*range(1, 0xD800), *range(0xE000, 0x11000), 0x1F4E6, 0x10FFFF)))
ODD = ['"', "\\", "\\u0041", "\\\\u0000", '{"a": [1, 2 ], "a":null}', "a\tb\nc\r\x7f\u2028", "null", "", " ", "渠道"]


async def test_what_is_written_is_kept_to_the_byte(log: Log, database: str) -> None:
    for text in (*ODD, EVERY_CHARACTER):
        by = Actor(text[:900] or "-", reason=text, correlation=text, causation=text)
        stream = f"s{text[:100]}"
        written = await log.execute(On(JAR, stream, Put(1, text)), by=by, key=key(f"k{text[:100]}", text.encode()))
        [kept] = await log.read(after=written.position - 1, limit=10)
        assert [kept] == list(written.events)
        assert (kept.actor, kept.reason, kept.correlation, kept.causation) == (by.subject, text, text, text)
        assert kept.data == MarblesAdded(1, text)
        again = await log.execute(On(JAR, stream, Put(1, text)), by=by, key=key(f"k{text[:100]}", text.encode()))
        assert (again.replayed, again.events) == (True, written.events)
    connection = await asyncpg.connect(database)
    kept_bytes = [row["data"] for row in await connection.fetch("select data::text from event order by position")]
    await connection.close()
    assert kept_bytes == [msgspec.json.encode(MarblesAdded(1, text)).decode() for text in (*ODD, EVERY_CHARACTER)]


async def test_only_public_events_are_linked_to_their_partition(log: Log) -> None:
    await log.execute(On(JAR, "red", Put(9)), by=ANN)
    one = (await log.execute(On(JAR, "red", Take(1)), by=ANN)).events[0]
    two = (await log.execute(On(JAR, "red", Take(1)), by=ANN)).events[0]
    assert (await log.read(after=0, limit=1))[0].partition is None
    assert (one.previous_position, two.previous_position) == (0, one.position)
    assert two.previous_id == one.id
    assert one.partition == two.partition


async def test_a_refused_command_writes_nothing_of_any_of_its_targets(log: Log) -> None:
    with pytest.raises(Rejected) as refused:
        await log.execute(On(JAR, "red", Put(5)), On(JAR, "blue", Take(1)), by=ANN)
    assert refused.value.code == "too_few"
    assert refused.value.facts == {"wanted": 1, "inside": 0}
    assert await log.head() == 0


async def test_a_later_target_sees_what_an_earlier_one_changed(log: Log) -> None:
    await log.execute(On(JAR, "red", Put(5)), On(JAR, "red", Take(5)), by=ANN)
    assert await log.state(JAR, "red") == 0


async def test_a_command_without_events_is_a_success_that_writes_nothing(log: Log) -> None:
    written = await log.execute(On(JAR, "red", Put(0)), by=ANN)
    assert (written.events, written.position, written.replayed) == ((), 0, False)


async def test_a_bug_in_one_decider_fails_only_its_own_command(log: Log) -> None:
    answers = await asyncio.gather(
        *(log.execute(On(JAR, "red", command), by=ANN) for command in (Put(1), Break(), Put(1))), return_exceptions=True
    )
    assert isinstance(answers[1], ZeroDivisionError)
    assert await log.state(JAR, "red") == 2


async def test_the_same_key_again_gives_the_same_events_and_writes_nothing(log: Log) -> None:
    first = await log.execute(On(JAR, "red", Put(5)), by=ANN, key=key("k"))
    again = await log.execute(On(JAR, "red", Put(5)), by=ANN, key=key("k"))
    assert again.events == first.events
    assert again.replayed
    assert await log.head() == 1


async def test_the_same_key_with_another_body_is_refused(log: Log) -> None:
    await log.execute(On(JAR, "red", Put(5)), by=ANN, key=key("k"))
    with pytest.raises(KeyReused):
        await log.execute(On(JAR, "red", Put(6)), by=ANN, key=key("k", b"other"))
    assert await log.head() == 1


async def test_two_commands_with_one_key_at_once_have_one_effect(log: Log) -> None:
    answers = await asyncio.gather(*(log.execute(On(JAR, "red", Put(5)), by=ANN, key=key("k")) for _ in range(20)))
    assert len({answer.events[0].id for answer in answers}) == 1
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 19


async def test_a_key_belongs_to_its_actor(log: Log) -> None:
    await log.execute(On(JAR, "red", Put(5)), by=ANN, key=key("k"))
    await log.execute(On(JAR, "red", Put(5)), by=Actor("bob"), key=key("k"))
    assert await log.state(JAR, "red") == 10


async def test_a_repeat_of_a_command_that_had_nothing_to_do_has_nothing_to_do_for_ever(log: Log) -> None:
    assert not (await log.execute(On(JAR, "red", Put(0)), by=ANN, key=key("k"))).replayed
    again = await log.execute(On(JAR, "red", Put(0)), by=ANN, key=key("k"))
    assert again.replayed
    assert again.events == ()


async def test_a_refusal_is_not_remembered_under_its_key(log: Log) -> None:
    with pytest.raises(Rejected):
        await log.execute(On(JAR, "red", Take(1)), by=ANN, key=key("k"))
    await log.execute(On(JAR, "red", Put(1)), by=ANN)
    assert (await log.execute(On(JAR, "red", Take(1)), by=ANN, key=key("k"))).events


@pytest.mark.parametrize("note", ["nul \0", "lone \ud800"])
async def test_text_that_the_database_cannot_hold_is_refused_and_harms_no_neighbour(log: Log, note: str) -> None:
    good, bad = await asyncio.gather(
        log.execute(On(JAR, "red", Put(1)), by=ANN), log.execute(On(JAR, "blue", Put(1, note)), by=ANN), return_exceptions=True
    )
    assert isinstance(bad, Rejected)
    assert bad.code == "unstorable_text"
    assert not isinstance(good, BaseException)
    with pytest.raises(Rejected, match="unstorable_text"):
        await log.execute(On(JAR, note, Put(1)), by=ANN)


async def test_a_backslash_in_a_text_is_no_nul(log: Log) -> None:
    written = await log.execute(On(JAR, "red", Put(1, "C:\\u0000")), by=ANN)
    assert (await log.read(after=0, limit=1))[0].data == written.events[0].data


async def test_an_event_too_large_for_the_topic_is_refused(log: Log) -> None:
    with pytest.raises(Rejected, match="event_too_large"):
        await log.execute(On(JAR, "red", Put(1, "x" * 1_000_000)), by=ANN)


async def test_a_reader_is_woken_by_its_own_process_and_by_another(open_log: OpenLog) -> None:
    one, two = await open_log(), await open_log()
    here, there = one.wake(), two.wake()
    await asyncio.sleep(0.3)
    here.clear(), there.clear()
    await one.execute(On(JAR, "red", Put(1)), by=ANN)
    assert all(await asyncio.wait_for(asyncio.gather(here.wait(), there.wait()), 2))


async def test_a_reader_is_woken_again_after_the_connection_that_hears_was_lost(open_log: OpenLog, database: str) -> None:
    one, two = await open_log(), await open_log()
    there = two.wake()
    lost = await eventually(partial(listening, database, but=set()))
    await rows(database, "select pg_terminate_backend(pid) from unnest($1::integer[]) as pid", list(lost))
    await eventually(partial(listening, database, but=lost))
    there.clear()
    await one.execute(On(JAR, "red", Put(1)), by=ANN)
    assert await asyncio.wait_for(there.wait(), 2)


async def listening(database: str, but: set[int]) -> set[int]:
    """The two servers' processes by which two logs hear of each other, once they do."""
    heard = """select pid from pg_stat_activity
                where datname = current_database() and application_name = 'qudao-log-announce' and query ~* '^listen|pg_notify'"""
    pids = {row["pid"] for row in await rows(database, heard)} - but
    return pids if len(pids) == 2 else set()
