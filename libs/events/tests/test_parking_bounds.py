"""Looking after what is parked costs the same, however much it is: a million events may wait for one thing."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import msgspec
import pytest
from channel_events import parked
from channel_events.subscription import parking
from channel_events.subscription.parking import COUNTED, NAMES, TRIED, Failure, Parking

_STREAMS = """
insert into parked_stream (subscription, source, stream, partition, reason, waits_for)
select 'react', 'own', 'jar/' || n, 0, 'because', case when $2 then 'thing' else 'thing/' || lpad(n::text, 8, '0') end
  from generate_series(1, $1::integer) as n
"""
_EVENTS = """
insert into parked_event (subscription, source, position, stream, envelope, data)
select 'react', 'own', n, 'jar/' || n, '{}', '' from generate_series(1, $1::integer) as n
"""


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def park(connection: asyncpg.Connection, count: int, *, one_name: bool) -> Parking:
    await connection.execute("truncate parked_stream, parked_event")
    await connection.execute(_STREAMS, count, one_name)
    await connection.execute(_EVENTS, count)
    await connection.execute("vacuum analyze parked_stream, parked_event")
    return Parking("react", "own")


class Watching:
    """A connection that also adds up the pages that its statements read."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.pages = 0

    async def fetch(self, sql: str, *values: Any) -> Any:
        await self._explain(sql, *values)
        return await self._connection.fetch(sql, *values)

    async def fetchrow(self, sql: str, *values: Any) -> Any:
        await self._explain(sql, *values)
        return await self._connection.fetchrow(sql, *values)

    async def _explain(self, sql: str, *values: Any) -> None:
        [plan] = msgspec.json.decode(await self._connection.fetchval("explain (analyze, buffers, format json) " + sql, *values))
        self.pages += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]


async def tend(connection: asyncpg.Connection, kept: Parking) -> int:
    watching = Watching(connection)
    names = await kept.waiting(watching)
    await kept.due(watching, names, [0])
    await kept.count(watching)
    return watching.pages


@pytest.mark.parametrize("one_name", [True, False], ids=["all wait for one thing", "each waits for its own"])
async def test_tending_reads_no_more_when_five_times_as_much_is_parked(connection: asyncpg.Connection, one_name: bool) -> None:
    few = await tend(connection, await park(connection, COUNTED, one_name=one_name))
    many = await tend(connection, await park(connection, 5 * COUNTED, one_name=one_name))
    # Each name is looked up twice, and an index of five times as much may be one page deeper; what reads all of it would read five times.
    assert many < few + (0 if one_name else 2 * NAMES) + 150


async def test_what_is_waited_for_is_asked_after_part_by_part(connection: asyncpg.Connection) -> None:
    kept = await park(connection, 2 * NAMES + 5, one_name=False)
    parts = [await kept.waiting(connection) for _ in range(4)]
    assert [len(part) for part in parts] == [NAMES, NAMES, 5, NAMES]
    assert len({name for part in parts[:3] for name in part}) == 2 * NAMES + 5
    assert parts[3] == parts[0]


async def test_so_many_streams_are_tried_at_a_time_and_those_that_failed_again_wait_longer(connection: asyncpg.Connection) -> None:
    kept = await park(connection, TRIED + 5, one_name=True)
    assert await kept.due(connection, ["thing"], [1, 2]) == [], "those of other partitions are another worker's"
    first = await kept.due(connection, ["thing"], [0])
    assert len(first) == TRIED
    for stream, _ in first:
        await kept.failed_again(connection, stream, Failure("still", "thing"))
    assert len(await kept.due(connection, ["thing"], [0])) == 5
    await connection.execute("update parked_stream set due_at = due_at - interval '3 seconds'")
    assert len(await kept.due(connection, ["thing"], [0])) == TRIED


async def test_a_stream_may_fail_for_ever(connection: asyncpg.Connection) -> None:
    kept = await park(connection, 1, one_name=True)
    await connection.execute("update parked_stream set attempts = 2_000_000_000")
    await kept.failed_again(connection, "jar/1", Failure("still", "thing"))
    assert await connection.fetchval("select due_at - tried_at = interval '10 minutes' from parked_stream")


async def test_no_more_are_counted_than_matters(connection: asyncpg.Connection) -> None:
    kept = await park(connection, COUNTED + 5, one_name=True)
    assert (await kept.count(connection))[0] == COUNTED


async def test_what_is_parked_is_listed_in_parts(connection: asyncpg.Connection) -> None:
    await park(connection, 25, one_name=True)
    found: list[parking.Parked] = []
    while page := await parked(connection.fetch, after=found[-1] if found else None, limit=10):
        assert len(page) <= 10
        found += page
    assert [one.stream for one in found] == sorted(f"jar/{n}" for n in range(1, 26)), "of one moment, by name"
