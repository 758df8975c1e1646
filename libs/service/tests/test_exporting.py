"""Exports of any service: the log, broken off and gone on with, clients that are slow or leave, and no more than there are places."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
from channel_events.pure import Actor, On, Rejected
from channel_service import Role
from channel_service.exporting import answer as exporting
from channel_service.exporting import log_export
from channel_service.exporting.answer import Export
from channel_service.lost import Stalled
from channel_service.testing import Running
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from specimen.counter import COUNTER, Raise

TODAY = date(2026, 5, 1)


@pytest.fixture
async def filled(client: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """25 events in 5 streams, exported 4 at a time."""
    monkeypatch.setattr(log_export, "BATCH", 4)
    for n in range(25):
        await client.runtime.log.execute(
            On(COUNTER, Raise(counter=str(n % 5), by=1, on=TODAY)), by=Actor("lin", reason="林", correlation="c-1")
        )
    return client


async def log(client: Running, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/exports/events", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_the_log_comes_whole_as_cloud_events(filled: Running) -> None:
    lines = await log(filled)
    assert [line["position"] for line in lines] == [str(n) for n in range(1, 26)]
    shown = (await filled.get("/v1/events", params={"limit": 200})).json()["items"]
    for line, event in zip(lines, shown, strict=True):
        read = JSONFormat().read(CloudEvent, json.dumps(line))
        assert (read.get_id(), read.get_subject(), read.get_source()) == (event["id"], event["stream"], "channel-service")
        assert (read.get_type(), line["data"], line["reason"]) == (f"channel_service.{event['type']}", event["data"], "林")
        assert (line["actor"], line["correlation"], line["occurredon"]) == ("lin", "c-1", "2026-05-01")


async def test_an_export_that_broke_off_goes_on_behind_the_last_position(filled: Running) -> None:
    whole = await log(filled)
    first = await log(filled, to=9)
    assert first + await log(filled, after=first[-1]["position"]) == whole
    assert await log(filled, after=25) == await log(filled, after=2**63 - 1) == []


async def test_the_log_as_parquet_says_the_same(filled: Running) -> None:
    table = pq.read_table(io.BytesIO((await filled.get("/v1/exports/events", params={"format": "parquet"})).content))
    lines = await log(filled)
    assert table.column("position").to_pylist() == [int(line["position"]) for line in lines]
    assert table.column("id").to_pylist() == [line["id"] for line in lines]
    assert [json.loads(data) for data in table.column("data").to_pylist()] == [line["data"] for line in lines]
    assert [at.isoformat() for at in table.column("recorded_at").to_pylist()] == [line["time"] for line in lines]


async def test_an_empty_log_is_an_empty_file(client: Running) -> None:
    assert await log(client) == []
    table = pq.read_table(io.BytesIO((await client.get("/v1/exports/events", params={"format": "parquet"})).content))
    assert (table.num_rows, table.column_names[0]) == (0, "position")


@pytest.mark.parametrize("query", [{"format": "csv"}, {"after": -1}, {"after": 2**63}, {"after": "x"}])
async def test_what_the_log_cannot_give_is_a_problem(client: Running, query: dict[str, Any]) -> None:
    answer = await client.get("/v1/exports/events", params=query)
    assert (answer.status_code, answer.json()["code"]) in {(406, "format_unsupported"), (422, "invalid_request")}


class Open:
    """An export of endless parts that knows whether it is still open."""

    def __init__(self) -> None:
        self.open = False
        settings = SimpleNamespace(database_connections=7)
        self.app = SimpleNamespace(state=SimpleNamespace(runtime=SimpleNamespace(settings=settings)))
        self.leave = asyncio.Event()
        self.reading = asyncio.Event()

    def export(self) -> Export:
        @asynccontextmanager
        async def parts() -> AsyncIterator[AsyncIterator[bytes]]:
            async def endless() -> AsyncIterator[bytes]:
                while True:
                    await asyncio.sleep(0)
                    yield b"x"

            self.open = True
            try:
                yield endless()
            finally:
                self.open = False

        return Export(SimpleNamespace(app=self.app), "x", "text/csv", parts)  # type: ignore[arg-type]

    async def receive(self) -> Any:
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def never_taken(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            self.reading.set()
            await asyncio.Event().wait()

    async def taken(self, message: Any) -> None:
        self.reading.set()


async def test_a_client_that_takes_nothing_is_let_go_and_holds_no_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "STALL_SECONDS", 0.05)
    one = Open()
    with pytest.raises(Stalled):
        await one.export()({}, one.receive, one.never_taken)
    assert not one.open


async def test_an_export_does_not_last_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "TOTAL_SECONDS", 0.05)
    one = Open()
    with pytest.raises(Stalled):
        await one.export()({}, one.receive, one.taken)
    assert not one.open


async def test_an_export_ends_when_its_client_leaves() -> None:
    one = Open()
    running = asyncio.create_task(one.export()({}, one.receive, one.taken))
    await one.reading.wait()
    one.leave.set()
    async with asyncio.timeout(30):
        await running
    assert not one.open


async def test_more_exports_than_places_are_refused_and_a_place_is_free_again(client: Running) -> None:
    one = Open()
    running = [asyncio.create_task(one.export()({}, one.receive, one.taken)) for _ in range(2)]
    await one.reading.wait()
    with pytest.raises(Rejected, match="exports_busy"):
        await one.export()({}, one.receive, one.taken)
    one.leave.set()
    await asyncio.gather(*running)
    await one.export()({}, one.receive, one.taken)

    client._transport.app.state.exports = 3  # type: ignore[attr-defined]
    answer = await client.get("/v1/exports/events")
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (503, "exports_busy", True)
    assert answer.headers["retry-after"]


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.BRAND_ADMIN, Role.AUDITOR}])
async def test_only_auditors_and_brand_admins_take_the_log(client: Running, role: Role) -> None:
    given = {"partner_id": "p-1"} if role is Role.PARTNER else {"source": "shop"} if role is Role.SOURCE else {}
    answer = await client.as_(role, **given).get("/v1/exports/events")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await client.as_(Role.AUDITOR).get("/v1/exports/events")).status_code == 200
