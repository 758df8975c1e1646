"""Views of the own log that have got to its end are followed together, and each keeps what it was promised when it was alone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import INTEGER, TEXT, Add, Change, Log, On, OwnLog, Recorded, Set, Table, View, redrive
from channel_events.broker import Broker
from channel_events.log import watched
from channel_events.pure import event
from channel_events.subscription import Joint, ViewSubscription, joint, view_subscription
from channel_events.subscription.links import Place
from channel_events.subscription.progress import ProgressTable, move_all
from channel_events.tasks import next_tick
from channel_events.telemetry import POSITION, SOURCE_POSITION
from msgspec import Struct

from .moving import ANN, eventually, fill, is_caught_up, make_tables, parked_streams, rows, running, take
from .specimen import JAR, MarblesAdded, MarblesTaken, Take

ALL: Any = (MarblesAdded, MarblesTaken)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who got up sits down again in no time."""
    monkeypatch.setattr(view_subscription, "ALONE_SECONDS", 0.05)


def each_event(name: str, *classes: Any, fail: Callable[[Recorded], None] = lambda _: None) -> View:
    """Every event on a row of its own, with how often it was applied."""

    def changes(event: Recorded) -> Iterator[Change]:
        fail(event)
        yield Add((event.id,), times=1)
        yield Set((event.id,), position=event.position)

    table = Table(name, key=("id",), columns={"id": TEXT, "times": INTEGER, "position": INTEGER}, sums=["times"])
    return View(name, version=1, of=OwnLog(events=classes or ALL), tables=table, changes=changes)


class Following:
    """Views of a process, followed together."""

    def __init__(self, log: Log, database: str, views: Sequence[View]) -> None:
        self.log, self.database, self.views, self.joint = log, database, views, Joint(log)
        self.parts = [self.alone(view, joint=self.joint) for view in views]

    def alone(self, view: View, **more: Any) -> ViewSubscription:
        site: dict[str, Any] = {"dsn": self.database, "broker": Broker("127.0.0.1:1"), "service": "specimen"}
        return ViewSubscription(view, view.sources[0], log=self.log, **site, **more)

    async def sit(self, count: int) -> bool:
        return len(self.joint._seats) == count

    def seat(self, name: str) -> joint.Joined:
        return next(seat for seat in self.joint._seats if seat.view.name == name)

    async def at(self, position: int, subscription: str | None = None) -> bool:
        """Whether all are there, or one."""
        found = await rows(self.database, "select position from progress where coalesce(subscription = $1, true)", subscription)
        return all(row["position"] >= position for row in found)

    async def all_applied(self) -> bool:
        """Each event of its types once, in each view."""
        events = await self.log.read(after=0, limit=100_000)
        for view in self.views:
            registry = view.sources[0].registry
            assert registry is not None
            found = await rows(self.database, f"select id, times from {view.tables[0].sql.name} order by position")
            if [(row["id"], row["times"]) for row in found] != [(one.id, 1) for one in events if one.type in registry.types]:
                return False
        return True


@asynccontextmanager
async def following(log: Log, database: str, *views: View, sit: bool = True) -> AsyncIterator[Following]:
    await make_tables(database, *views)
    them = Following(log, database, views)
    async with running(*them.parts):
        if sit:
            await eventually(partial(them.sit, len(views)))
        yield them
    assert them.joint._task is None


async def test_a_round_is_one_look_and_one_transaction_for_all_views(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone each of them takes five statements: a look, a begin, the move of its row, its table, a commit."""
    said: list[int] = []
    step = watched._Steps.run

    async def counted(self: Any, *given: Any) -> Any:
        said.append(1)
        return await step(self, *given)

    async with following(log, database, *(each_event(name) for name in "abcde")) as them:
        await fill(log, jars=1, each=1)
        await eventually(them.all_applied)
        monkeypatch.setattr(watched._Steps, "run", counted)
        for _ in range(rounds := 10):
            done = await log.execute(On(JAR, "jar0", Take(1)), by=ANN)
            await eventually(partial(them.at, done.position))
    # A look, a begin, the move of all rows, a table of each view, a commit; and a look that finds no more.
    assert len(said) <= rounds * (3 + 5 + 1 + 1)


async def test_at_rest_one_looks_for_all_views(log: Log, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looking: list[str] = []

    def ticked(every: float) -> float:
        task = asyncio.current_task()
        looking.append("" if task is None else task.get_name())
        return next_tick(every)

    async def looked() -> bool:
        return len(looking) > 1

    async with following(log, database, *(each_event(name) for name in "abcde")):
        monkeypatch.setattr("channel_events.subscription.own_log.next_tick", ticked)
        await eventually(looked)
    assert set(looking) == {"joint"}


async def test_a_view_that_has_no_events_tells_where_it_is_too(log: Log, database: str) -> None:
    """What is seen and not applied for minutes is an alert."""
    async with following(log, database, each_event("a", MarblesAdded), each_event("b", MarblesTaken)) as them:
        await fill(log, jars=1, each=5)
        head = await log.head()

        async def told() -> bool:
            return all(metric.labels(part.name)._value.get() == head for metric in (SOURCE_POSITION, POSITION) for part in them.parts)

        await eventually(told)


async def test_an_event_that_fails_concerns_its_view_alone(log: Log, database: str) -> None:
    bad: set[str] = set()
    armed = False

    def fail(event: Recorded) -> None:
        """The first event of a stream from some time on, and no other."""
        if armed and event.stream == "jar/jar1" and bad <= {event.id}:
            bad.add(event.id)
            raise ZeroDivisionError("a bug of the view")

    async def wait(count: int) -> bool:
        return [one.events for one in await parked_streams(database)] == [count]

    others = [each_event("a"), each_event("c")]
    async with following(log, database, others[0], each_event("b", fail=fail), others[1]) as them:
        await fill(log, jars=3, each=1)
        await eventually(them.all_applied)
        await eventually(partial(them.sit, 3))
        seats = them.seat("a"), them.seat("c")
        armed = True
        await take(log, jars=3, each=2)
        await eventually(partial(is_caught_up, them.parts[1]))
        [waiting] = await eventually(partial(parked_streams, database))
        assert (waiting.subscription, waiting.stream) == ("b_v1", "jar/jar1")
        await eventually(partial(them.sit, 2))
        for count in range(3, 9):
            await take(log, jars=3, each=1)
            await eventually(partial(wait, count), seconds=5)  # none passes those that wait
        them.views = others
        await eventually(them.all_applied)
        assert (them.seat("a"), them.seat("c")) == seats  # they never got up
        armed = False
        await redrive(log, them.parts[1].view)
        them.views = [one.view for one in them.parts]
        await eventually(partial(them.sit, 3))
        await take(log, jars=3, each=1)
        await eventually(them.all_applied)


async def test_a_view_whose_events_another_worker_applied_first_is_not_applied_twice(
    log: Log, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with following(log, database, each_event("a"), each_event("b")) as them:
        other = them.alone(them.views[1])
        other._lock = "another"  # as when a lock is lost

        async def late(connection: Any, source: str, at: Any, place: Place) -> set[str]:
            await eventually(partial(them.at, place.position, "b_v1"))
            return await move_all(connection, source, at, place)

        async with running(other):
            await eventually(partial(is_caught_up, other))
            monkeypatch.setattr("channel_events.subscription.joint.move_all", late)
            await take_one(log)
            await eventually(them.all_applied)
    assert await parked_streams(database) == []


async def test_a_row_that_somebody_holds_keeps_no_other_view_waiting(log: Log, database: str) -> None:
    async with following(log, database, each_event("a"), each_event("b")) as them:
        held, free = asyncio.Event(), asyncio.Event()
        holding = asyncio.create_task(hold(database, "b_v1", held, free))
        await held.wait()
        await take_one(log)
        them.views = them.views[:1]
        await eventually(them.all_applied, seconds=3)
        free.set()
        await holding
        them.views = [one.view for one in them.parts]
        await eventually(them.all_applied)


async def test_a_session_that_is_lost_costs_nothing(log: Log, database: str) -> None:
    async with following(log, database, each_event("a"), each_event("b")) as them:
        for _ in range(5):
            await rows(
                database, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'qudao-subscription' "
                "and datname = current_database()"
            )  # fmt: skip
            await fill(log, jars=3, each=3)
            await eventually(them.all_applied)


async def test_views_of_other_events_that_come_while_the_log_grows_miss_none(log: Log, database: str) -> None:
    """What is read before a view sat down lacks its events."""
    async with following(log, database, each_event("a", MarblesTaken), each_event("b", MarblesAdded)) as them:
        going = True

        async def grow() -> None:
            while going:
                await fill(log, jars=2, each=2)

        growing = asyncio.create_task(grow())
        for _ in range(10):
            await eventually(partial(them.sit, 2))  # though the log is never at rest
            seat = them.seat("b")
            seat.lives = lambda: False  # at the next round it has to get up
            await seat.left.wait()
        going = False
        await growing
        await eventually(them.all_applied)


async def test_a_view_that_reads_events_its_own_way_follows_alone(log: Log, database: str) -> None:
    @event("marbles_taken", public=True)
    class TakenOtherwise(Struct, frozen=True):
        count: float

    own = each_event("a", TakenOtherwise)
    async with following(log, database, each_event("b"), own, sit=False) as them:
        await fill(log, jars=2, each=2)
        await eventually(them.all_applied)
        await eventually(partial(them.sit, 1))
        await eventually(partial(is_caught_up, them.parts[1]))


async def take_one(log: Log) -> None:
    await fill(log, jars=1, each=1)


async def hold(database: str, subscription: str, held: asyncio.Event, free: asyncio.Event) -> None:
    connection = await asyncpg.connect(database)
    async with connection.transaction():
        await ProgressTable(subscription, "own").bump(connection, 0)
        held.set()
        await free.wait()
    await connection.close()
