"""The shorter way through the edge leads where FastAPI's own leads, and nobody past the one who looks who calls."""

from itertools import product
from typing import Any

import httpx
import pytest
from channel_service import Allow, Caller, Open, Role, RuntimeDep, Service, Today, create_app
from channel_service.dependencies import KNOWN
from channel_service.http.lean import GIVEN, Straight
from channel_service.settings import load
from channel_service.testing import Running, auth_settings, running
from fastapi import APIRouter, FastAPI, Query
from fastapi.routing import iter_route_contexts
from specimen.app import SERVICE

first = APIRouter(prefix="/v1/things", dependencies=[Open("a test")])
second = APIRouter(prefix="/v1", dependencies=[Open("a test")])
WORDS = ["things", "new", "x", "7", "", "a b", "%2F", "files", "x.json"]
METHODS = ["GET", "POST", "DELETE", "HEAD", "OPTIONS"]


def says(name: str) -> Any:
    async def endpoint(thing: str = "", other: str = "") -> list[str]:
        return [name, thing, other]

    return endpoint


for router, method, path in [
    (first, "GET", ""), (first, "POST", ""), (first, "GET", "/new"), (first, "GET", "/{thing}"), (first, "GET", "/{thing}/{other}"),
    (first, "POST", "/x/{other}"), (first, "DELETE", "/{thing}/{other}"), (first, "POST", "/{thing}.json"),
    (second, "GET", "/{thing}"), (second, "POST", "/things/{thing}"), (second, "GET", "/{thing}/files/{other:path}"),
    (second, "GET", "/things/files/{other}"), (second, "DELETE", "/{thing}/{other}"), (second, "POST", "/things/{other:int}/new"),
    (second, "POST", "/things/{thing}/{other}"), (second, "GET", "/{other:path}"),
]:  # fmt: skip
    router.add_api_route(path, says(f"{method} {router.prefix}{path}"), methods=[method])


@pytest.fixture
def apps() -> tuple[FastAPI, FastAPI]:
    """The same application, by the short way and by FastAPI's."""
    given = load(database_url="postgresql://nobody@127.0.0.1:1/nothing", role="api", **auth_settings())
    short, long = (create_app(Service("channel-service", title="T", summary="S", routers=[first, second]), given) for _ in range(2))
    assert isinstance(short.router.middleware_stack, Straight)
    long.router.middleware_stack = long.router.app
    for app in (short, long):
        app.state.runtime = type("Runtime", (), {"verifier": None, "settings": given})
    return short, long


async def test_each_request_finds_the_route_that_fastapi_would_find(apps: tuple[FastAPI, FastAPI]) -> None:
    short, long = (httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") for app in apps)
    seen = set()
    for words in [(), *product(WORDS), *product(WORDS, WORDS), *product(WORDS, WORDS, WORDS)]:
        for method in METHODS:
            path = "/".join(("/v1", *words))
            answers = [await client.request(method, path) for client in (short, long)]
            said = [(one.status_code, one.headers.get("allow"), one.json() if one.status_code == 200 else "") for one in answers]
            assert said[0] == said[1], (method, path)
            if answers[0].status_code == 200 and method != "HEAD":
                seen.add(answers[0].json()[0])
    assert len(seen) >= 12


async def test_the_short_way_is_the_way_that_is_taken(client: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    straight = client.app.router.middleware_stack
    assert isinstance(straight, Straight)

    async def lost(*_: Any) -> None:
        raise AssertionError("asked FastAPI's router")

    monkeypatch.setattr(straight, "_router", lost)
    assert (await client.get("/v1/counters/a")).status_code == 200
    assert (await client.post("/v1/counters/a/raise", json={"by": 1})).status_code == 200
    assert (await client.get("/health/live")).status_code == 200


async def test_every_route_gathers_what_is_known_behind_who_is_let_in(client: Running) -> None:
    for context in iter_route_contexts(client.app.routes):
        if (dependant := getattr(context, "dependant", None)) is None:
            continue
        assert dependant.dependencies[0].name == GIVEN, context.path
        assert [one for one in dependant.dependencies if one.call in KNOWN] == [], context.path


async def test_who_is_not_let_in_hears_of_nothing_else_that_is_wrong(url: str) -> None:
    router = APIRouter(prefix="/v1/strict", dependencies=[Allow(Role.OPS)])

    @router.get("/{thing}")
    async def strict(thing: int, runtime: RuntimeDep, caller: Caller, today: Today, at_least: int = Query(ge=3)) -> list[Any]:
        return [thing, runtime.service.name, caller.subject, today, at_least]

    service = Service(
        "channel-service", title="T", summary="S", routers=[router], deciders=SERVICE.deciders, migrations="specimen.migrations"
    )
    async with running(service, database_url=url) as client:
        wrong = "/v1/strict/x?at_least=1"
        assert (await client.as_nobody().get(wrong)).json()["code"] == "token_missing"
        assert (await client.as_("finance").get(wrong)).json()["code"] == "forbidden"
        errors = (await client.get(wrong)).json()["errors"]
        assert [one["field"] for one in errors] == ["thing", "at_least"]
        assert (await client.get("/v1/strict/7?at_least=3")).json()[:3] == [7, "channel-service", "brand_admin"]
