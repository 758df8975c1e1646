"""The copy of partners over HTTP, and its way here from partner-registry's log over the broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from channel_service import Service, create_app
from channel_service.partners import PARTNER_UNKNOWN, PartnerActivated, PartnerApplied, PartnerCopy, PartnerMoved, partner_routes
from channel_service.problems import ProblemCatalogue
from channel_service.settings import Settings
from channel_service.testing import Running, fold, running
from channel_testing import recorded
from specimen.copying import COPYING, PARTNERS, REGISTRY, happened

Migrated = Callable[[Service], Awaitable[str]]
APPLIED = PartnerApplied("p-1", "Northern Wheels", "retailer", "CN-NORTH", date(2026, 1, 5), segment="Bike Shop")


@pytest.fixture
async def url(migrated: Migrated) -> str:
    return await migrated(COPYING)


@pytest.fixture
async def client(url: str) -> AsyncIterator[Running]:
    async with running(COPYING, database_url=url) as client:
        yield client


async def test_a_partner_arrives_from_its_registry(migrated: Migrated, url: str, kafka: str, topic_prefix: str) -> None:
    today = datetime.now(UTC).date()
    broker = {"kafka": kafka, "topic_prefix": topic_prefix}
    async with (
        running(REGISTRY, database_url=await migrated(REGISTRY), **broker) as registry,
        running(COPYING, database_url=url, **broker) as client,
    ):
        later = PartnerMoved("p-1", "CN-SOUTH", today + timedelta(days=30), parent="p-0")
        token = await happened(registry, "p-1", APPLIED, PartnerActivated("p-1"), later)
        answer = await client.get("/v1/partners/p-1", params={"wait_for": token})
        assert answer.json() == {
            "partner_id": "p-1",
            "name": "Northern Wheels",
            "channel_type": "retailer",
            "segment": "Bike Shop",
            "territory": "CN-NORTH",
            "parent": None,
            "status": "active",
            "applied_on": "2026-01-05",
        }
        token = await happened(registry, "p-1", PartnerMoved("p-1", "CN-EAST", today - timedelta(days=1)))
        [listed] = (await client.get("/v1/partners", params={"wait_for": token})).json()["items"]
        assert listed["territory"] == "CN-EAST"


async def test_partners_are_found_by_any_part_of_name_or_id(client: Running, url: str) -> None:
    others = [
        PartnerApplied("p-2", "翠鸟商行", "agent", "CN-1", date(2026, 1, 6)),
        PartnerApplied("x-1", "Wheels", "agent", "CN-1", date(2026, 1, 7)),
    ]
    await fold(url, PARTNERS, [recorded(one, position=number) for number, one in enumerate([APPLIED, *others], 1)])

    async def found(q: str) -> list[str]:
        return [row["partner_id"] for row in (await client.get("/v1/partners", params={"q": q})).json()["items"]]

    assert [await found(q) for q in ("wheel", "P-", "翠鸟", "nobody")] == [["p-1", "x-1"], ["p-1", "p-2"], ["p-2"], []]


async def test_a_partner_that_never_arrived_here_is_a_problem_worth_a_retry(client: Running) -> None:
    answer = await client.get("/v1/partners/p-1")
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (404, "partner_unknown", True)
    assert "p-1" in answer.json()["detail"]


async def test_without_partners_the_list_is_empty(client: Running) -> None:
    assert (await client.get("/v1/partners")).json() == {"items": [], "next": None}


async def test_a_stand_in_has_a_database_of_its_own(migrated: Migrated) -> None:
    await migrated(REGISTRY)
    other = Service(REGISTRY.name, title="Registry", summary="Keeps views.", views=[PARTNERS])
    async with running(other, database_url=await migrated(other)) as client:
        assert (await client.get("/health/ready")).status_code == 200


async def test_with_the_broker_away_the_service_is_ready(url: str) -> None:
    async with running(COPYING, database_url=url, kafka="127.0.0.1:1") as client:
        await asyncio.sleep(1)
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["checks"]["subscriptions"]) == (200, "ok")


async def test_a_write_that_does_not_arrive_is_said_after_a_while(client: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_service.seeing.WAIT_SECONDS", 0.05)
    answer = await client.get("/v1/partners?wait_for=7%3B3:7")
    assert (answer.status_code, answer.json()["code"], answer.json()["facts"]) == (503, "view_behind", {"position": 0})
    answer = await client.get("/v1/partners?wait_for=7%3Bseven")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "wait_for")


def test_the_routes_show_the_columns_that_the_copy_keeps() -> None:
    copy = PartnerCopy("few", version=3, columns=["name"], search=True)
    service = Service(
        "channel-events", title="Few", summary="", routers=[partner_routes(copy)], problems=ProblemCatalogue([PARTNER_UNKNOWN])
    )
    document = create_app(service, Settings.model_construct(role="api")).openapi()
    assert list(document["components"]["schemas"]["Partner"]["properties"]) == ["partner_id", "name", "territory", "parent"]
    paths = {"/v1/partners", "/v1/partners/{partner_id}", "/v1/exports/partners"}
    assert {path for path in document["paths"] if "partner" in path} == paths
