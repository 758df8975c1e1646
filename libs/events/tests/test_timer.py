"""Timers: what comes due acts once, late rather than never, whoever is killed and however many run."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from channel_events import (
    OWN_LOG,
    TEXT,
    TIME,
    Change,
    Decider,
    DueIn,
    Known,
    Log,
    On,
    Put,
    Recorded,
    Rejected,
    Set,
    Table,
    Timer,
    View,
    event,
)
from channel_events.broker import Broker
from channel_events.subscription import ViewSubscription
from channel_events.timing import LATENESS, TimerRun
from channel_testing import at
from msgspec import Struct

from .moving import ANN, eventually, is_caught_up, make_tables, rows, running

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


@event("egg_set")
class EggSet(Struct, frozen=True):
    egg: str
    done_at: datetime | None


@event("egg_done")
class EggDone(Struct, frozen=True):
    egg: str
    was_due: datetime


class SetEgg(Struct, frozen=True):
    egg: str
    done_at: datetime | None


class Take(Struct, frozen=True):
    egg: str
    was_due: datetime


def decide(command: SetEgg | Take, taken: int, _: Known) -> Iterator[EggSet | EggDone]:
    match command:
        case SetEgg():
            yield EggSet(command.egg, command.done_at)
        case Take(egg=egg) if egg.startswith("refused"):
            raise Rejected("egg_raw")
        case Take(egg=egg) if egg.startswith("bug") and taken < 100:
            raise ZeroDivisionError(egg)
        case Take():
            yield EggDone(command.egg, command.was_due)


EGG: Decider[SetEgg | Take, int, Any] = Decider(
    "egg", initial=0, decide=decide, evolve=lambda taken, e: taken + isinstance(e, EggDone), events=[EggSet, EggDone]
)


def clock_view(*, lets_go: bool = True) -> View:
    """``lets_go``: an egg that is done is due no more."""
    table = Table("egg", key=("egg",), columns={"egg": TEXT, "done_at": TIME}, indexes=[("done_at",)])

    def changes(event: Recorded) -> Iterator[Change]:
        match event.data:
            case EggSet() as e:
                yield Put((e.egg,), done_at=e.done_at)
            case EggDone() as e if lets_go:
                yield Set((e.egg,), done_at=None)

    return View("eggs", version=1, of=OWN_LOG, tables=table, changes=changes)


def taking(view: View | None = None) -> Timer:
    return Timer("take_eggs", due=DueIn(view or clock_view(), at="done_at"), commands=lambda due: [On(EGG, due.key, Take(due.key, due.at))])


class HandClock:
    """A clock that a test moves."""

    def __init__(self, time: datetime = NOON) -> None:
        self.time = time

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
async def log(database: str) -> AsyncIterator[Log]:
    log = await Log.open(service="specimen", dsn=database, deciders=[EGG], timezone="Asia/Shanghai", durable=False)
    yield log
    await log.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.timing.LONGEST_SECONDS", 0.05)
    monkeypatch.setattr("channel_events.timing.SETTLE_SECONDS", 0.0)


def follower(timer: Timer, log: Log, database: str) -> ViewSubscription:
    return ViewSubscription(timer.due.view, OWN_LOG, dsn=database, broker=Broker("127.0.0.1:1"), service="specimen", log=log)


async def set_eggs(log: Log, *eggs: tuple[str, datetime | None]) -> None:
    for egg, done_at in eggs:
        await log.execute(On(EGG, egg, SetEgg(egg, done_at)), by=ANN)


async def done(log: Log) -> list[tuple[str, datetime]]:
    """Which eggs were taken, for which time, in the order of the log."""
    return [(e.data.egg, e.data.was_due) for e in await log.read(after=0, limit=100_000) if isinstance(e.data, EggDone)]


async def done_count(log: Log, count: int) -> bool:
    return len(await done(log)) >= count


def test_by_an_instant_the_commands_of_what_is_due_are_given_in_order() -> None:
    timer = taking()
    events = (
        EggSet("b", NOON),
        EggSet("a", NOON + WEEK),
        EggSet("c", NOON - WEEK),
        EggSet("d", None),
        EggSet("e", NOON),
        EggDone("e", NOON),
    )
    assert at(timer, NOON - WEEK - WEEK, *events) == []
    assert at(timer, NOON, *events) == [On(EGG, "c", Take("c", NOON - WEEK)), On(EGG, "b", Take("b", NOON))]
    assert len(at(timer, NOON + WEEK, *events)) == 3


def test_a_timer_that_is_not_pure_is_found() -> None:
    turns = iter(range(10))
    timer = Timer("odd", due=DueIn(clock_view(), at="done_at"), commands=lambda due: [On(EGG, str(next(turns)), Take("", due.at))])
    with pytest.raises(AssertionError, match="not pure"):
        at(timer, NOON, EggSet("b", NOON))


def test_a_table_that_would_be_read_whole_or_tells_no_single_key_is_refused() -> None:
    def view(**more: Any) -> View:
        given: dict[str, Any] = {"key": ("egg",), "indexes": [("done_at",)], **more}
        table = Table("egg", columns={"egg": TEXT, "done_at": TIME}, key=given["key"], indexes=given["indexes"])
        return View("eggs", version=1, of=OWN_LOG, tables=table, changes=lambda _: iter(()), history=more.get("history", False))

    for bad in (view(indexes=[]), view(key=("egg", "done_at")), view(history=True)):
        with pytest.raises(ValueError, match="needs"):
            DueIn(bad, at="done_at")


async def test_an_instant_acts_when_the_clock_reaches_it_and_a_later_time_of_the_same_key_is_another(log: Log, database: str) -> None:
    timer, clock = taking(), HandClock(NOON - WEEK)
    await make_tables(database, timer.due.view)
    async with running(follower(timer, log, database), run := TimerRun(timer, dsn=database, log=log, clock=clock)):
        await set_eggs(log, ("a", NOON), ("b", NOON + WEEK), ("never", None))
        await eventually(partial(is_caught_up, run))
        await asyncio.sleep(0.3)
        assert await done(log) == []
        clock.time = NOON
        await eventually(partial(done_count, log, 1))
        await set_eggs(log, ("a", NOON + timedelta(microseconds=1)))
        clock.time = NOON + WEEK
        await eventually(partial(done_count, log, 3))
        await asyncio.sleep(0.3)
    assert sorted(await done(log)) == [("a", NOON), ("a", NOON + timedelta(microseconds=1)), ("b", NOON + WEEK)]
    [first, *_] = [e for e in await log.read(after=0, limit=100) if isinstance(e.data, EggDone)]
    assert (first.actor, first.reason) == ("timer/take_eggs", "due 2026-03-01T12:00:00+00:00")


async def test_after_a_week_of_rest_it_acts_and_says_how_late(log: Log, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    timer, clock = taking(), HandClock(NOON + WEEK)
    await make_tables(database, timer.due.view)
    await set_eggs(log, ("b", NOON + timedelta(hours=1)), ("a", NOON))
    sum_before = LATENESS.labels("take_eggs")._sum.get()
    async with running(follower(timer, log, database), TimerRun(timer, dsn=database, log=log, clock=clock)):
        await eventually(partial(done_count, log, 2))
        await asyncio.sleep(0.1)
    assert [egg for egg, _ in await done(log)] == ["a", "b"], "the longest due first"
    assert LATENESS.labels("take_eggs")._sum.get() - sum_before == 2 * 7 * 86_400 - 3600
    assert "late_seconds=604800.0" in capsys.readouterr().out


@pytest.mark.parametrize("lets_go", [True, False])
async def test_two_workers_whose_connections_are_killed_act_once_on_each_instant(log: Log, database: str, lets_go: bool) -> None:
    timer, clock = taking(clock_view(lets_go=lets_go)), HandClock(NOON - WEEK)
    other = await Log.open(service="specimen", dsn=database, deciders=[EGG], timezone="Asia/Shanghai", durable=False)
    await make_tables(database, timer.due.view)
    async with running(
        follower(timer, log, database),
        TimerRun(timer, dsn=database, log=log, clock=clock),
        TimerRun(timer, dsn=database, log=other, clock=clock),
    ):
        await set_eggs(log, *((f"egg{n}", NOON + timedelta(minutes=n)) for n in range(300)))
        for n in range(10):
            clock.time = NOON + timedelta(minutes=30 * n + 30)
            await asyncio.sleep(0.02 * n)
            await rows(
                database,
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
                "and application_name in ('qudao-timer', 'qudao-log', 'qudao-subscription')",
            )
        await eventually(partial(done_count, log, 300), seconds=60)
        await asyncio.sleep(0.3)
    assert sorted(await done(log)) == sorted((f"egg{n}", NOON + timedelta(minutes=n)) for n in range(300))
    await other.close()


async def test_one_that_is_cancelled_at_any_moment_leaves_nothing_undone_or_done_twice(log: Log, database: str) -> None:
    timer = taking(clock_view(lets_go=False))
    await make_tables(database, timer.due.view)
    await set_eggs(log, *((f"egg{n}", NOON) for n in range(250)))
    async with running(follower(timer, log, database)):
        for n in range(12):
            async with running(TimerRun(timer, dsn=database, log=log, clock=HandClock())):
                await asyncio.sleep(0.004 * n)
        async with running(run := TimerRun(timer, dsn=database, log=log, clock=HandClock())):
            await eventually(partial(done_count, log, 250))
            await eventually(partial(is_caught_up, run))
    assert len(await done(log)) == 250


async def test_what_is_refused_is_kept_once_and_a_bug_holds_up_nobody_else(log: Log, database: str) -> None:
    timer = taking(clock_view(lets_go=False))
    await make_tables(database, timer.due.view)
    await set_eggs(log, ("bug", NOON - WEEK), ("refused", NOON), ("z", NOON))
    async with running(follower(timer, log, database), run := TimerRun(timer, dsn=database, log=log, clock=HandClock())):
        await eventually(partial(done_count, log, 1))
        await eventually(partial(failing, run, "bug"))
        assert not run.caught_up()
        kept = await rows(database, "select key, outcome from command_key where actor = 'timer/take_eggs' and outcome is not null")
        assert kept == [{"key": f"{int(NOON.timestamp())}000000:refused", "outcome": "egg_raw"}]
    assert await done(log) == [("z", NOON)]


async def failing(run: TimerRun, key: str) -> bool:
    return any(instant.endswith(f":{key}") and one.rest > 0.2 for instant, one in run._failing.items())


async def test_it_sleeps_until_something_is_due_and_looks_no_more_than_that(
    log: Log, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channel_events.timing.LONGEST_SECONDS", 60.0)
    timer, soon = taking(), datetime.now(UTC) + timedelta(seconds=1.5)
    await make_tables(database, timer.due.view)
    looks = 0
    look = TimerRun._look

    async def counted(self: TimerRun, connection: Any) -> bool:
        nonlocal looks
        looks += 1
        return await look(self, connection)

    monkeypatch.setattr(TimerRun, "_look", counted)
    await set_eggs(log, ("a", soon))
    async with running(fold := follower(timer, log, database)):
        await eventually(partial(is_caught_up, fold))
        async with running(TimerRun(timer, dsn=database, log=log)):
            await eventually(partial(done_count, log, 1))
            acted = (await log.read(after=1, limit=1))[0].recorded_at
            await asyncio.sleep(0.5)
    assert looks <= 8
    assert acted >= soon


async def test_a_due_time_of_which_the_log_tells_only_now_is_woken_for(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.timing.LONGEST_SECONDS", 60.0)
    monkeypatch.setattr("channel_events.timing.SETTLE_SECONDS", 0.2)
    timer = taking()
    await make_tables(database, timer.due.view)
    async with running(follower(timer, log, database), run := TimerRun(timer, dsn=database, log=log, clock=HandClock())):
        await eventually(partial(is_caught_up, run))
        await set_eggs(log, ("a", NOON))
        await eventually(partial(done_count, log, 1))
