"""What tests of relay and subscriptions share: a view of the specimen, its tables, parts that run beside the test."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from channel_events import (
    INTEGER,
    OWN_LOG,
    TEXT,
    Actor,
    Add,
    Change,
    Insert,
    Log,
    On,
    Parked,
    Recorded,
    Table,
    Topic,
    View,
    parked,
    scoped_role,
)
from channel_events.broker import Broker
from channel_events.envelope import Encoder
from channel_events.log.connect import prepare
from channel_events.relay.publishing import Publisher
from channel_events.relay.state import RelayState
from channel_events.subscription import Joint, ViewSubscription, create_view_tables
from channel_events.topic import TopicReader

from .specimen import JAR, MarblesTaken, Put, Take

T = TypeVar("T")

ANN = Actor("ann")
FILLED = 100_000
"""Marbles that `fill` puts into each jar."""
SPECIMEN = Topic("specimen", events=[MarblesTaken])


def taken_view(of: Any = SPECIMEN, *, fail: Callable[[Recorded], None] = lambda _: None) -> View:
    """Marbles taken per jar, and each event on a row of its own with its turn: what was applied twice or out of order shows."""
    totals = Table("taken", key=("jar",), columns={"jar": TEXT, "count": INTEGER, "events": INTEGER}, sums=["count", "events"])
    each = Table("taken_event", key=("id",), columns={"id": TEXT, "jar": TEXT, "position": INTEGER})

    def changes(event: Recorded) -> Iterator[Change]:
        fail(event)
        if isinstance(event.data, MarblesTaken):
            yield Add((event.key,), count=event.data.count, events=1)
            yield Insert((event.id,), table="taken_event", jar=event.key, position=event.position)

    return View("taken", version=1, of=of, tables=[totals, each], changes=changes)


async def fill(log: Log, jars: int = 5, each: int = 10) -> None:
    """``each`` public events in each of ``jars`` streams, one after another."""
    await log.execute(*(On(JAR, f"jar{n}", Put(FILLED)) for n in range(jars)), by=ANN)
    await take(log, jars, each)


async def take(log: Log, jars: int = 5, each: int = 10) -> None:
    for _ in range(each):
        await log.execute(*(On(JAR, f"jar{n}", Take(1)) for n in range(jars)), by=ANN)


async def rows(dsn: str, sql: str, *arguments: Any) -> list[dict[str, Any]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [dict(row) for row in await connection.fetch(sql, *arguments)]
    finally:
        await connection.close()


async def make_role(database: str, name: str) -> None:
    """As a service's role is made: with its scoped one, and bypassing row security itself."""
    for role, options in ((name, "login bypassrls"), (scoped_role(name), "nologin")):
        await rows(database, f"do $$ begin create role {role} {options}; exception when duplicate_object then null; end $$")
    await rows(database, f"grant {scoped_role(name)} to {name}")


async def make_tables(dsn: str, *views: View) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await create_view_tables(connection, views)
    finally:
        await connection.close()


@asynccontextmanager
async def running(*parts: Any) -> AsyncIterator[None]:
    """The parts' ``run`` beside the test."""
    tasks = [asyncio.create_task(part.run()) for part in parts]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        _, stuck = await asyncio.wait(tasks, timeout=10)
        for task in stuck:
            task.print_stack()
        assert not stuck, "a part did not end when it was cancelled"


async def eventually(holds: Callable[[], Awaitable[T]], seconds: float = 15) -> T:
    """Waits until it holds and gives what it is; ``AssertionError`` with what it last returned when it never does."""
    until = time.monotonic() + seconds
    while not (last := await holds()):
        assert time.monotonic() < until, last
        await asyncio.sleep(0.02)
    return last


async def applied_count(dsn: str) -> int:
    return int((await rows(dsn, "select count(*) as n from taken_event_v1"))[0]["n"])


async def reached(dsn: str, count: int) -> bool:
    return await applied_count(dsn) >= count


async def public_rows(dsn: str) -> list[Any]:
    """Rows of all public events, in order, as the relay reads them."""
    connection = await asyncpg.connect(dsn)
    try:
        await prepare(connection)
        return await RelayState(connection).unsent(0)
    finally:
        await connection.close()


async def make_topic(broker: Broker, topic: str) -> None:
    async with broker.admin() as admin:
        await broker.ensure_topic(admin, topic)


async def produce(broker: Broker, topic: str, events: Sequence[Any]) -> None:
    """Records of these rows, one after another, as nobody would send them."""
    await make_topic(broker, topic)
    async with Publisher.open(broker, topic, Encoder("specimen")) as sender:
        for row in events:
            await sender.send([row], {})


async def check_applied_once(log: Log, dsn: str) -> None:
    """The view holds what the log says: every public event once (its key is unique), every sum right."""
    public = [event for event in await log.read(after=0, limit=1_000_000) if event.partition is not None]
    each = await rows(dsn, "select id, position from taken_event_v1 order by position")
    assert [row["id"] for row in each] == [event.id for event in public]
    jars: dict[str, int] = {}
    for event in public:
        jars[event.key] = jars.get(event.key, 0) + event.data.count
    assert {row["jar"]: row["count"] for row in await rows(dsn, "select jar, count from taken_v1")} == jars


async def whole_topic(bootstrap: str, topic: str) -> dict[int, list[Any]]:
    """All records of a topic by partition, once it is there."""
    found: dict[int, list[Any]] = {partition: [] for partition in range(12)}
    async with TopicReader.open(Broker(bootstrap, "embedded"), topic, waiting=lambda: None) as reader:
        while not all(reader.behind(partition) == 0 for partition in range(12)):
            for partition, records in (await reader.read(10_000)).items():
                found[partition] += records
    return found


def subscription(
    view: View, dsn: str, bootstrap: str, topic_prefix: str, kind: str = "embedded", key: bytes | None = None, **more: Any
) -> ViewSubscription:
    broker = Broker(bootstrap, kind, prefix=topic_prefix, key=key)
    return ViewSubscription(view, view.sources[0], dsn=dsn, broker=broker, service="reader", **more)


def own_subscription(log: Log, database: str, **more: Any) -> ViewSubscription:
    view = taken_view(OWN_LOG, **more)
    return ViewSubscription(view, OWN_LOG, dsn=database, broker=Broker("127.0.0.1:1"), service="specimen", log=log, joint=Joint(log))


async def parked_streams(dsn: str) -> list[Parked]:
    connection = await asyncpg.connect(dsn)
    try:
        return await parked(connection.fetch)
    finally:
        await connection.close()


async def is_caught_up(part: Any) -> bool:
    return bool(part.caught_up())


async def has_status(reader: Any, status: str) -> bool:
    return bool(reader.status == status)
