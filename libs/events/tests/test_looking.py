"""What a reaction or a view of a service may ask of the library's tables, without naming one."""

from typing import Any

import asyncpg
from channel_events import (
    Log,
    On,
    parked_events_query,
    parked_streams_query,
    progress_query,
    serving_query,
    versions,
)
from sqlalchemy.dialects import postgresql

from .moving import ANN, rows
from .specimen import JAR, Put, Take


async def test_the_versions_of_streams_are_asked_by_name(log: Log, database: str) -> None:
    await log.execute(On(JAR, "a", Put(5)), On(JAR, "a", Take(2)), On(JAR, "b", Put(1)), by=ANN)
    connection = await asyncpg.connect(database)
    try:
        assert await versions(connection, ["jar/a", "jar/b", "jar/none"]) == {"jar/a": 2, "jar/b": 1}
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
