"""A long list: what an export holds in memory does not grow with it."""

import asyncio
import gc
import os
from typing import Any

import asyncpg
import psutil
import pytest
from channel_service.testing import Running, bearer
from orders_inventory.views.prices import TABLE

ROWS = 200_000
MOST_MIB = 64
"""Measured: 2 for NDJSON, whose file has 32, and 28 for Parquet, which holds a row group. As objects the rows would take some 400."""


@pytest.fixture
async def long_list(client: Running, url: str) -> Running:
    """200,000 prices, and everything imported that an export needs: what is measured is the export alone."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        f"insert into {TABLE.sql.name} (price_list, currency, sku, valid_from, unit_price, set_on) "
        f"select list, 'CNY', 'SKU-' || lpad(n::text, 8, '0'), '2026-01-01', n / 100.0, '2026-01-01' "
        f"from generate_series(1, {ROWS // 2}) n, unnest(array['retail', 'dealer']) list"
    )
    await connection.execute(f"analyze {TABLE.sql.name}")
    await connection.close()
    await client.get("/v1/exports/prices", params={"format": "parquet", "sku": "none"})
    return client


async def test_memory_does_not_grow_with_the_rows(long_list: Running) -> None:
    _, lines, grown = await measured(long_list, "format=ndjson")
    assert lines == ROWS
    assert grown < MOST_MIB
    size, _, grown = await measured(long_list, "format=parquet&price_list=retail")
    assert size > ROWS
    assert grown < MOST_MIB


async def measured(client: Running, query: str) -> tuple[int, int, float]:
    """Bytes and lines of the export, and by how many MiB the process grew meanwhile."""
    transport: Any = client._transport
    process = psutil.Process(os.getpid())
    gc.collect()
    before = most = process.memory_info().rss
    size = lines = 0

    async def receive() -> Any:
        if not asked.is_set():
            asked.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        nonlocal most, size, lines
        assert message.get("status", 200) == 200
        body = message.get("body", b"")
        size, lines = size + len(body), lines + body.count(b"\n")
        most = max(most, process.memory_info().rss)

    asked = asyncio.Event()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/exports/prices",
        "raw_path": b"/v1/exports/prices",
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"x"), (b"authorization", bearer()["authorization"].encode())],
        "client": ("127.0.0.1", 1),
        "server": ("x", 80),
    }
    await transport.app(scope, receive, send)
    return size, lines, (most - before) / 2**20
