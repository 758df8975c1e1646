"""Comms' own copy of the partners."""

from collections.abc import Awaitable, Callable

from channel_service import Service
from channel_service.testing import running
from comms.app import SERVICE

Migrated = Callable[[Service], Awaitable[str]]


async def test_a_partner_that_never_arrived_here_is_a_problem_worth_a_retry(migrated: Migrated) -> None:
    async with running(SERVICE, database_url=await migrated(SERVICE)) as client:
        answer = await client.get("/v1/partners/p-1")
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (404, "partner_unknown", True)
    assert "p-1" in answer.json()["detail"]


async def test_without_partners_the_list_is_empty(migrated: Migrated) -> None:
    async with running(SERVICE, database_url=await migrated(SERVICE)) as client:
        assert (await client.get("/v1/partners")).json() == {"items": [], "next": None}
