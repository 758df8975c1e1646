"""Reads for partners need a role that row security holds for: where it is missing, nothing starts."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from channel_service import Service
from channel_service.migrations import migrate
from channel_service.settings import BadSettings
from channel_service.testing import running
from specimen.app import SERVICE


async def test_a_migration_for_a_role_without_its_scoped_one_is_refused(database: str) -> None:
    with pytest.raises(BadSettings, match='create role "nobody_such_scoped" nologin'):
        await migrate(SERVICE, database, "nobody_such")


async def test_a_service_whose_role_cannot_take_on_its_scoped_one_does_not_start(
    server: Any, migrated: Callable[[Service], Awaitable[str]]
) -> None:
    url = await migrated(SERVICE)
    await server.run("do $$ begin create role unfit login; exception when duplicate_object then null; end $$")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("grant select on all tables in schema public to unfit")
    finally:
        await connection.close()
    with pytest.raises(BadSettings, match='grant "unfit_scoped" to "unfit"; alter role "unfit" bypassrls'):
        async with running(SERVICE, database_url=url.replace("postgres@", "unfit@")):
            pass
