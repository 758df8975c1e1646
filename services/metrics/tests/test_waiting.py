"""Answers that wait for a write, and how far the views are."""

import asyncio
from typing import Any

import pytest
from channel_service.testing import Running, running
from metrics.app import CATALOGUE, SERVICE

from .folding import reach

SOURCE = "orders-inventory"


async def test_a_question_waits_until_every_view_of_the_source_has_seen_the_write(empty: Running, metrics_url: str) -> None:
    await reach(metrics_url, "sales_v3", SOURCE, {3: 41})
    asked = asyncio.create_task(empty.get("/v1/kpis/orders", params={"wait_for": "42;3:42"}))
    await asyncio.sleep(0.1)
    await reach(metrics_url, "sales_v3", SOURCE, {3: 42})
    await asyncio.sleep(0.1)
    assert not asked.done(), "products_v1 has not seen it yet"
    await reach(metrics_url, "products_v1", SOURCE, {3: 50})
    assert (await asked).status_code == 200


async def test_many_questions_that_wait_ask_the_database_as_one_does(
    empty: Running, metrics_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poll each took all connections from those who did not wait."""
    runtime: Any = type(empty.runtime)
    asked, fetch = 0, runtime.fetch

    async def counted(self: Any, *arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return await fetch(self, *arguments)

    monkeypatch.setattr(runtime, "fetch", counted)
    await reach(metrics_url, "sales_v3", SOURCE, {3: 41})
    await reach(metrics_url, "products_v1", SOURCE, {3: 41})
    waiting = [asyncio.create_task(empty.get("/v1/kpis/orders", params={"wait_for": "42;3:42"})) for _ in range(60)]
    await asyncio.sleep(1)
    for view in ("sales_v3", "products_v1"):
        await reach(metrics_url, view, SOURCE, {3: 42})
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}
    assert asked < 60


async def test_time_up_says_where_the_views_are(empty: Running, metrics_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.api.waiting.PATIENCE_SECONDS", 0.05)
    await reach(metrics_url, "sales_v3", SOURCE, {3: 41, 4: 60})
    await reach(metrics_url, "products_v1", SOURCE, {3: 50, 4: 60})
    answer = await empty.get("/v1/kpis/orders", params={"wait_for": "43;3:42,4:43"})
    assert (answer.status_code, answer.json()["code"]) == (503, "view_behind")
    assert answer.json()["facts"] == {"position": "3:41,4:60"}


async def test_progress_tells_how_far_each_view_is(empty: Running, metrics_url: str) -> None:
    await reach(metrics_url, "sales_v3", SOURCE, {3: 41})
    item = {"view": "sales_v3", "source": SOURCE, "partition": 3, "position": 41, "state": "running"}
    assert (await empty.get("/v1/progress")).json() == {"items": [item]}


async def test_freshness_is_that_of_the_events_recorded_since(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    async with running(SERVICE, database_url=metrics_url, kafka=kafka, topic_prefix=topic_prefix) as client:
        worker = client.runtime.worker
        assert worker is not None
        sales = next(one for one in worker.subscriptions if one.view in CATALOGUE.counting)
        sales.recent.add([1000.0, 2000.0, 2001.0], [9.0, 0.01, 0.02])
        every = (await client.get("/v1/freshness")).json()
        recent = (await client.get("/v1/freshness", params={"since": "1970-01-01T00:30:00Z"})).json()
        none = (await client.get("/v1/freshness", params={"since": "2026-01-01T00:00:00Z"})).json()
    assert (every["count"], every["p99_ms"]) == (3, 9000.0)
    assert (recent["count"], recent["p50_ms"], recent["p99_ms"]) == (2, 20.0, 20.0)
    assert (none["count"], none["p50_ms"]) == (0, None)


async def test_a_process_that_takes_nothing_in_does_not_invent_freshness(empty: Running) -> None:
    answer = await empty.get("/v1/freshness")
    assert (answer.status_code, answer.json()["code"]) == (409, "freshness_elsewhere")


async def test_freshness_since_a_time_without_a_zone_is_refused(empty: Running) -> None:
    answer = await empty.get("/v1/freshness", params={"since": "2026-01-01T00:00:00"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
