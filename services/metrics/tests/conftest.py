"""Fixtures of metrics' tests."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from channel_service import Service
from channel_service.testing import Running, running
from metrics.app import SERVICE
from metrics.views.hierarchy import PARTNERS
from metrics.views.products import PRODUCTS

from .examples import hierarchy, products, sales
from .folding import count, fold
from .ledgers import ledgers
from .processes import Process


@pytest.fixture
async def metrics_url(migrated: Callable[[Service], Awaitable[str]]) -> str:
    """The URL of a fresh, migrated database of metrics."""
    return await migrated(SERVICE)


@pytest.fixture
async def empty(metrics_url: str) -> AsyncIterator[Running]:
    """Metrics before the first event."""
    async with running(SERVICE, database_url=metrics_url) as client:
        yield client


@pytest.fixture
async def client(metrics_url: str) -> AsyncIterator[Running]:
    """Metrics with the history of `examples`, 150 orders, and that of `ledgers`."""
    await count(metrics_url, [*sales(seed=1, orders=150), *ledgers(seed=1)])
    await fold(metrics_url, PRODUCTS, products())
    await fold(metrics_url, PARTNERS, hierarchy())
    async with running(SERVICE, database_url=metrics_url) as client:
        yield client


@pytest.fixture
def api(metrics_url: str, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """``api()`` is another process of metrics over the same database."""
    started: list[Process] = []

    def start() -> Process:
        started.append(Process(tmp_path, metrics_url))
        return started[-1]

    yield start
    for one in started:
        one.kill()
