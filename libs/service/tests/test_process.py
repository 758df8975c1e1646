"""A service's process: healthy or not, counted, logged, and ended in order."""

import asyncio
import json
import re
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka.admin import NewTopic
from channel_events.broker import Broker  # import-rule: plays somebody who makes topics
from channel_events.log.session import Session  # import-rule: plays a full disk
from channel_events.relay import TopicRefused
from channel_service.migrations import migrate
from channel_service.testing import Running, bearer, running
from prometheus_client.parser import text_string_to_metric_families
from qudao_local.ports import free_port
from qudao_local.postgres import UNDURABLE, Postgres
from specimen.app import SERVICE


async def test_live_asks_nothing_but_the_process(client: Running) -> None:
    await client.runtime.engine.dispose()
    answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()["status"]) == (200, "live")


async def test_ready_names_what_was_checked(client: Running) -> None:
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]) == (200, {"log": "ok", "database": "ok", "migrations": "ok"})


async def not_ready(client: Running) -> dict[str, str]:
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (503, "unavailable", True)
    return {name: state for name, state in answer.json()["facts"]["checks"].items() if state != "ok"}


async def test_not_ready_while_closing(client: Running) -> None:
    client.runtime.closing = True
    assert await not_ready(client) == {"log": "closing"}


@pytest.mark.parametrize("number", [0, 1], ids=["library", "own"])
async def test_not_ready_behind_the_migrations(client: Running, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    way = client.runtime.revisions[number]
    monkeypatch.setattr(way, "_known", ("0002", frozenset({"0001", "0002"})))
    assert await not_ready(client) == {"migrations": f"behind: {way.name} at 0001, this version needs 0002"}


async def test_ready_on_a_database_that_is_ahead_of_this_version(client: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for way in client.runtime.revisions:
        monkeypatch.setattr(way, "_known", ("0000", frozenset({"0000"})))
    assert (await client.get("/health/ready")).status_code == 200


async def test_without_its_database_a_service_is_live_not_ready_and_says_so(tmp_path: Path) -> None:
    own = Postgres(tmp_path / "pg", free_port(), UNDURABLE)
    own.start()
    own.run("create role postgres_scoped nologin")
    try:
        await migrate(SERVICE, own.dsn(), "postgres")
        async with running(SERVICE, database_url=own.dsn()) as client:
            assert (await client.post("/v1/counters/a/raise", json={"by": 1})).status_code == 200
            assert (await client.get("/v1/rows")).json()["items"] == [1]
            own.stop()
            assert list(await not_ready(client)) == ["database"]
            assert (await client.get("/health/live")).status_code == 200
            for path in ("/v1/rows", "/v1/events", "/v1/counters/a"):
                answer = await client.get(path)
                assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), path
            own.start()
            assert (await client.get("/health/ready")).status_code == 200
            assert (await client.get("/v1/rows")).json()["items"] == [1]
            # As many connections as there may be, and the server is started again under all of them.
            many = [client.get("/v1/rows") for _ in range(30)]
            assert {one.status_code for one in await asyncio.gather(*many)} == {200}
            own.stop()
            own.start()
            assert [(await client.get("/v1/rows")).status_code for _ in range(3)] == [200] * 3
    finally:
        own.stop()


async def test_a_database_that_refuses_writes_makes_the_service_not_ready_until_it_takes_them_again(
    client: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = True

    async def write(*_: Any) -> Any:
        if full:
            raise asyncpg.DiskFullError("could not extend file")
        return await original(*_)

    original = Session.write
    monkeypatch.setattr(Session, "write", write)
    assert (await client.get("/health/ready")).json()["checks"].get("writes") is None
    answer = await client.post("/v1/counters/a/raise", json={"by": 1})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    refused = "select 1 from no_such_table"
    monkeypatch.setattr("channel_service.writes._PROBE", refused)  # any refusal of the database but one of those that say it is full
    monkeypatch.setattr("channel_service.writes.REFUSING", (asyncpg.DiskFullError, asyncpg.UndefinedTableError))
    assert await not_ready(client) == {"writes": "refused (UndefinedTableError)"}
    full = False
    monkeypatch.undo()
    assert (await client.get("/health/ready")).status_code == 200
    assert (await client.get("/health/ready")).json()["checks"].get("writes") is None
    assert (await client.post("/v1/counters/a/raise", json={"by": 1})).status_code == 200


async def test_metrics_are_for_the_brands_own_people_where_settings_say_so(url: str) -> None:
    async with running(SERVICE, database_url=url, metrics_need_token=True) as client:
        statuses = [
            (await one.get("/metrics")).status_code for one in (client.as_nobody(), client.as_("partner", partner_id="p-1"), client)
        ]
    assert statuses == [401, 403, 200]


async def samples(client: Running) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families((await client.get("/metrics")).text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


async def test_requests_are_counted_by_route_template(client: Running) -> None:
    def count(route: str, status: str, method: str = "GET") -> float:
        return found.get(("qudao_http_requests_total", (("method", method), ("route", route), ("status", status))), 0)

    asked = [("/v1/counters/{counter}", "200"), ("unmatched", "404"), ("/v1/boom", "500")]
    found = await samples(client)
    before = [count(*one) for one in asked]
    for path in ("/v1/counters/a", "/v1/counters/b", "/invented/1", "/invented/2", "/v1/boom"):
        await client.get(path)
    await client.request("INVENTED", "/v1/boom")
    found = await samples(client)
    assert [count(*one) - was for one, was in zip(asked, before, strict=True)] == [2, 2, 1]
    assert not [labels for name, labels in found if "invented" in str(labels).lower()]
    assert ("qudao_build_info", (("commit", "unknown"), ("version", SERVICE.version))) in found


async def test_a_worker_has_health_and_metrics_only(url: str, kafka: str, topic_prefix: str) -> None:
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix, role="worker") as client:
        async with asyncio.timeout(30):  # it starts beside the routes
            while not (ready := await client.get("/health/ready")).is_success:  # noqa: ASYNC110 - told by nobody
                await asyncio.sleep(0.05)
        assert ready.json()["checks"]["subscriptions"] == "ok"
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/v1/counters/a")).status_code == 404


async def test_a_part_of_the_worker_that_fails_makes_the_service_not_ready(
    url: str, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()

    async def fail(_: Any) -> None:
        await go.wait()
        raise RuntimeError("cannot be got over")

    monkeypatch.setattr("channel_events.relay.Relay.run", fail)
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix) as client:
        worker = client.runtime.worker
        assert worker is not None
        told = asyncio.Event()
        worker.on_failure(told.set)
        assert (await client.get("/health/ready")).status_code == 200
        go.set()
        await asyncio.wait_for(told.wait(), 10)
        assert await not_ready(client) == {"subscriptions": "failed"}


async def test_without_a_broker_the_service_is_ready_and_says_what_does_not_flow(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(SERVICE, database_url=url, kafka="127.0.0.1:1") as client:
        monkeypatch.setattr("channel_events.pulse.LASTING_SECONDS", 0)

        async def troubles() -> Any:
            answer = await client.get("/health/ready")
            assert answer.status_code == 200
            return answer.json()["troubles"].get("relay")

        until = time.monotonic() + 30
        while not (said := await troubles()) or "retrying" not in said:
            assert time.monotonic() < until, said
            await asyncio.sleep(0.05)
        assert said.startswith("retrying for ")
        assert said.endswith("KafkaConnectionError")
        assert "127.0.0.1" not in said


@pytest.mark.parametrize("ran", [False, True], ids=["at start", "later"])
async def test_a_topic_that_cannot_be_used_is_a_refusal_at_start_and_a_failure_later(
    url: str, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch, ran: bool
) -> None:
    async def refuse(relay: Any) -> None:
        if ran:
            relay._pulse.enter("running")
        raise TopicRefused("4 partitions, not 12")

    monkeypatch.setattr("channel_events.relay.Relay.run", refuse)
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix) as client:
        worker = client.runtime.worker
        assert worker is not None
        assert await not_ready(client) == {"subscriptions": "failed"}
        assert worker.refusal == (None if ran else "4 partitions, not 12")


async def test_a_process_whose_topic_cannot_be_used_refuses_with_the_reason(
    specimen: Callable[..., Any], kafka: str, topic_prefix: str
) -> None:
    async with Broker(kafka).admin() as admin:
        await admin.create_topics([NewTopic(f"{topic_prefix}{SERVICE.name}", 4, 1)])
    settings = {"ROLE": "worker", "KAFKA_BOOTSTRAP": kafka, "BROKER_PROFILE": "kafka", "TOPIC_PREFIX": topic_prefix}
    ended = await asyncio.to_thread(specimen(**settings).run)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    [line] = [line for line in ended.stderr.splitlines() if line.startswith("channel-service cannot start: topic ")]
    assert "has 4 partitions, not 12" in line


def in_flight(address: str) -> int:
    [line] = [line for line in httpx.get(f"{address}/metrics").text.splitlines() if line.startswith("qudao_http_requests_in_flight ")]
    return int(float(line.split()[1])) - 1  # not counting the question itself


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def refuses(address: str) -> bool:
    try:
        httpx.get(f"{address}/health/live")
    except httpx.TransportError:
        return True
    return False


def test_sigterm_lets_requests_under_way_end_and_takes_no_new_ones(specimen: Callable[..., Any]) -> None:
    process = specimen().start()
    answers: list[int] = []
    slow = threading.Thread(
        target=lambda: answers.append(httpx.get(f"{process.address}/v1/slow?seconds=3", headers=bearer(), timeout=60).status_code),
        daemon=True,
    )
    slow.start()
    eventually(lambda: in_flight(process.address) == 1)
    process.process.terminate()
    eventually(lambda: refuses(process.address))
    assert slow.is_alive()
    slow.join(60)
    assert answers == [200]
    assert process.process.wait(60) == 0
    assert '"event":"ended"' in process.log.read_text()


def test_a_process_ends_in_order_when_its_standard_input_closes(specimen: Callable[..., Any]) -> None:
    process = specimen(END_WITH_STDIN="true").start()
    process.process.stdin.close()
    assert process.process.wait(60) == 0
    assert '"event":"ended"' in process.log.read_text()


def test_logs_are_json_lines_without_query_values_and_bodies(specimen: Callable[..., Any]) -> None:
    process = specimen().start()
    httpx.get(f"{process.address}/v1/counters/a?token=s3cret", headers={"x-request-id": "call-7", **bearer()})
    httpx.post(f"{process.address}/v1/counters/a/raise", json={"by": 1, "note": "s3cret"}, headers=bearer())
    httpx.get(f"{process.address}/v1/boom", headers=bearer())
    assert process.end() == 0
    assert "s3cret" not in process.log.read_text()
    lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    [line] = [line for line in lines if line.get("caller_request_id") == "call-7"]
    assert re.fullmatch("[0-9a-f]{32}", line["request_id"])
    assert line.pop("ms") >= 0
    assert {name: line[name] for name in ("event", "method", "route", "status", "service", "level")} == {
        "event": "request",
        "method": "GET",
        "route": "/v1/counters/{counter}",
        "status": 422,  # a parameter that it does not know
        "service": "channel-service",
        "level": "info",
    }
    [failure] = [line for line in lines if line["event"] == "request failed"]
    assert failure["exception"].endswith("ZeroDivisionError")
    assert "ZeroDivisionError: " not in failure["exception"]  # its text may hold values


def test_migrating_twice_at_once_and_again_changes_nothing(specimen: Callable[..., Any], url: str) -> None:
    process = specimen(OWNER_DATABASE_URL=url)

    def migrate() -> subprocess.CompletedProcess[str]:
        ended: subprocess.CompletedProcess[str] = process.run("migrate")
        return ended

    with ThreadPoolExecutor() as threads:
        together = [threads.submit(migrate) for _ in range(2)]
    for ended in [one.result() for one in together]:
        assert (ended.returncode, ended.stderr) == (0, "")
        said = json.loads(ended.stdout)
        assert (said["library"], said["own"]) == ("0001", "0001")
