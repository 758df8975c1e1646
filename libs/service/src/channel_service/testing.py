"""For tests of services: a service as it runs, without a process or a port of its own."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import structlog

from channel_service.app import attach, create_app
from channel_service.runtime import Runtime
from channel_service.service import Service
from channel_service.settings import load


class Running(httpx.AsyncClient):
    """A client of a running service's routes; ``runtime`` is what the routes work with."""

    runtime: Runtime


def _log_plainly() -> None:
    """Warnings and worse, to where pytest captures them when the test runs: not cached, since each test has its own output."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )


@asynccontextmanager
async def running(
    service: Service, *, database_url: str, kafka: str | None = None, topic_prefix: str = "qudao.", **settings: Any
) -> AsyncIterator[Running]:
    """``service`` over a migrated database, with its worker too when ``kafka`` names a broker.

    ``settings`` are fields of `channel_service.settings.Settings`. The server of the tests may run undurable.
    """
    role = "all" if kafka else "api"
    given: dict[str, Any] = {"database_url": database_url, "role": role, "topic_prefix": topic_prefix, "durable": False, **settings}
    if kafka:
        given["kafka_bootstrap"] = kafka
    loaded = load(**given)
    _log_plainly()
    async with Runtime.open(service, loaded) as runtime:
        app = attach(create_app(service, loaded), runtime)
        async with Running(transport=httpx.ASGITransport(app), base_url=f"http://{service.name}") as client:
            client.runtime = runtime
            yield client
