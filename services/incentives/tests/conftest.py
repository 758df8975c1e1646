"""The service as it runs, over a fresh database."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from channel_service import Service
from channel_service.testing import Running, running
from incentives.app import SERVICE

Migrated = Callable[[Service], Awaitable[str]]


@pytest.fixture
async def client(migrated: Migrated) -> AsyncIterator[Running]:
    """Its routes alone: nothing is folded into views."""
    async with running(SERVICE, database_url=await migrated(SERVICE)) as one:
        yield one


@pytest.fixture
async def whole(migrated: Migrated, kafka: str, topic_prefix: str) -> AsyncIterator[Running]:
    """Its routes and its worker, so that views follow."""
    async with running(SERVICE, database_url=await migrated(SERVICE), kafka=kafka, topic_prefix=topic_prefix) as one:
        yield one
