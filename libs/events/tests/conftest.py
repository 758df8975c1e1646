"""Logs of the specimen domain on the test's own database."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiokafka.consumer.fetcher import Fetcher
from channel_events import Log
from hypothesis import settings

from .specimen import JAR

# How long one example takes says on a busy machine nothing of what is tested.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

OpenLog = Callable[..., Awaitable[Log]]


@pytest.fixture
async def open_log(database: str) -> AsyncIterator[OpenLog]:
    """Opens logs on one database, as so many processes would, and closes them at the end; of other deciders, too."""
    opened: list[Log] = []

    async def open_one(*deciders: Any) -> Log:
        log = await Log.open(service="specimen", dsn=database, deciders=deciders or [JAR], timezone="Asia/Shanghai", durable=False)
        opened.append(log)
        return log

    yield open_one
    for log in opened:
        await log.close()


@pytest.fixture
async def log(open_log: OpenLog) -> Log:
    return await open_log()


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When the broker was asked for records."""
    asked: list[float] = []
    fetch = Fetcher._proc_fetch_request

    async def counted(self: Fetcher, *given: Any) -> Any:
        asked.append(time.monotonic())
        return await fetch(self, *given)

    monkeypatch.setattr(Fetcher, "_proc_fetch_request", counted)
    return asked
