"""A service's timers and senders run with its worker, by a clock that a test may move."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from channel_events import (
    OWN_LOG,
    TEXT,
    TIME,
    Actor,
    Change,
    Decider,
    DueIn,
    Known,
    On,
    Outgoing,
    Put,
    Recorded,
    Sender,
    Table,
    Timer,
    View,
    event,
)
from channel_service import Process, Service
from channel_service.testing import running
from msgspec import Struct

Migrated = Callable[[Service], Awaitable[str]]
ANN = Actor("ann")


@event("alarm_set")
class AlarmSet(Struct, frozen=True):
    rings_at: datetime


@event("alarm_rang")
class AlarmRang(Struct, frozen=True):
    alarm: str


def decide(command: AlarmSet | AlarmRang, _: None, __: Known) -> Iterator[AlarmSet | AlarmRang]:
    yield command


ALARM: Decider[Any, None, Any] = Decider("alarm", initial=None, decide=decide, evolve=lambda state, _: state, events=[AlarmSet, AlarmRang])
HEARD: list[str] = []


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, AlarmSet):
        yield Put((event.key,), rings_at=event.data.rings_at)


@asynccontextmanager
async def ringing(process: Process) -> AsyncIterator[Callable[[Outgoing], Awaitable[None]]]:
    async def send(ring: Outgoing) -> None:
        HEARD.append(f"{ring.intent.data.alarm} at port {process.settings.port}")

    yield send


def clockwork() -> Service:
    table = Table("alarm", key=("alarm",), columns={"alarm": TEXT, "rings_at": TIME}, indexes=[("rings_at",)])
    alarms = View("alarms", version=1, of=OWN_LOG, tables=table, changes=changes)
    return Service(
        "channel-service",
        title="Clockwork",
        summary="Rings.",
        deciders=[ALARM],
        views=[alarms],
        timers=[Timer("ring", due=DueIn(alarms, at="rings_at"), commands=lambda due: [On(ALARM, due.key, AlarmRang(due.key))])],
        senders=[Sender("bell", intents=[AlarmRang], send=ringing)],
    )


async def test_a_timer_and_a_sender_work_with_the_worker_by_the_clock_that_it_is_given(
    migrated: Migrated, kafka: str, topic_prefix: str
) -> None:
    service, ahead = clockwork(), timedelta(0)
    HEARD.clear()
    url = await migrated(service)
    async with running(
        service, database_url=url, kafka=kafka, topic_prefix=topic_prefix, clock=lambda: datetime.now(UTC) + ahead
    ) as client:
        await client.runtime.log.execute(On(ALARM, "a", AlarmSet(datetime.now(UTC) + timedelta(days=30))), by=ANN)
        end = time.monotonic() + 60
        while (answer := await client.get("/health/ready")).status_code != 200:
            assert time.monotonic() < end, answer.text
            await asyncio.sleep(0.05)
        assert (answer.json()["checks"]["subscriptions"], answer.json()["troubles"]) == ("ok", {})
        assert HEARD == []
        ahead = timedelta(days=31)
        while not HEARD:
            assert time.monotonic() < end
            await asyncio.sleep(0.05)
        assert [f"a at port {client.runtime.settings.port}"] == HEARD


def test_a_sender_brings_its_decider_its_view_and_its_reaction() -> None:
    service = clockwork()
    [sender] = service.senders
    assert [one.name for one in service.deciders] == ["alarm", "bell_delivery"]
    assert (service.views[-1], list(service.reactions)) == (sender.view, [sender.reaction])


def test_a_timer_over_a_view_of_another_service_is_refused() -> None:
    one, other = clockwork(), clockwork()
    with pytest.raises(ValueError, match="views that it does not have"):
        Service("channel-service", title="", summary="", deciders=[ALARM], views=one.views[:1], timers=other.timers)
