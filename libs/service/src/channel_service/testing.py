"""For tests of services: a service as it runs, without a process or a port of its own."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from channel_service import logs
from channel_service.app import attach, create_app
from channel_service.runtime import Runtime
from channel_service.service import Service
from channel_service.settings import load


class Running(httpx.AsyncClient):
    """A client of a running service's routes; ``runtime`` is what the routes work with."""

    runtime: Runtime
    app: FastAPI


@asynccontextmanager
async def running(
    service: Service, *, database_url: str, kafka: str | None = None, topic_prefix: str = "qudao.", **settings: Any
) -> AsyncIterator[Running]:
    """``service`` over a migrated database, with its worker too when ``kafka`` names a broker.

    ``settings`` are fields of `channel_service.settings.Settings`. The server of the tests may run undurable.
    """
    role = "all" if kafka else "api"
    given: dict[str, Any] = {"database_url": database_url, "role": role, "topic_prefix": topic_prefix, "durable": False, **settings}
    given.setdefault("secrets_key", base64.b64encode(bytes(32)).decode())
    if kafka:
        given["kafka_bootstrap"] = kafka
    loaded = load(**given)
    logs.configure_for_tests()
    async with Runtime.open(service, loaded) as runtime:
        app = attach(create_app(service, loaded), runtime)
        async with Running(transport=httpx.ASGITransport(app), base_url=f"http://{service.name}") as client:
            client.runtime, client.app = runtime, app
            yield client


@asynccontextmanager
async def listening(client: Running) -> AsyncIterator[str]:
    """The URL at which a running service also answers on a port of its own: for what needs a real server, like streams."""
    server = uvicorn.Server(uvicorn.Config(client.app, port=0, lifespan="off", log_config=None, access_log=False, ws="none"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by this alone
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        client.runtime.ending.set()
        server.should_exit = True
        await serving
