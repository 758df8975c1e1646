"""Who rings at a broker that wakes nobody is heard by all who listen there, and by nobody else."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiokafka import TopicPartition
from channel_events.bell import Bell, Ringer
from channel_events.broker import Broker
from channel_events.fetching import Fetching
from qudao_local.ports import free_port

from .moving import eventually


@pytest.fixture
def here() -> Broker:
    return Broker(f"127.0.0.1:{free_port()}", "embedded")


@pytest.fixture
def ringer(here: Broker) -> Any:
    one = Ringer(here)
    yield one
    one.close()


Listen = Callable[[Broker], Awaitable[tuple[Bell, list[str]]]]


@pytest.fixture
async def listen() -> Any:
    """Opens bells that hear themselves; each with what it was rung for."""
    opened: list[Bell] = []

    async def open_one(broker: Broker) -> tuple[Bell, list[str]]:
        heard: list[str] = []
        opened.append(one := Bell(broker, heard.append))
        await eventually(lambda: _works(one), 5)
        return one, heard

    yield open_one
    for one in opened:
        one.close()


async def _works(one: Bell) -> bool:
    return one.works


async def test_all_at_the_same_broker_hear_a_ring_and_nobody_at_another(here: Broker, ringer: Ringer, listen: Listen) -> None:
    heard = [(await listen(here))[1] for _ in range(3)]
    _, elsewhere = await listen(other := Broker(f"localhost:{free_port()}", "embedded"))
    ringer.ring("qudao.orders")

    async def all_heard() -> bool:
        return heard == [["qudao.orders"]] * 3

    await eventually(all_heard, 5)
    mark = Ringer(other)
    mark.ring("mark")
    mark.close()

    async def marked() -> bool:
        return bool(elsewhere)

    await eventually(marked, 5)
    assert elsewhere == ["mark"], "what was rung before would have come before"


@pytest.mark.parametrize("broker", [Broker("127.0.0.1:9", "kafka"), Broker("broker.example:9", "embedded"), Broker("broker", "embedded")])
async def test_there_is_none_where_a_fetch_is_woken_or_the_broker_is_elsewhere(broker: Broker) -> None:
    one, ringer = Bell(broker, print), Ringer(broker)
    assert one._socket is ringer._socket is None
    ringer.ring("t")
    one.close()
    ringer.close()


async def test_one_that_cannot_be_heard_is_not_believed(here: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another one has the port, and where rings go nowhere."""
    port = int(here.bootstrap.rpartition(":")[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foreign:
        foreign.bind(("0.0.0.0", port))
        taken = Bell(here, print)
        assert taken._socket is None
    monkeypatch.setattr(socket.socket, "sendto", lambda *_: None)
    deaf = Fetching(client := Consumer(), here, told=True)
    deaf.assign({TopicPartition("t", 0): 0})
    deaf.ask()
    client.answers = 1
    deaf.hear()
    async with asyncio.timeout(0.5):
        await deaf.rest()
    for one in (taken, deaf._bell):
        assert one is not None
        assert not one.works
        one.close()


class Consumer:
    """A client that is asked for records by hand."""

    def assign(self, _: object) -> None: ...

    def seek(self, *_: object) -> None: ...

    def highwater(self, _: object) -> int:
        return 0

    def __init__(self) -> None:
        self.answers: int | None = None

    def last_poll_timestamp(self, _: object) -> int | None:
        return self.answers


async def test_a_ring_during_a_question_makes_the_next_one_at_once(here: Broker, ringer: Ringer) -> None:
    """Its answer may be older than what was rung for."""
    one = Fetching(client := Consumer(), here, told=True)
    assert one._bell is not None
    await eventually(lambda: _works(one._bell), 5)  # type: ignore[arg-type]
    one.assign({TopicPartition("t", 0): 0})
    seconds = []
    for number, topic in enumerate(("t", "another", None)):
        one.ask()
        if topic:
            ringer.ring(topic)
            await asyncio.sleep(0.1)  # the answer takes a while
        client.answers = number
        one.hear()
        began = asyncio.get_running_loop().time()
        await one.rest()
        seconds.append(asyncio.get_running_loop().time() - began)
    one._bell.close()
    assert seconds[0] < 0.5
    assert min(seconds[1:]) > 0.9, "nobody rang for this topic"


async def test_a_question_without_an_answer_is_asked_again_soon(here: Broker) -> None:
    """A broker that went away and came back is not waited for."""
    one = Fetching(Consumer(), here, told=True)
    assert one._bell is not None
    await eventually(lambda: _works(one._bell), 5)  # type: ignore[arg-type]
    one.assign({TopicPartition("t", 0): 0})
    one.ask()
    one.hear()  # nothing changed
    async with asyncio.timeout(0.5):
        await one.rest()
    one._bell.close()


async def test_to_look_at_a_record_again_is_no_sign_that_more_will_come(here: Broker) -> None:
    """Every reader does once a minute; the broker was asked fifty times a second for two seconds after each."""

    class Full(Consumer):
        def highwater(self, _: object) -> int:
            return 7

    one = Fetching(client := Full())
    one.assign({TopicPartition("t", 0): 6})
    client.answers = 1
    one.hear()
    came = one._came
    one.seek(TopicPartition("t", 0), 6)
    client.answers = 2
    one.hear()
    assert one._came == came
