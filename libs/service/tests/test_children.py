"""A partner sees its children's records while it is granted, and nobody else's."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from channel_service import Service
from channel_service.partners import ChildrenAccessGranted, ChildrenAccessRevoked, PartnerApplied, PartnerMoved
from channel_service.testing import Running, fold, running
from channel_testing import recorded
from specimen.copying import COPYING, PARTNERS

LONG_AGO = date(2026, 1, 5)
# Two days off, so that no midnight of the brand's zone comes between.
BEFORE, AHEAD = (date.today() + timedelta(days=days) for days in (-2, 2))  # noqa: DTZ011
FAMILY = {"top": None, "mid": "top", "low": "mid", "other": None, "others": "other"}


class Partners:
    """``top`` over ``mid`` over ``low``; ``other`` over ``others``."""

    def __init__(self, client: Running, url: str) -> None:
        self._client, self._url = client, url
        self._position = 0

    async def happened(self, *events: Any) -> None:
        for one in events:
            self._position += 1
            await fold(self._url, PARTNERS, [recorded(one, position=self._position)])

    async def seen_by(self, partner_id: str) -> list[str]:
        """Whom it sees in the list, which must be whom it sees one by one."""
        me = self._client.as_("partner", partner_id=partner_id)
        listed = [row["partner_id"] for row in (await me.get("/v1/partners")).json()["items"]]
        assert listed == [one for one in sorted(FAMILY) if (await me.get(f"/v1/partners/{one}")).status_code == 200]
        return listed


@pytest.fixture
async def partners(migrated: Callable[[Service], Awaitable[str]]) -> AsyncIterator[Partners]:
    url = await migrated(COPYING)
    async with running(COPYING, database_url=url) as client:
        partners = Partners(client, url)
        for one, parent in FAMILY.items():
            await partners.happened(PartnerApplied(one, one, "retailer", "CN", LONG_AGO, parent=parent))
            assert await partners.seen_by(one) == [one]
        yield partners


async def test_a_partner_sees_its_children_while_it_is_granted_and_nobody_else(partners: Partners) -> None:
    await partners.happened(ChildrenAccessGranted("top", LONG_AGO))
    assert await partners.seen_by("top") == ["mid", "top"]
    assert await partners.seen_by("mid") == ["mid"]
    assert await partners.seen_by("other") == ["other"]
    await partners.happened(ChildrenAccessRevoked("top", BEFORE))
    assert await partners.seen_by("top") == ["top"]


async def test_grant_revocation_and_move_count_from_their_day(partners: Partners) -> None:
    await partners.happened(ChildrenAccessGranted("top", AHEAD))
    assert await partners.seen_by("top") == ["top"]
    await partners.happened(ChildrenAccessRevoked("top", BEFORE), ChildrenAccessGranted("top", BEFORE))
    await partners.happened(ChildrenAccessRevoked("top", AHEAD))
    assert await partners.seen_by("top") == ["mid", "top"]
    await partners.happened(PartnerMoved("mid", "CN-E", AHEAD, "other"))
    assert await partners.seen_by("top") == ["mid", "top"]
    await partners.happened(PartnerMoved("mid", "CN-E", BEFORE, "other"))
    assert await partners.seen_by("top") == ["top"]


async def test_a_revocation_takes_back_what_was_granted_for_later_days(partners: Partners) -> None:
    await partners.happened(ChildrenAccessGranted("top", BEFORE), ChildrenAccessRevoked("top", LONG_AGO))
    assert await partners.seen_by("top") == ["top"]
