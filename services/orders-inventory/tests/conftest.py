"""The service as it runs, over a fresh database that knows two partners."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from channel_service import Service
from channel_service.testing import Running, running
from orders_inventory.app import SERVICE
from orders_inventory.views.partner_copy import PARTNERS

Migrated = Callable[[Service], Awaitable[str]]


@pytest.fixture
async def url(migrated: Migrated) -> str:
    """A database whose copy has the partner p1, active; p2, suspended; p3, applied."""
    url = await migrated(SERVICE)
    connection = await asyncpg.connect(url)
    rows = [("p1", "active"), ("p2", "suspended"), ("p3", "applied")]
    await connection.executemany(f"insert into {PARTNERS.partner.sql.name} values ($1, 'retailer', 'chain', $2)", rows)
    await connection.executemany(f"insert into {PARTNERS.place.sql.name} values ($1, '2026-01-01', 'CN-31')", [(id_,) for id_, _ in rows])
    await connection.close()
    return url


@pytest.fixture
async def client(url: str) -> AsyncIterator[Running]:
    """Its routes alone: nothing is folded into views."""
    async with running(SERVICE, database_url=url) as one:
        yield one


@pytest.fixture
async def whole(url: str, kafka: str, topic_prefix: str) -> AsyncIterator[Running]:
    """Its routes and its worker, so that views follow."""
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix) as one:
        yield one
