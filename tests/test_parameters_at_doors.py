"""No route of any service answers a question with a parameter that it does not know: what it left out would look like what was asked."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

import httpx
import pytest
from channel_service import create_app, logs
from channel_service.auth.access import Access
from channel_service.settings import load
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from qudao_checks.rooms import SERVICES

FREE = {
    "/board",
    "/board/services",
    "/board/{file:path}",
    "/docs",
    "/docs/swagger-ui.js",
    "/docs/swagger-ui.css",
    "/docs/start.js",
    "/health/live",
    "/health/ready",
    "/v1/pushes/{source}",
}
"""Routes that take any parameters; each says why where it is."""


class Door(NamedTuple):
    """A route of a service; ``described`` are its parameters of the OpenAPI document, None where it is not in there."""

    service: str
    method: str
    path: str
    described: Mapping[str, Any] | None

    @property
    def address(self) -> str:
        return re.sub(r"\{[^}]*}", "7", self.path)


def app_of(service: str) -> FastAPI:
    """The application of a service, without what it works with: whoever asks is let in, and gets no further than the door."""
    logs.configure_for_tests()  # what gets past its door fails, and would be told at length
    settings = load(database_url="postgresql://nobody@127.0.0.1:1/nothing", kafka_bootstrap="127.0.0.1:1")
    app = create_app(import_module(f"{service}.app").SERVICE, settings)
    app.state.access = dict.fromkeys(app.state.access, Access(frozenset(), "a test"))
    app.state.runtime = type("Runtime", (), {"verifier": None, "settings": settings})
    return app


APPS = {service: app_of(service) for service in SERVICES}


def doors() -> Iterator[Door]:
    for service, app in APPS.items():
        described = app.openapi()["paths"]
        for context in iter_route_contexts(app.routes):
            if isinstance(context.original_route, APIRoute):
                for method in sorted(context.methods or ()):
                    operation = described.get(context.path_format, {}).get(method.lower())
                    known = operation and {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"}
                    yield Door(service, method, str(context.path), known)


DOORS = list(doors())
CLOSED = [one for one in DOORS if one.path not in FREE]


async def answer_of(door: Door, query: str) -> httpx.Response:
    transport = httpx.ASGITransport(APPS[door.service], raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.request(door.method, f"{door.address}?{query}")


def named(door: Door) -> str:
    return f"{door.service} {door.method} {door.path}"


@pytest.mark.parametrize("service", SERVICES)
async def test_a_parameter_that_no_route_knows_is_refused_by_each_with_those_of_its_document(service: str) -> None:
    wrong = []
    for door in (one for one in CLOSED if one.service == service):
        answer = await answer_of(door, "no_such_parameter=1")
        problem = answer.json() if answer.status_code == 422 else {}
        allowed = set(problem.get("facts", {}).get("allowed", "").split(", ")) - {"none"}
        if problem.get("code") != "parameter_unknown" or (door.described is not None and allowed != door.described.keys()):
            wrong.append((named(door), answer.status_code, allowed))
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
async def test_what_has_one_value_is_refused_where_it_is_given_twice(service: str) -> None:
    wrong = []
    for door in (one for one in CLOSED if one.service == service):
        for name, schema in (door.described or {}).items():
            answer = await answer_of(door, f"{name}=1&{name}=1")
            refused = answer.status_code == 422 and "is given several times" in answer.text
            if refused is ("array" in str(schema)):
                wrong.append((named(door), name, answer.status_code))
    assert wrong == []


def test_what_is_said_here_to_be_free_is_there() -> None:
    assert {one.path for one in DOORS if one.path in FREE} == FREE


@pytest.mark.parametrize("door", [one for one in DOORS if one.path in FREE], ids=named)
async def test_a_free_route_refuses_no_parameter(door: Door) -> None:
    assert "parameter_unknown" not in (await answer_of(door, "from=singlemessage")).text


def test_every_document_says_that_others_are_refused() -> None:
    for app in APPS.values():
        for operation in (operation for methods in app.openapi()["paths"].values() for operation in methods.values()):
            assert "`parameter_unknown`" in operation["responses"]["422"]["description"]
