"""What an operator does with a topic, while the relay runs."""

from collections.abc import Iterable
from functools import partial

import pytest
from channel_events import Log
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_events.telemetry import RELAY_AHEAD
from channel_operate.topics import republish, reset_topic, taken_over

from ...events.tests.moving import eventually, fill, produce, public_rows, running, take
from ...events.tests.test_relay import is_done, send_all
from ...events.tests.test_relay_restored import MakeRelay, ids, lose_a_future, relay_of

__all__ = ["relay_of"]


async def holds_just(kafka: str, topic: str, wanted: Iterable[str]) -> bool:
    return sorted(await ids(kafka, topic)) == sorted(wanted)


async def test_a_lost_future_that_the_broker_keeps_is_removed_by_hand(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay
) -> None:
    topic = topic_prefix + "specimen"
    await lose_a_future(log, database, kafka, topic)
    await send_all(relay_of(broker=Broker(kafka, "keeping", prefix=topic_prefix)))
    ahead = RELAY_AHEAD.labels("specimen")._value
    assert ahead.get() == 1
    everything = {str(row["id"]) for row in await public_rows(database)}
    relay = relay_of(broker=Broker(kafka, "keeping", prefix=topic_prefix))
    async with running(relay):
        await eventually(partial(is_done, relay))
        await reset_topic(database, Broker(kafka, "keeping"), topic)
        await eventually(partial(holds_just, kafka, topic, everything))
    assert ahead.get() == 0


async def test_a_topic_is_made_anew_by_hand_while_the_relay_runs(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay
) -> None:
    topic = topic_prefix + "specimen"
    await fill(log, jars=2, each=5)
    everything = {str(row["id"]) for row in await public_rows(database)}
    relay = relay_of()
    async with running(relay):
        await eventually(partial(holds_just, kafka, topic, everything))
        await produce(Broker(kafka, "embedded"), topic, (await public_rows(database))[:4])
        await reset_topic(database, Broker(kafka, "embedded"), topic)
        await eventually(partial(holds_just, kafka, topic, everything))


async def test_what_is_sent_again_is_the_same_and_the_relay_goes_on(
    log: Log, database: str, kafka: str, topic_prefix: str, relay_of: MakeRelay
) -> None:
    topic = topic_prefix + "specimen"
    await fill(log, jars=1, each=6)
    sent = await public_rows(database)
    relay, counted = relay_of(), []
    async with running(relay):
        await eventually(partial(is_done, relay))
        again = await republish(
            database,
            Broker(kafka, "embedded"),
            "specimen",
            topic,
            sent[1]["position"],
            lambda count, position: counted.append((count, position)),
        )
        assert (again, counted) == (4, [(4, sent[-1]["position"])])
        await take(log, jars=1, each=1)
        wanted = [*sent, *sent[2:], (await public_rows(database))[-1]]
        await eventually(partial(holds_just, kafka, topic, [str(row["id"]) for row in wanted]))


async def test_the_relay_is_taken_over_from_the_one_that_runs_and_given_back(
    log: Log, database: str, relay_of: MakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channel_events.standby.STANDBY_SECONDS", 0.05)
    relay = relay_of()
    async with running(relay):
        await eventually(partial(is_done, relay))
        async with taken_over(database):
            await fill(log, jars=1, each=1)
            await eventually(partial(is_behind, relay))
        await eventually(partial(is_done, relay))


async def is_behind(relay: Relay) -> bool:
    return not relay.caught_up()
