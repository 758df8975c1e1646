"""What a reaction or a view of a service may ask of the library's tables, without naming one."""

from typing import Any

import asyncpg
import pytest
from channel_events import (
    Decider,
    Log,
    On,
    current,
    parked_events_query,
    parked_streams_query,
    progress_query,
    serving_query,
    versions,
)
from sqlalchemy.dialects import postgresql

from .moving import ANN, rows
from .specimen import JAR, MarblesAdded, Put, Take


async def test_a_stream_is_seen_as_the_transaction_sees_it(log: Log, database: str) -> None:
    await log.execute(On(JAR, "a", Put(5)), On(JAR, "a", Take(2)), On(JAR, "b", Put(1)), by=ANN)
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction(isolation="repeatable_read"):
            assert await current(connection, JAR, "a") == (3, 2)
            await log.execute(On(JAR, "a", Take(1)), by=ANN)
            assert await current(connection, JAR, "a") == (3, 2)
        assert await current(connection, JAR, "a") == (2, 3)
        assert await current(connection, JAR, "none") == (JAR.initial, 0)
        assert await versions(connection, ["jar/a", "jar/b", "jar/none"]) == {"jar/a": 3, "jar/b": 1}
    finally:
        await connection.close()


async def test_a_stream_that_a_newer_version_wrote_has_no_state_here(log: Log, database: str) -> None:
    await log.execute(On(JAR, "a", Put(5)), On(JAR, "a", Take(2)), by=ANN)
    older: Decider[Any, int, Any] = Decider("jar", initial=0, decide=JAR.decide, evolve=JAR.evolve, events=[MarblesAdded])
    connection = await asyncpg.connect(database)
    try:
        with pytest.raises(ValueError, match="jar/a holds marbles_taken"):
            await current(connection, older, "a")
    finally:
        await connection.close()


async def test_where_subscriptions_stand_is_asked_by_queries(database: str) -> None:
    await rows(database, "insert into progress (subscription, source, partition, position) values ('v', 's', 3, 7), ('v#1', 's', 3, 9)")
    for subscription in ("v", "w"):
        await rows(
            database,
            "insert into parked_stream (subscription, source, stream, partition, reason, waits_for) values ($1, 's', 'x', 3, 'why', 'y')",
            subscription,
        )
        await rows(
            database,
            "insert into parked_event (subscription, source, position, stream, envelope, data) values ($1, 's', 8, 'x', '{}', '')",
            subscription,
        )
    await rows(database, "insert into serving (subscription, build) values ('v', 2), ('w', 4)")

    async def asked(query: Any) -> list[dict[str, Any]]:
        return await rows(database, str(query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})))  # type: ignore[no-untyped-call]

    assert await asked(progress_query()) == [{"subscription": "v", "source": "s", "partition": 3, "position": 7, "state": "running"}]
    [stream] = await asked(parked_streams_query("v"))
    assert (stream["stream"], stream["partition"], stream["reason"], stream["waits_for"]) == ("x", 3, "why", "y")
    assert await asked(parked_events_query("v")) == [{"source": "s", "stream": "x", "partition": 3, "position": 8}]
    assert await asked(serving_query("w")) == [{"build": 4}]
