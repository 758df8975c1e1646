"""Whatever is sent to a route of any service is answered, and as its OpenAPI document says: never 5xx, never another form.

``make fuzz`` tries far more of it.
"""

import asyncio
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
import schemathesis
import uvicorn
import uvloop
from channel_service import Service, attach, create_app
from channel_service.runtime import Runtime
from channel_service.settings import load
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as openapi_checks

EXAMPLES = int(os.environ.get("QUDAO_FUZZ_EXAMPLES", "4"))
SERVICES = ("partner_registry", "incentives", "orders_inventory", "metrics", "comms")
CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
]
STRICT = {None, "application/json"}
"""Bodies of which the document says all. A file that is imported is told row by row what is wrong with it, in an answer of 200."""
ENDLESS = {"/v1/live"}
"""Answers that have no end to wait for."""


@contextmanager
def served(service: Service, database_url: str) -> Iterator[str]:
    """The address of ``service`` on a port of its own, in a thread."""
    loaded = load(database_url=database_url, role="api", durable=False)
    listening = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        async with Runtime.open(service, loaded) as runtime:
            app = attach(create_app(service, loaded), runtime)
            servers.append(uvicorn.Server(uvicorn.Config(app, http="httptools", ws="none", lifespan="off", log_config=None)))
            ready.set()
            await servers[0].serve([listening])

    thread = threading.Thread(target=lambda: uvloop.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        servers[0].should_exit = servers[0].force_exit = True
        thread.join(30)


@pytest.mark.parametrize("name", SERVICES)
async def test_no_request_fails_a_service_or_breaks_its_schema(name: str, migrated: Callable[[Service], Awaitable[str]]) -> None:
    service = import_module(f"{name}.app").SERVICE
    with served(service, await migrated(service)) as address:
        found = await asyncio.to_thread(failures, address)
    assert not found, "\n\n".join(found)


def failures(address: str) -> list[str]:
    """What was found wrong, an operation each."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    found = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path in ENDLESS:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                attack(operation, mode)
            except Unsatisfiable:
                continue  # there is nothing to get wrong
            except (Exception, FailureGroup) as failure:
                found.append(f"{operation.label} ({mode.value}): {failure}")
                break
    return found


def attack(operation: Any, mode: GenerationMode) -> None:
    """Sends requests that the document allows, or forbids, and checks each answer."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES < 50,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(mode))
    def one(case: Any) -> None:
        checks = [one for one in CHECKS if case.media_type in STRICT or one is not openapi_checks.negative_data_rejection]
        case.validate_response(case.call(timeout=30), checks=checks)

    one()
