"""What a service answers about a stream that this version of it cannot read, or when it has too much to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import asyncpg
import pytest
from channel_events import Actor, On
from channel_service.importing.ndjson import NdjsonReader
from channel_service.importing.run import Import
from channel_service.routes import events as route
from channel_service.testing import Running
from specimen.counter import COUNTER, Raise
from test_importing import WHAT

RAISE = "/v1/counters/{}/raise"


@pytest.fixture
async def spoilt(client: Running, url: str) -> Running:
    """The counter ``new`` was written to by a newer version, ``a`` by this one."""
    for counter in ("new", "new", "a"):
        await client.post(RAISE.format(counter), json={"by": 1})
    await spoil(url, "type = 'lowered'")
    client.runtime.log._committer._session.basis.forget()
    return client


@pytest.mark.parametrize(("language", "text"), [("en", "Run its newest version"), ("zh", "请运行最新版本")])
async def test_a_stream_that_cannot_be_read_is_said_and_others_go_on(spoilt: Running, language: str, text: str) -> None:
    for request in (
        spoilt.post(RAISE.format("new"), json={"by": 1}, headers={"accept-language": language}),
        spoilt.get("/v1/counters/new", headers={"accept-language": language}),
    ):
        answer = await request
        body = answer.json()
        assert (answer.status_code, body["code"], body["retryable"]) == (503, "stream_unreadable", False)
        assert body["facts"] == {"stream": "counter/new", "type": "lowered", "position": 2}
        assert text in body["detail"]
    answers = await asyncio.gather(*(spoilt.post(RAISE.format(counter), json={"by": 1}) for counter in ("a", "new", "b")))
    assert [answer.status_code for answer in answers] == [200, 503, 200]


async def spoil(url: str, how: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("set session_replication_role = replica")
    await connection.execute(f"update event set {how} where position = 2")
    await connection.close()


@pytest.mark.parametrize("how", ["type = 'lowered'", "data = '{\"by\":null}'"], ids=["unknown type", "bad data"])
async def test_its_events_are_listed_all_the_same(spoilt: Running, url: str, how: str) -> None:
    await spoil(url, f"type = 'raised', {how}" if "data" in how else how)
    items = (await spoilt.get("/v1/events?stream=counter/new")).json()["items"]
    assert [one["data"] is None for one in items] == [False, True]


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_row_of_an_import_that_needs_it_is_refused_and_the_others_are_done(spoilt: Running, dry_run: bool) -> None:
    log = spoilt.runtime.log
    deciding = log.rehearse() if dry_run else log
    run = Import(deciding, Actor("ann"), today=lambda: date(2026, 11, 24), say=lambda code, facts: (code, dict(facts)), dry_run=dry_run)

    async def pieces() -> AsyncIterator[bytes]:
        for counter in ("a", "new", "b"):
            yield b'{"kind":"raise","counter":"%s","by":1}\n' % counter.encode()

    results: list[Any] = [result async for result in run.results(NdjsonReader(WHAT), pieces())]
    assert [(row.row, row.problem, row.facts["stream"]) for row in results[:-1]] == [(2, "stream_unreadable", "counter/new")]
    assert (results[-1].summary.accepted, results[-1].summary.refused, results[-1].summary.stopped) == (2, 1, None)


async def test_a_service_with_too_much_to_do_says_when_to_come_again(client: Running, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.queue.UNKNOWN", 1)
    monkeypatch.setattr("channel_events.log.queue.MAX_WAITING", 3)
    async with held(url):
        waiting = [asyncio.create_task(client.post(RAISE.format("a"), json={"by": 1})) for _ in range(3)]
        async with asyncio.timeout(10):
            while client.runtime.log._committer._queue.waiting < 3:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        answer = await client.post(RAISE.format("a"), json={"by": 1})
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (503, "busy", True)
    assert answer.headers["retry-after"] == "2"
    assert [one.status_code for one in await asyncio.gather(*waiting)] == [200] * 3


@asynccontextmanager
async def held(url: str) -> AsyncIterator[None]:
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute("select from log_head for update")
        yield
    await connection.close()


async def test_the_events_of_a_long_stream_are_listed_in_pages_from_anywhere(client: Running) -> None:
    log = client.runtime.log
    for counter in "ab":
        await log.execute(*(On(COUNTER, Raise(counter=counter, by=0)) for _ in range(700)), by=Actor("ann"))
    found, query = [], "limit=200&stream=counter/b"
    while True:
        page = (await client.get(f"/v1/events?{query}")).json()
        found += [event["position"] for event in page["items"]]
        if page["next"] is None:
            break
        query = f"limit=200&stream=counter/b&cursor={page['next']}"
    assert found == list(range(701, 1_401))
    items = (await client.get("/v1/events?limit=2&stream=counter/b&after=1000")).json()["items"]
    assert [event["position"] for event in items] == [1_001, 1_002]


async def test_a_partner_is_shown_short_pages_of_a_long_stream_that_is_not_its_own(
    client: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no answer looks at all of it."""
    monkeypatch.setattr(route, "LOOKED_AT", 10)
    asked: list[int | None] = []
    log = client.runtime.log
    original = type(log).stream

    async def stream(self: Any, *given: Any, limit: int | None = None, **more: Any) -> Any:
        asked.append(limit)
        return await original(self, *given, limit=limit, **more)

    monkeypatch.setattr(type(log), "stream", stream)
    await log.execute(*(On(COUNTER, Raise(counter="a", by=0)) for _ in range(35)), by=Actor("ann"))
    answers, query = 0, "stream=counter/a"
    while True:
        page = (await client.as_("partner", partner_id="p-1").get(f"/v1/events?{query}")).json()
        assert page["items"] == []
        answers += 1
        if page["next"] is None:
            break
        query = f"stream=counter/a&cursor={page['next']}"
    assert answers == 4
    assert asked == [11] * 4
