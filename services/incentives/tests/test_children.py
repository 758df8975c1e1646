"""A partner sees its children's records while it is granted, and nobody else's."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from channel_service import Service
from channel_service.testing import Running, running
from incentives.app import SERVICE
from incentives.contracts.partner_registry import ChildrenAccessGranted, ChildrenAccessRevoked, PartnerApplied, PartnerMoved

from .test_partners import REGISTRY, happened

LONG_AGO = date(2026, 1, 5)
# Two days off, so that no midnight of the brand's zone comes between.
BEFORE, AHEAD = (date.today() + timedelta(days=days) for days in (-2, 2))  # noqa: DTZ011
FAMILY = {"top": None, "mid": "top", "low": "mid", "other": None, "others": "other"}


class Partners:
    """``top`` over ``mid`` over ``low``; ``other`` over ``others``."""

    def __init__(self, registry: Running, client: Running) -> None:
        self._registry, self._client = registry, client
        self._token = ""

    async def happened(self, partner_id: str, *events: Any) -> None:
        self._token = await happened(self._registry, partner_id, *events)

    async def seen_by(self, partner_id: str) -> list[str]:
        """Whom it sees in the list, which must be whom it sees one by one."""
        me = self._client.as_("partner", partner_id=partner_id)
        answer = await me.get("/v1/partners", params={"wait_for": self._token})
        listed = [row["partner_id"] for row in answer.json()["items"]]
        assert listed == [one for one in sorted(FAMILY) if (await me.get(f"/v1/partners/{one}")).status_code == 200]
        return listed


@pytest.fixture
async def partners(migrated: Callable[[Service], Awaitable[str]], kafka: str, topic_prefix: str) -> AsyncIterator[Partners]:
    broker = {"kafka": kafka, "topic_prefix": topic_prefix}
    async with (
        running(REGISTRY, database_url=await migrated(REGISTRY), **broker) as registry,
        running(SERVICE, database_url=await migrated(SERVICE), **broker) as client,
    ):
        partners = Partners(registry, client)
        for one, parent in FAMILY.items():
            await partners.happened(one, PartnerApplied(one, one, "retailer", "CN", LONG_AGO, parent=parent))
        for one in FAMILY:  # each is waited for, since they may come over different partitions
            await partners.happened(one, PartnerMoved(one, "CN-E", LONG_AGO, FAMILY[one]))
            assert await partners.seen_by(one) == [one]
        yield partners


async def test_a_partner_sees_its_children_while_it_is_granted_and_nobody_else(partners: Partners) -> None:
    await partners.happened("top", ChildrenAccessGranted("top", LONG_AGO))
    assert await partners.seen_by("top") == ["mid", "top"]
    assert await partners.seen_by("mid") == ["mid"]
    assert await partners.seen_by("other") == ["other"]
    await partners.happened("top", ChildrenAccessRevoked("top", BEFORE))
    assert await partners.seen_by("top") == ["top"]


async def test_grant_revocation_and_move_count_from_their_day(partners: Partners) -> None:
    await partners.happened("top", ChildrenAccessGranted("top", AHEAD))
    assert await partners.seen_by("top") == ["top"]
    await partners.happened("top", ChildrenAccessRevoked("top", BEFORE), ChildrenAccessGranted("top", BEFORE))
    await partners.happened("top", ChildrenAccessRevoked("top", AHEAD))
    assert await partners.seen_by("top") == ["mid", "top"]
    await partners.happened("mid", PartnerMoved("mid", "CN-E", AHEAD, "other"))
    assert await partners.seen_by("top") == ["mid", "top"]
    await partners.happened("mid", PartnerMoved("mid", "CN-E", BEFORE, "other"))
    assert await partners.seen_by("top") == ["top"]


async def test_a_revocation_takes_back_what_was_granted_for_later_days(partners: Partners) -> None:
    await partners.happened("top", ChildrenAccessGranted("top", BEFORE), ChildrenAccessRevoked("top", LONG_AGO))
    assert await partners.seen_by("top") == ["top"]
