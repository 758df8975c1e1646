"""``channel-operate``: what an operator types, what it prints, what it does."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from channel_events import OWN_LOG, Log, LogRestored, Reaction, Recorded
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_events.subscription.parking import COUNTED
from channel_operate.cli import reading, target
from channel_operate.cli.app import app
from typer.testing import CliRunner, Result

from ...events.tests.moving import eventually, fill, make_tables, public_rows, reached, rows, running, subscription, take, taken_view
from ...events.tests.specimen import JAR
from ...events.tests.test_relay import is_done, send_all
from .test_topics import holds_just

Cli = Callable[..., Awaitable[Result]]
STATUSES = {"done": 0, "found": 1, "wrong": 2, "unconfirmed": 3, "unreachable": 4}


_PARKED = """
insert into parked_stream (subscription, source, stream, partition, reason)
select $1, 's', 'jar/' || lpad(n::text, 9, '0'), n % 2, '' from generate_series(1, $2::integer) as n
"""
IDLE = Reaction("idle", of=OWN_LOG, commands=lambda _: ())


class Unwilling:
    """Makes the view fail at every event while it is asked to."""

    on = False

    def __call__(self, event: Recorded) -> None:
        if self.on and event.stream == "jar/jar0":
            raise ValueError("will not")


@pytest.fixture
def unwilling() -> Unwilling:
    return Unwilling()


@pytest.fixture
def view(unwilling: Unwilling) -> Any:
    return taken_view(fail=unwilling)


@pytest.fixture
def cli(view: Any, database: str, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Runs a command in a thread of its own, as in a process that has the specimen's settings."""
    service = SimpleNamespace(name="specimen", deciders=[JAR], views=[view], reactions=[IDLE], senders=[])
    monkeypatch.setattr(target, "installed", lambda: [SimpleNamespace(name="specimen", load=lambda: service)])
    for name, value in {"DATABASE_URL": database, "KAFKA_BOOTSTRAP": kafka, "TOPIC_PREFIX": topic_prefix, "DURABLE": "false"}.items():
        monkeypatch.setenv(f"QUDAO_{name}", value)

    async def run(*words: str, ends: str = "done") -> Result:
        result = await asyncio.to_thread(CliRunner().invoke, app, list(words))
        assert result.exit_code == STATUSES[ends], (result.output, result.stderr, result.exception)
        return result

    # What the library reports of itself is no result: as the process does, but not to what the runner will have closed.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.__stderr__))
    yield run
    structlog.reset_defaults()


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def relay(log: Log, database: str, kafka: str, topic_prefix: str) -> Relay:
    return Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())


async def test_tail_shows_the_last_events_and_all_behind_a_position(log: Log, cli: Cli) -> None:
    await fill(log, jars=1, each=3)
    last = objects(await cli("tail", "-n", "2", "--json"))
    assert [event["position"] for event in last] == [3, 4]
    assert last[-1]["data"] == {"count": 1, "occurred_on": "2026-01-31"}
    assert (last[-1]["service"], last[-1]["stream"], last[-1]["type"], last[-1]["actor"]) == (
        "specimen",
        "jar/jar0",
        "marbles_taken",
        "ann",
    )
    assert [event["position"] for event in objects(await cli("tail", "--from", "1", "--json"))] == [2, 3, 4]
    assert (await cli("tail", "-n", "1")).stdout.startswith("4  20")


async def test_tail_shows_what_the_topic_holds(log: Log, cli: Cli, relay: Relay) -> None:
    await fill(log, jars=3, each=2)
    await send_all(relay)
    assert [event["position"] for event in objects(await cli("tail", "--topic", "-n", "2", "--json"))] == [8, 9]
    every = objects(await cli("tail", "--topic", "--from", "0", "--json"))
    assert sorted(event["position"] for event in every) == [4, 5, 6, 7, 8, 9]
    assert {"offset", "partition", "data"} <= every[0].keys()


@pytest.mark.parametrize("read", [reading.tail_log, reading.tail_topic])
async def test_tail_follows(log: Log, cli: Cli, relay: Relay, read: Any) -> None:
    await fill(log, jars=1, each=1)
    seen: list[int] = []

    async def has(positions: list[int]) -> bool:
        return seen == positions

    following = asyncio.create_task(read(target.target(None), None, 1, follow=True, show=lambda event: seen.append(event["position"])))
    async with running(relay):
        await eventually(partial(is_done, relay))
        await eventually(partial(has, [2]))
        await take(log, jars=1, each=2)
        await eventually(partial(has, [2, 3, 4]))
    following.cancel()


async def test_replay_writes_a_stream_or_a_range(log: Log, cli: Cli, tmp_path: Path) -> None:
    await fill(log, jars=2, each=3)
    assert [event["version"] for event in objects(await cli("replay", "jar/jar1"))] == [1, 2, 3, 4]
    assert [event["position"] for event in objects(await cli("replay", "--from", "3", "--to", "5"))] == [4, 5]
    await cli("replay", "--out", str(tmp_path / "all.ndjson"))
    assert len((tmp_path / "all.ndjson").read_text().splitlines()) == 8
    await cli("replay", "jar/none", ends="found")


async def test_status_says_how_far_everything_is(log: Log, cli: Cli, relay: Relay, view: Any, database: str) -> None:
    await fill(log, jars=1, each=1)
    await make_tables(database, view)
    await send_all(relay)
    found = {one["what"]: one for one in objects(await cli("status", "--json"))}
    assert (found["log"]["position"], found["relay"]["position"]) == (2, 2)
    assert "position" in (await cli("status")).stdout


async def test_status_counts_no_more_parked_streams_than_matters(cli: Cli, database: str) -> None:
    await rows(
        database, "insert into progress (subscription, source, partition) values ('many', 's', 0), ('many', 's', 1), ('few', 's', 1)"
    )
    await rows(database, _PARKED, "many", COUNTED + 500)
    await rows(database, _PARKED, "few", 3)
    found = [one for one in objects(await cli("status", "--json")) if one["what"] in ("many", "few")]
    assert [(one["what"], one["partition"], one["parked"]) for one in found] == [
        ("few", 1, 2),
        ("many", 0, COUNTED // 2),
        ("many", 1, COUNTED // 2),
    ]


async def test_what_cannot_be_taken_back_asks_first(log: Log, cli: Cli) -> None:
    for words in (["restored"], ["republish", "--from", "0"], ["reset-topic"]):
        assert "say --yes" in (await cli(*words, ends="unconfirmed")).stderr
    assert await log.head() == 0


async def test_restored_tells_every_partition(log: Log, cli: Cli) -> None:
    await fill(log, jars=1, each=1)
    [said] = objects(await cli("restored", "--yes", "--json"))
    assert said["position"] == await log.head() > 1_000_000_000
    assert sum(isinstance(event.data, LogRestored) for event in await log.read(after=0, limit=100)) == 12


async def test_republish_and_reset_topic_while_the_relay_runs(
    log: Log, cli: Cli, relay: Relay, database: str, kafka: str, topic_prefix: str
) -> None:
    await fill(log, jars=2, each=2)
    everything = [str(row["id"]) for row in await public_rows(database)]
    topic = topic_prefix + "specimen"
    async with running(relay):
        await eventually(partial(is_done, relay))
        assert objects(await cli("republish", "--from", "0", "--yes", "--json"))[0]["sent"] == 4
        await eventually(partial(holds_just, kafka, topic, everything * 2))
        await cli("reset-topic", "--yes")
        await eventually(partial(holds_just, kafka, topic, everything))


async def test_parked_streams_are_listed_shown_and_driven_again(
    log: Log, cli: Cli, relay: Relay, view: Any, unwilling: Unwilling, database: str, kafka: str, topic_prefix: str
) -> None:
    await make_tables(database, view)
    assert (await cli("parked")).stdout == "nothing is parked\n"
    await fill(log, jars=2, each=2)
    unwilling.on = True
    reader = subscription(view, database, kafka, topic_prefix)

    async def waits() -> bool:
        return bool(objects(await asyncio.to_thread(CliRunner().invoke, app, ["parked", "--json"])))

    async with running(relay, reader):
        await eventually(waits)
        await eventually(partial(is_done, reader))
        [one] = objects(await cli("parked", "--json", ends="found"))
        assert (one["stream"], one["events"], one["reason"]) == ("jar/jar0", 2, "ValueError: will not")
        [shown] = objects(await cli("parked", "jar/jar0", "--json", ends="found"))
        assert [event["data"]["count"] for event in shown["parked"]] == [1, 1]
        assert "will not" in (await cli("parked", "jar/jar0", ends="found")).stdout
        assert "still parked: ValueError: will not" in (await cli("redrive", "taken", ends="found")).stdout
        unwilling.on = False
        [done] = objects(await cli("redrive", "--all", "--json"))
        assert (done["done"], done["reason"]) == (2, None)
        assert (await cli("redrive", "taken", "jar/jar0")).stdout == "nothing was parked\n"
        await cli("redrive", ends="wrong")


async def test_a_view_is_made_again_and_compared_row_by_row(
    log: Log, cli: Cli, relay: Relay, view: Any, database: str, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "QUDAO_OWNER_DATABASE_URL is not set" in (await cli("rebuild", "taken", ends="wrong")).stderr
    monkeypatch.setenv("QUDAO_OWNER_DATABASE_URL", database)
    await make_tables(database, view)
    await fill(log, jars=2, each=3)
    reader = subscription(view, database, kafka, topic_prefix)
    async with running(relay, reader):
        await eventually(partial(reached, database, 6))
        assert "equal" in (await cli("verify")).stdout
        await rows(database, "update taken_v1 set count = 7 where jar = 'jar1'")
        [found] = objects(await cli("verify", "taken", "--json", ends="found"))
        [wrong] = found["tables"][0]["differences"]
        assert (found["equal"], wrong["key"], wrong["serving"]["count"], wrong["rebuilt"]["count"]) == (False, {"jar": "jar1"}, 7, 3)
        assert "should be" in (await cli("verify", ends="found")).stdout
        [made] = objects(await cli("rebuild", "taken", "--json"))
        assert made["build"] > made["retired"] == 0
        await rows(database, "update serving set since = since - interval '61 seconds'")
        assert "is read from build" in (await cli("rebuild", "taken")).stdout
        assert await rows(database, "select 1 from pg_tables where schemaname = 'public' and tablename = 'taken_v1'") == []
        assert "equal" in (await cli("verify", "taken")).stdout


async def test_a_reaction_that_is_not_forked_needs_no_help(cli: Cli) -> None:
    assert "no reaction 'x'; it has: idle" in (await cli("accept-fork", "x", "--yes", ends="wrong")).stderr
    assert (await cli("accept-fork", "idle", "--yes")).stdout == "idle is not forked\n"


async def test_what_is_wrong_is_said_in_a_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no view or reaction 'x'; it has: taken, idle" in (await cli("redrive", "x", ends="wrong")).stderr
    assert "no service 'x' is installed; there are: specimen" in (await cli("-s", "x", "status", ends="wrong")).stderr
    monkeypatch.setenv("QUDAO_DATABASE_URL", "postgresql://a:secret@127.0.0.1:1/x")  # secret-rule: it is never sent to anybody
    result = await cli("status", ends="unreachable")
    assert "secret" not in result.output
    assert len(result.output.splitlines()) == 1
    monkeypatch.delenv("QUDAO_KAFKA_BOOTSTRAP")
    assert "QUDAO_KAFKA_BOOTSTRAP is not set" in (await cli("tail", "--topic", ends="wrong")).stderr
    monkeypatch.setenv("QUDAO_BROKER_PROFILE", "rabbit")
    assert "QUDAO_BROKER_PROFILE is wrong" in (await cli("status", ends="wrong")).stderr
    monkeypatch.setenv("QUDAO_BROKER_PROFILE", "embedded")
    monkeypatch.setenv("QUDAO_TOPIC_REPLICATION", "many")
    assert "QUDAO_TOPIC_REPLICATION is wrong" in (await cli("status", ends="wrong")).stderr
    monkeypatch.setenv("QUDAO_TOPIC_REPLICATION", "2")
    monkeypatch.setenv("QUDAO_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    assert target.target(None).broker.copies == 2
