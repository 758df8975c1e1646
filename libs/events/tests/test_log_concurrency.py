"""What must hold when several processes write one log, and when connections die in the middle of it."""

import asyncio
import random
from collections import Counter

import asyncpg
import pytest
from channel_events import Actor, CommandKey, Log, LogFailure, LogUnavailable, On, Recorded, Rejected, UnsafeServer
from channel_events.log import statements as sql
from channel_events.log.committer import Committer

from .conftest import OpenLog
from .specimen import JAR, MarblesTaken, Put, Take
from .wire import wire_to

ANN = Actor("ann")


async def check_the_log(log: Log) -> None:
    """Positions without gap, and all that `check_links` says."""
    events = await log.read(after=0, limit=1_000_000)
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    check_links(events)


def check_links(events: list[Recorded]) -> None:
    """Ids that differ, versions without gap, links to the very predecessor, a clock that never goes back."""
    assert len({e.id for e in events}) == len(events)
    versions: Counter[str] = Counter()
    tails: dict[int, tuple[int, str]] = {}
    for before, event in zip([None, *events], events, strict=False):
        versions[event.stream] += 1
        assert event.version == versions[event.stream]
        assert before is None or before.recorded_at <= event.recorded_at
        if event.partition is not None:
            previous = tails.get(event.partition, (0, "00000000-0000-0000-0000-000000000000"))
            assert (event.previous_position, event.previous_id) == previous
            tails[event.partition] = (event.position, event.id)


async def test_two_processes_on_one_log_never_hand_out_the_same_marble(open_log: OpenLog) -> None:
    one, two = await open_log(), await open_log()
    await one.execute(On(JAR, "last", Put(10)), by=ANN)
    answers = await asyncio.gather(
        *((one, two)[i % 2].execute(On(JAR, "last", Take(1)), by=ANN) for i in range(64)), return_exceptions=True
    )
    refused = [a for a in answers if isinstance(a, Rejected)]
    assert len(refused) == 54
    assert {r.code for r in refused} == {"too_few"}
    assert await two.state(JAR, "last") == 0
    await check_the_log(one)


async def test_four_processes_write_long_and_the_log_stays_whole(open_log: OpenLog) -> None:
    logs = [await open_log() for _ in range(4)]
    dice = random.Random(1)

    async def client(log: Log) -> int:
        taken = 0
        for _ in range(40):
            jar = f"{dice.randrange(5)}"
            try:
                await log.execute(On(JAR, jar, Put(dice.randrange(3))), On(JAR, f"{dice.randrange(5)}", Take(1)), by=ANN)
                taken += 1
            except Rejected:
                continue
        return taken

    taken = sum(await asyncio.gather(*(client(log) for log in logs for _ in range(8))))
    events = await logs[0].read(after=0, limit=1_000_000)
    assert sum(isinstance(e.data, MarblesTaken) for e in events) == taken > 100
    await check_the_log(logs[0])


async def test_a_log_that_others_wrote_far_ahead_is_caught_up_or_read_anew(open_log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = await open_log(), await open_log()
    await one.execute(On(JAR, "red", Put(1)), by=ANN)
    await two.execute(On(JAR, "red", Put(1)), by=ANN)
    monkeypatch.setattr("channel_events.log.basis.MAX_TAIL", 2)
    for _ in range(5):
        await two.execute(On(JAR, "red", Put(1)), by=ANN)
    await one.execute(On(JAR, "red", Take(7)), by=ANN)
    assert await one.state(JAR, "red") == 0


async def test_one_key_in_two_processes_has_one_effect(open_log: OpenLog) -> None:
    logs = [await open_log() for _ in range(2)]
    for name in range(30):
        same = CommandKey(f"k{name}", b"same")
        answers = await asyncio.gather(*(log.execute(On(JAR, "red", Put(1)), by=ANN, key=same) for log in logs))
        assert answers[0].events == answers[1].events
        assert sorted(answer.replayed for answer in answers) == [False, True]
    assert await logs[0].state(JAR, "red") == 30


async def test_cut_connections_lose_nothing_that_was_answered_and_double_nothing(open_log: OpenLog, database: str) -> None:
    logs = [await open_log() for _ in range(2)]
    answered: list[str] = []
    cuts = 0
    done = asyncio.Event()

    async def client(number: int) -> None:
        for turn in range(2_000):
            if turn >= 60 and cuts > 5:
                return
            key = CommandKey(f"{number}-{turn}", b"")
            while True:
                try:
                    answer = await logs[number % 2].execute(On(JAR, f"{number % 3}", Put(1, f"{number}-{turn}")), by=ANN, key=key)
                except LogFailure:  # nothing written, or nobody could tell in time: the key makes the repeat safe
                    await asyncio.sleep(0.01)
                    continue
                answered.append(answer.events[0].id)
                break

    async def chaos() -> None:
        nonlocal cuts
        connection = await asyncpg.connect(database)
        while not done.is_set():
            cuts += await connection.fetchval(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'qudao-log' "
                "and datname = current_database() and random() < 0.7"
            )
            await asyncio.sleep(random.Random(cuts).uniform(0.001, 0.04))
        await connection.close()

    cutting = asyncio.create_task(chaos())
    await asyncio.gather(*(client(n) for n in range(12)))
    done.set()
    await cutting
    assert cuts > 5
    events = await logs[0].read(after=0, limit=100_000)
    assert sorted(e.id for e in events) == sorted(answered)
    assert len({e.data.note for e in events}) == len(events) >= 12 * 60
    await check_the_log(logs[0])


async def test_a_goodbye_between_two_steps_is_a_lost_connection(database: str) -> None:
    async with wire_to(database) as (wire, dsn):
        log = await Log.open(service="specimen", dsn=dsn, deciders=[JAR], timezone="UTC", durable=False)
        wire.goodbye = True
        await log.execute(On(JAR, "red", Put(1)), by=ANN)
        assert not wire.goodbye
        assert await log.state(JAR, "red") == 1
        await log.close()


async def test_a_write_whose_connection_is_lost_is_never_done_twice(database: str, open_log: OpenLog) -> None:
    other = await open_log()
    async with wire_to(database) as (wire, dsn):
        log = await Log.open(service="specimen", dsn=dsn, deciders=[JAR], timezone="UTC", durable=False)
        await log.execute(On(JAR, "red", Put(1)), by=ANN)
        for turn in range(2):
            wire.deaf = True
            wire.heard.clear()
            writing = asyncio.create_task(log.execute(On(JAR, "red", Put(1)), by=ANN))
            await asyncio.wait_for(wire.heard.wait(), 5)  # written, and the answer lost
            wire.deaf = False
            wire.cut()
            answer = await asyncio.wait_for(writing, 10)
            assert not answer.replayed
            assert await other.state(JAR, "red") == turn + 2
        await log.close()
    await check_the_log(other)


async def test_a_failed_write_leaves_no_trace_in_the_states(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    await log.execute(On(JAR, "red", Put(1)), by=ANN)
    good = sql.WRITE
    monkeypatch.setattr(sql, "WRITE", good.replace("insert into event", "insert into nowhere"))
    with pytest.raises(LogUnavailable):
        await log.execute(On(JAR, "red", Put(100)), by=ANN)
    monkeypatch.setattr(sql, "WRITE", good)
    with pytest.raises(Rejected, match="too_few"):
        await log.execute(On(JAR, "red", Take(2)), by=ANN)


async def test_data_that_only_the_database_refuses_fails_its_own_command(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    await log.execute(On(JAR, "red", Put(1)), by=ANN)
    monkeypatch.setattr(
        sql, "WRITE", sql.WRITE.replace("select e.position, e.id,", "select e.position / (e.stream <> 'jar/bad')::int, e.id,")
    )
    answers = await asyncio.gather(*(log.execute(On(JAR, jar, Put(1)), by=ANN) for jar in ("red", "bad", "blue")), return_exceptions=True)
    assert [type(a).__name__ for a in answers] == ["Appended", "DivisionByZeroError", "Appended"]
    await check_the_log(log)


async def test_a_process_that_sleeps_while_it_holds_nothing_blocks_nobody(open_log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, fast = await open_log(), await open_log()
    decided = asyncio.Event()
    wait = asyncio.Event()
    original = Committer._write

    async def paused(self: Committer, *args: object) -> bool:
        if self is slow._committer and not decided.is_set():
            decided.set()
            await wait.wait()
        return await original(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Committer, "_write", paused)
    await fast.execute(On(JAR, "red", Put(1)), by=ANN)
    await slow.execute(On(JAR, "x", Put(0)), by=ANN)
    late = asyncio.create_task(slow.execute(On(JAR, "red", Take(1)), by=ANN))
    await decided.wait()
    await asyncio.wait_for(fast.execute(On(JAR, "red", Take(1)), by=ANN), 2)
    wait.set()
    with pytest.raises(Rejected, match="too_few"):
        await late


async def test_a_server_that_may_lose_confirmed_writes_is_refused(database: str) -> None:
    with pytest.raises(UnsafeServer, match="fsync=off"):
        await Log.open(service="specimen", dsn=database, deciders=[JAR], timezone="UTC")


async def test_an_unreachable_database_is_said_at_once(database: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - the operating system's own words
        await Log.open(service="specimen", dsn="postgresql://postgres@127.0.0.1:1/x", deciders=[JAR], timezone="UTC")
