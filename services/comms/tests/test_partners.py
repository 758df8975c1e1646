"""The copy of partners over HTTP, and its way here from partner-registry's log over the broker."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from channel_events.pure import Actor, Decider, On
from channel_service import ProblemCatalogue, Service
from channel_service.testing import Running, running
from comms.app import SERVICE
from comms.contracts.partner_registry import EVENTS, PartnerActivated, PartnerApplied, PartnerMoved

Migrated = Callable[[Service], Awaitable[str]]

# What partner-registry looks like from outside: a log of its public events.
PARTNER: Decider[list[Any], None, Any] = Decider(
    "partner", initial=None, decide=lambda events, *_: events, evolve=lambda state, _: state, events=EVENTS
)
REGISTRY = Service(
    "partner-registry",
    title="Registry",
    summary="Sends what comms copies.",
    deciders=[PARTNER],
    problems=ProblemCatalogue([]),
)


async def happened(registry: Running, partner_id: str, *events: Any) -> str:
    """The token of the events' append."""
    return (await registry.runtime.log.execute(On(PARTNER, partner_id, list(events)), by=Actor("test"))).token


async def test_a_partner_arrives_from_its_registry(migrated: Migrated, kafka: str, topic_prefix: str) -> None:
    today = datetime.now(UTC).date()
    broker = {"kafka": kafka, "topic_prefix": topic_prefix}
    async with (
        running(REGISTRY, database_url=await migrated(REGISTRY), **broker) as registry,
        running(SERVICE, database_url=await migrated(SERVICE), **broker) as client,
    ):
        applied = PartnerApplied("p-1", "Northern Wheels", "retailer", "CN-NORTH", date(2026, 1, 5), segment="Bike Shop")
        later = PartnerMoved("p-1", "CN-SOUTH", today + timedelta(days=30), parent="p-0")
        token = await happened(registry, "p-1", applied, PartnerActivated("p-1"), later)
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


async def test_a_partner_that_never_arrived_here_is_a_problem_worth_a_retry(migrated: Migrated) -> None:
    async with running(SERVICE, database_url=await migrated(SERVICE)) as client:
        answer = await client.get("/v1/partners/p-1")
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (404, "partner_unknown", True)
    assert "p-1" in answer.json()["detail"]


async def test_without_partners_the_list_is_empty(migrated: Migrated) -> None:
    async with running(SERVICE, database_url=await migrated(SERVICE)) as client:
        assert (await client.get("/v1/partners")).json() == {"items": [], "next": None}


async def test_with_the_broker_away_the_service_is_ready(migrated: Migrated) -> None:
    async with running(SERVICE, database_url=await migrated(SERVICE), kafka="127.0.0.1:1") as client:
        await asyncio.sleep(1)
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["checks"]["subscriptions"]) == (200, "ok")


async def test_a_write_that_does_not_arrive_is_said_after_a_while(migrated: Migrated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_service.seeing.WAIT_SECONDS", 0.05)
    async with running(SERVICE, database_url=await migrated(SERVICE)) as client:
        answer = await client.get("/v1/partners?wait_for=7%3B3:7")
        assert (answer.status_code, answer.json()["code"], answer.json()["facts"]) == (503, "view_behind", {"position": 0})
        answer = await client.get("/v1/partners?wait_for=7%3Bseven")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "wait_for")
