"""A real process over a socket, killed without warning while shops push: what it answered 2xx is applied once, and nothing is lost."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from channel_service.testing import Running, auth_settings, running
from orders_inventory.app import SERVICE
from orders_inventory.domain.order import ORDER
from orders_inventory.domain.stock import STOCK
from qudao_local.ports import free_port

from .pushing import COMPLETED, SECRETS_KEY, Source, defined, order
from .requests import stocked
from .test_pushes import until

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start(url: str, kafka: str, topic_prefix: str, port: int) -> Iterator[Start]:
    """Starts the service as a process of its own on ``port``; all of them are ended."""
    settings = {"DATABASE_URL": url, "KAFKA_BOOTSTRAP": kafka, "TOPIC_PREFIX": topic_prefix, "PORT": str(port), "DURABLE": "false"}
    environment = os.environ | {f"QUDAO_{name}": value for name, value in (settings | {"SECRETS_KEY": SECRETS_KEY}).items()}
    environment |= {f"QUDAO_{name.upper()}": value for name, value in auth_settings().items()}
    started: list[subprocess.Popen[bytes]] = []

    def process() -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen([sys.executable, "-m", "orders_inventory"], env=environment, stdout=subprocess.DEVNULL))
        return started[-1]

    yield process
    for one in started:
        one.kill()
        one.wait()


@pytest.fixture
async def shop(url: str) -> AsyncIterator[Source]:
    async with running(SERVICE, database_url=url) as client:
        await stocked(client, **{"woo-93": 1000, "Bar3": 1000})
        yield await defined(client)


@contextmanager
def gone() -> Iterator[None]:
    with suppress(httpx.TransportError):
        yield


async def ready(client: httpx.AsyncClient) -> None:
    end = time.monotonic() + 200
    while True:
        with gone():
            if (await client.get("/health/ready")).status_code == 200:
                return
        assert time.monotonic() < end, "the process does not get ready"
        await asyncio.sleep(0.05)


async def test_a_kill_between_keeping_and_deciding_loses_nothing_and_does_nothing_twice(shop: Source, start: Start, port: int) -> None:
    here: Running = shop.client
    bodies = [order(id=number, **changes) for number in range(1, 21) for changes in ({}, COMPLETED)]
    answered: set[int] = set()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        over_there = Source(client, shop.name, shop.secret, shop.platform)
        process = start()
        await ready(client)

        async def send(number: int) -> None:
            with gone():
                answer = await over_there.push(bodies[number])
                assert answer.status_code in (200, 202), answer.text
                answered.add(number)

        sending = [asyncio.create_task(send(number)) for number in range(len(bodies))]
        # Half of them are answered, and some of those decided, when it dies.
        await until(lambda: asyncio.sleep(0, len(answered)), lambda count: count >= len(bodies) // 2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        await asyncio.gather(*sending)
        start()
        await ready(client)
        await asyncio.gather(*(send(number) for number in range(len(bodies)) if number not in answered))
        assert answered == set(range(len(bodies)))

        async def counted() -> Any:
            states = (await client.get("/v1/pushes/tally", headers=here.headers)).json()["states"]
            return states if set(states) <= {"applied", "superseded"} else None

        states = await until(counted, lambda one: one is not None and sum(one.values()) == len(bodies), seconds=120)
    assert states["applied"] + states.get("superseded", 0) == len(bodies)
    for number in range(1, 21):
        found = await here.runtime.log.state(ORDER, f"shop:{number}")
        assert [(line.ordered, line.delivered) for line in found.lines.values()] == [(2, 2), (1, 1)]
    item = (await here.runtime.log.state(STOCK, "sh"))["woo-93"]
    assert (item.on_hand, item.reserved) == (1000 - 40, 0)
