"""What a partner's reads may touch, in every service: a table has a policy, or they have no right to it."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from channel_events import scoped_role
from channel_operate import installed
from channel_service import Service

_READABLE = """
select c.relname, c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid) as ruled
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
   and has_schema_privilege($1, n.oid, 'usage') and has_table_privilege($1, c.oid, 'select')
"""
SERVICES: dict[str, Service] = {one.name: one.load() for one in installed()}


@pytest.mark.parametrize("name", SERVICES)
async def test_what_a_partners_reads_may_touch_is_ruled(migrated: Callable[[Service], Awaitable[str]], name: str) -> None:
    connection = await asyncpg.connect(await migrated(SERVICES[name]))
    try:
        readable = {row["relname"]: row["ruled"] for row in await connection.fetch(_READABLE, scoped_role("postgres"))}
    finally:
        await connection.close()
    assert readable == dict.fromkeys(readable, True)
    # Not because it reads nothing: what is a partner's is there.
    assert {table.sql.name for view in SERVICES[name].views for table in view.tables if table.scope} <= readable.keys()
