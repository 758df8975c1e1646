"""Whatever is sent to a route of any service is answered, and as its OpenAPI document says: never 5xx, never another form.

``make fuzz`` tries far more of it.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

import httpx
import pytest
import schemathesis
from channel_service import Service
from channel_service.testing import bearer, listening, running
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from qudao_checks.rooms import SERVICES
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks

EXAMPLES = int(os.environ.get("QUDAO_FUZZ_EXAMPLES", "2"))
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


@pytest.mark.parametrize("name", SERVICES)
async def test_no_request_fails_a_service_or_breaks_its_schema(name: str, migrated: Callable[[Service], Awaitable[str]]) -> None:
    service = import_module(f"{name}.app").SERVICE
    async with running(service, database_url=await migrated(service)) as client, listening(client) as address:
        found = await asyncio.to_thread(failures, address)
    assert not found, "\n\n".join(found)


def failures(address: str) -> list[str]:
    """What was found wrong, an operation each."""
    document = httpx.get(f"{address}/openapi.json", timeout=60).json()
    for operation in (operation for methods in document["paths"].values() for operation in methods.values()):
        operation.pop("security", None)  # each request carries a good token: others have tests of their own
        # No worker runs here, so no view would ever see the write that a request waits for.
        operation["parameters"] = [one for one in operation.get("parameters", ()) if one["name"] != "wait_for"]
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=address)
    rejected = schema.config.checks.negative_data_rejection
    rejected.expected_statuses = [*rejected.expected_statuses, "431"]  # of an address with thousands of values
    found = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
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
        case.validate_response(case.call(headers=bearer(), timeout=60), checks=checks)

    one()
