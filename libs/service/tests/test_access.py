"""Routes say who may call them."""

from collections.abc import Callable
from typing import Any

import pytest
from channel_service import Allow, Open, Role, Service, create_app
from channel_service.settings import load
from channel_service.testing import Running
from fastapi import APIRouter, Depends, Query
from specimen.app import SERVICE


async def nothing() -> None:
    pass


def app_with(router: APIRouter) -> Any:
    service = Service("channel-service", title="X", summary="X", migrations="specimen.migrations", routers=[router])
    return create_app(service, load(database_url="postgresql://a@b/c"))


def test_a_route_that_does_not_say_who_may_call_it_is_refused_at_start() -> None:
    router = APIRouter()
    router.get("/said", dependencies=[Allow()])(nothing)
    router.get("/silent")(nothing)
    router.post("/mute/{x}")(nothing)
    with pytest.raises(TypeError, match=r"routes without Allow\(...\) or Open\(...\): GET /silent; POST /mute/\{x\}$"):
        app_with(router)


def test_what_is_mounted_is_refused_too() -> None:
    router = APIRouter()
    router.add_route("/plain", Callable)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="/plain"):
        app_with(router)


def test_a_route_in_an_included_router_counts() -> None:
    inner, outer = APIRouter(), APIRouter()
    inner.get("/silent")(nothing)
    outer.include_router(inner, prefix="/v1")
    with pytest.raises(TypeError, match="GET /v1/silent"):
        app_with(outer)


def test_an_open_route_says_why() -> None:
    with pytest.raises(ValueError, match="why"):
        Open("")


@pytest.mark.parametrize(
    ("role", "statuses"), [("brand_admin", [200, 200]), ("ops", [403, 200]), ("auditor", [200, 403]), ("finance", [403, 403])]
)
async def test_a_route_lets_in_the_roles_it_names_and_brand_admins(client: Running, role: str, statuses: list[int]) -> None:
    other = client.as_(role)
    read, write = await other.get("/v1/counters/a"), await other.post("/v1/counters/a/raise", json={"by": 1})
    assert [read.status_code, write.status_code] == statuses
    for answer in (read, write):
        if answer.status_code == 403:
            assert answer.json()["code"] == "forbidden"
            assert "brand_admin" in answer.json()["facts"]["needs"]
            assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'


async def test_a_token_without_a_role_that_is_known_is_let_in_nowhere(client: Running) -> None:
    nobody = client.as_("ops", roles=["of-another-system"])
    assert (await nobody.get("/v1/rows")).status_code == 403


async def test_who_is_not_let_in_makes_us_read_nothing(client: Running) -> None:
    for body in (b"{", b"[" * 4000, b" " * 100_000):
        answer = await client.as_("finance").post("/v1/counters/a/raise", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 403


async def test_who_calls_is_known_before_any_other_dependency_runs() -> None:
    ran = []

    async def first(wait: str = Query()) -> None:
        ran.append(wait)

    router = APIRouter(dependencies=[Depends(first)])
    router.get("/x", dependencies=[Allow()])(nothing)
    app = app_with(router)
    async with Running(app, _Without(), {}) as client:  # type: ignore[arg-type]
        assert (await client.get("/x?wait=1")).status_code == 401
    assert ran == []


class _Without:
    """A runtime that verifies nothing."""

    verifier = None
    service = SERVICE


async def test_the_api_document_says_which_routes_need_a_token(client: Running) -> None:
    document = (await client.as_nobody().get("/openapi.json")).json()
    assert document["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    assert document["paths"]["/v1/rows"]["get"]["security"] == [{"token": []}]
    assert document["paths"]["/v1/rows"]["get"]["x-roles"] == [Role.BRAND_ADMIN, Role.OPS]
    assert document["paths"]["/health/live"]["get"].get("security") is None


async def test_private_events_are_shown_to_those_who_may_export_the_log(client: Running) -> None:
    for number in range(3):
        await client.post("/v1/counters/a/raise", json={"by": 1}, headers={"idempotency-key": str(number)})
    [first, *_] = (await client.get("/v1/events")).json()["items"]
    assert first["public"] is False
    for role in ("brand_admin", "auditor"):
        reader = client.as_(role)
        assert [len((await reader.get(f"/v1/events{query}")).json()["items"]) for query in ("", "?stream=counter/a")] == [3, 3]
        assert (await reader.get(f"/v1/events/{first['id']}")).status_code == 200
    for role in ("ops", "finance", "channel_manager"):
        reader = client.as_(role)
        assert [(await reader.get(f"/v1/events{query}")).json() for query in ("", "?stream=counter/a")] == [{"items": [], "next": None}] * 2
        assert (await reader.get(f"/v1/events/{first['id']}")).json()["code"] == "not_found"
