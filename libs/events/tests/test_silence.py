"""Where database or broker fall silent, without a word that a connection is lost, relay and subscriptions notice and say so."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from channel_events import OWN_LOG, Log
from channel_events.broker import PROFILES, Broker
from channel_events.relay import Relay
from channel_events.subscription import ViewSubscription
from msgspec.structs import replace

from .moving import check_applied_once, eventually, fill, make_tables, reached, running, subscription, take, taken_view
from .silence import Quiet, quiet_broker, quiet_database


def believe_lost_after(ms: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, profile in PROFILES.items():
        monkeypatch.setitem(PROFILES, name, replace(profile, request_ms=ms))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {
        "channel_events.pulse.FRESH_SECONDS": 2,
        "channel_events.pulse.LASTING_SECONDS": 0,
        "channel_events.subscription.topic_source.FRESH_SECONDS": 2,
        "channel_events.subscription.topic_source.SILENT_SECONDS": 4,
        "channel_events.relay.relay._STATEMENT_SECONDS": 2,
        "channel_events.subscription.subscription._STATEMENT_SECONDS": 2,
        "channel_events.log.connect._MARGIN_SECONDS": 1,
        "channel_events.log.connect._CONNECT_SECONDS": 2,
    }.items():
        monkeypatch.setattr(name, seconds)
    believe_lost_after(2_000, monkeypatch)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gives up in this test's time, but what was seen is no news soon."""
    for name, seconds in {
        "channel_events.pulse.FRESH_SECONDS": 2,
        "channel_events.subscription.topic_source.FRESH_SECONDS": 2,
        "channel_events.subscription.topic_source.SILENT_SECONDS": 60,
        "channel_events.relay.relay._STATEMENT_SECONDS": 60,
    }.items():
        monkeypatch.setattr(name, seconds)
    believe_lost_after(60_000, monkeypatch)


async def is_done(*parts: Any) -> bool:
    return all(part.caught_up() for part in parts)


async def is_not_done(*parts: Any) -> bool:
    return not any(part.caught_up() for part in parts)


async def no_news_although_running(quiet: Quiet, *parts: Any) -> None:
    await eventually(partial(is_done, *parts), 60)
    quiet.speaking.clear()
    await eventually(partial(is_not_done, *parts))
    assert [part.status for part in parts] == ["running"] * len(parts)


async def says_retrying(*parts: Any) -> bool:
    return all(part.status == "retrying" and str(part.trouble()).startswith("retrying for ") for part in parts)


async def silent_for_a_while(quiet: Quiet, *parts: Any) -> None:
    """They must notice, say so, and go on afterwards."""
    await eventually(partial(is_done, *parts), 60)
    quiet.speaking.clear()
    await eventually(partial(is_not_done, *parts), 60)
    await eventually(partial(says_retrying, *parts), 60)
    quiet.speaking.set()
    await eventually(partial(is_done, *parts), 60)


async def test_what_was_seen_long_ago_of_a_database_is_no_news(
    log: Log, database: str, kafka: str, topic_prefix: str, patient: None
) -> None:
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    async with quiet_database(database) as (quiet, through):
        relay = Relay(service="specimen", dsn=through, broker=Broker(kafka, prefix=topic_prefix))
        reader = ViewSubscription(view, OWN_LOG, dsn=through, broker=Broker(kafka), service="specimen", registry=log.registry)
        async with running(relay, reader):
            await no_news_although_running(quiet, relay, reader)


async def test_what_was_seen_long_ago_of_a_broker_is_no_news(
    log: Log, database: str, tmp_path: Path, topic_prefix: str, patient: None
) -> None:
    view = taken_view()
    await make_tables(database, view)
    async with quiet_broker(tmp_path) as (quiet, bootstrap):
        relay = Relay(service="specimen", dsn=database, broker=Broker(bootstrap, prefix=topic_prefix), wake=log.wake())
        reader = subscription(view, database, bootstrap, topic_prefix)
        async with running(relay, reader):
            await no_news_although_running(quiet, relay, reader)


async def test_a_database_that_falls_silent_is_noticed(log: Log, database: str, kafka: str, topic_prefix: str, impatient: None) -> None:
    view = taken_view(OWN_LOG)
    await make_tables(database, view)
    await fill(log)
    async with quiet_database(database) as (quiet, through):
        relay = Relay(service="specimen", dsn=through, broker=Broker(kafka, prefix=topic_prefix))
        reader = ViewSubscription(view, OWN_LOG, dsn=through, broker=Broker(kafka), service="specimen", registry=log.registry)
        async with running(relay, reader):
            await silent_for_a_while(quiet, relay, reader)
            await take(log, each=2)
            await eventually(partial(reached, database, 60), 60)
            await eventually(partial(is_done, relay, reader), 60)
    await check_applied_once(log, database)


async def test_a_broker_that_falls_silent_is_noticed(log: Log, database: str, tmp_path: Path, topic_prefix: str, impatient: None) -> None:
    view = taken_view()
    await make_tables(database, view)
    await fill(log)
    async with quiet_broker(tmp_path) as (quiet, bootstrap):
        relay = Relay(service="specimen", dsn=database, broker=Broker(bootstrap, prefix=topic_prefix), wake=log.wake())
        reader = subscription(view, database, bootstrap, topic_prefix)
        async with running(relay, reader):
            await silent_for_a_while(quiet, relay, reader)
            await take(log, each=2)
            await eventually(partial(reached, database, 60), 60)
    await check_applied_once(log, database)
