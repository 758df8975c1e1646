"""What ``migrate`` does beside the revisions, and what reads see of the tables that it makes."""

from collections.abc import Iterator
from dataclasses import replace

import asyncpg
from channel_events import INTEGER, OWN_LOG, TEXT, Add, Broker, Change, Recorded, Table, View
from channel_events.pure import Registry
from channel_operate import Where, rebuild
from channel_service.migrations import migrate
from channel_service.testing import running
from specimen.app import SERVICE
from specimen.counter import COUNTER, Raised


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, Raised):
        yield Add((event.key,), value=event.data.by)


VALUES = Table("values", key=("counter",), columns={"counter": TEXT, "value": INTEGER}, sums=["value"])
COUNTED = View("counted", version=1, of=OWN_LOG, tables=VALUES, changes=changes)


async def test_tables_of_views_that_are_read_no_more_go_with_the_next_migration(url: str) -> None:
    service = replace(SERVICE, views=[COUNTED])
    where = Where(owner_dsn=url, role=None, service=SERVICE.name, registry=Registry(COUNTER.events), broker=Broker("127.0.0.1:1"))
    await migrate(service, url, "postgres")
    await rebuild(where, COUNTED)
    connection = await asyncpg.connect(url)
    try:
        tables = "select schemaname from pg_tables where tablename = 'values_v1' order by schemaname"
        await migrate(service, url, "postgres")
        assert [row["schemaname"] for row in await connection.fetch(tables)] == ["counted_v1_b1", "public"]
        await connection.execute("update serving set since = since - interval '61 seconds'")
        await migrate(service, url, "postgres")
        assert [row["schemaname"] for row in await connection.fetch(tables)] == ["counted_v1_b1"]
    finally:
        await connection.close()


async def test_a_read_sees_rows_in_the_snapshot_in_which_it_learned_where_they_are(url: str) -> None:
    """A switch between the two would show the rows of a build that is folded no more, and once dropped none at all."""
    service = replace(SERVICE, views=[COUNTED])
    await migrate(service, url, "postgres")
    connection = await asyncpg.connect(url)
    try:
        async with running(service, database_url=url) as client, client.runtime.reading_everything() as reading:
            await connection.execute("insert into values_v1 (counter, value) values ('a', 1)")
            assert (await reading.scalars(VALUES.sql.select())).all() == []
    finally:
        await connection.close()
