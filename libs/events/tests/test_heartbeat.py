"""The heartbeat stands still where nothing can come through, also where nobody sends anything and every part still gets round."""

from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from channel_events import Log, telemetry
from channel_events.broker import Broker
from channel_events.heartbeat import LogBeat
from channel_events.relay import Relay

from .moving import eventually, fill, is_caught_up, make_tables, own_subscription, reached, running, subscription, taken_view
from .silence import quiet_broker


def shown(gauge: Any, *labels: str) -> float:
    return float(gauge.labels(*labels)._value.get())


beat_of = partial(shown, telemetry.HEARTBEAT)


async def is_above(ask: Any, value: float) -> bool:
    return bool(ask() > value)


async def moves(stage: str) -> None:
    await eventually(partial(is_above, partial(beat_of, stage), beat_of(stage)), 60)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {
        "channel_events.heartbeat.EVERY_SECONDS": 0.05,
        "channel_events.heartbeat.WITHIN_SECONDS": 0.2,
        "channel_events.lasting.LONGEST_PAUSE": 0.1,
    }.items():
        monkeypatch.setattr(name, seconds)


async def test_a_log_whose_head_nobody_can_write_has_none(log: Log, database: str, hasty: None) -> None:
    failures = partial(shown, telemetry.ERRORS, "log")
    other = await asyncpg.connect(database)
    try:
        async with running(beat := LogBeat(log)):
            await moves("log")
            holding = other.transaction()
            await holding.start()
            await other.execute("select from log_head for update")
            await eventually(partial(is_above, failures, failures()))
            stands = beat_of("log")
            await eventually(partial(is_above, failures, failures() + 1))
            assert beat_of("log") == stands
            assert beat.status == "retrying"
            await holding.rollback()
            await moves("log")
    finally:
        await other.close()


async def test_the_heartbeat_of_a_log_leaves_no_event_and_no_other_head(log: Log, database: str) -> None:
    await fill(log)
    look = "select position, mark, recorded_at, tails::text, fingerprint, (select count(*) from event) as events from log_head"
    other = await asyncpg.connect(database)
    try:
        before = await other.fetchrow(look)
        await log.beat(5)
        assert await other.fetchrow(look) == before
    finally:
        await other.close()
    await fill(log, each=1)  # and the next append is written as ever


async def test_a_broker_that_says_nothing_has_none_though_its_reader_gets_round(
    log: Log, database: str, tmp_path: Path, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in {
        "channel_events.pulse.FRESH_SECONDS": 60,
        "channel_events.subscription.topic_source.FRESH_SECONDS": 1,
        "channel_events.subscription.topic_source.SILENT_SECONDS": 60,
        "channel_events.broker._REQUEST_MS": 60_000,
    }.items():
        monkeypatch.setattr(name, seconds)
    view = taken_view()
    await make_tables(database, view)
    async with quiet_broker(tmp_path) as (quiet, bootstrap):
        relay = Relay(service="specimen", dsn=database, broker=Broker(bootstrap, prefix=topic_prefix), wake=log.wake())
        reader = subscription(view, database, bootstrap, topic_prefix)
        async with running(relay, reader):
            await eventually(partial(is_caught_up, reader), 60)
            await moves(reader.name)
            quiet.speaking.clear()
            await eventually(partial(_is_not_caught_up, reader), 60)
            stands, rounds = beat_of(reader.name), partial(shown, telemetry.ROUND, reader.name)
            await eventually(partial(is_above, rounds, rounds() + 1))
            assert (reader.status, beat_of(reader.name)) == ("running", stands)
            assert beat_of("relay") <= stands + 2  # it waits for the answer of its broker
            quiet.speaking.set()
            await moves(reader.name)
            await moves("relay")


async def _is_not_caught_up(part: Any) -> bool:
    return not part.caught_up()


async def test_views_that_are_followed_together_have_theirs(log: Log, database: str) -> None:
    reader = own_subscription(log, database)
    await make_tables(database, reader.view)
    async with running(reader):
        await eventually(partial(is_caught_up, reader))
        for _ in range(3):
            await moves(reader.name)


async def test_a_relay_that_has_nothing_to_send_says_what_its_topic_holds(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log)
    broker = Broker(kafka, prefix=topic_prefix)
    reader = subscription(view, database, kafka, topic_prefix)
    async with running(Relay(service="specimen", dsn=database, broker=broker, wake=log.wake()), reader):
        await eventually(partial(reached, database, 50), 60)
    telemetry.RELAY_POSITION.labels("specimen").set(0)  # as in a process that has just begun
    async with running(again := Relay(service="specimen", dsn=database, broker=broker, wake=log.wake())):
        await eventually(partial(is_caught_up, again), 60)
        assert shown(telemetry.RELAY_POSITION, "specimen") == shown(telemetry.SOURCE_POSITION, reader.name) > 0
