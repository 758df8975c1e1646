"""A partner sees its children's figures while it is granted, and nobody else's."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from channel_service.partners import ChildrenAccessGranted, ChildrenAccessRevoked, PartnerApplied, PartnerMoved
from channel_service.testing import Running, issuer, listening
from channel_testing import recorded
from metrics.views.hierarchy import PARTNERS

from .examples import MONDAY, placed, told
from .folding import count, fold
from .live import follow
from .requests import all_facts, by, only

# Two days off, so that no midnight of the brand's zone comes between.
BEFORE, AHEAD = (date.today() + timedelta(days=days) for days in (-2, 2))  # noqa: DTZ011
FAMILY = {"top": None, "mid": "top", "low": "mid", "other": None, "others": "other"}


class Partners:
    """``top`` over ``mid`` over ``low``; ``other`` over ``others``. Each has an order."""

    def __init__(self, client: Running, url: str) -> None:
        self.client, self._url = client, url
        self._position = 0

    async def happened(self, *events: Any) -> None:
        for event in events:
            self._position += 1
            await fold(self._url, PARTNERS, [recorded(event, source="partner-registry", position=self._position)])

    async def granted(self, on: date) -> None:
        await self.happened(ChildrenAccessGranted(partner_id="top", occurred_on=on))

    async def revoked(self, on: date) -> None:
        await self.happened(ChildrenAccessRevoked(partner_id="top", occurred_on=on))

    async def moved_to_other(self, on: date) -> None:
        await self.happened(PartnerMoved(partner_id="mid", territory="CN", occurred_on=on, parent="other"))

    async def seen_by(self, partner_id: str) -> list[str]:
        """Whose figures it sees, which must be whose names and facts it sees, and of whom its totals are."""
        me = self.client.as_("partner", partner_id=partner_id)
        seen = sorted(filter(None, await by(me, "orders", "partner")))
        assert seen == [row["partner_id"] for row in (await me.get("/v1/partners")).json()["items"]]
        assert seen == sorted([fact["partner"] async for fact in all_facts(me, "/v1/kpis/orders/facts")])
        assert (await only(me, "orders"))["value"] == str(len(seen))
        return seen


@pytest.fixture
async def partners(empty: Running, metrics_url: str) -> Partners:
    partners = Partners(empty, metrics_url)
    for number, (one, parent) in enumerate(FAMILY.items(), 1):
        applied = PartnerApplied(partner_id=one, name=one, channel_type="retailer", territory="CN", occurred_on=MONDAY, parent=parent)
        await partners.happened(applied)
        await count(metrics_url, [told(placed(order_id=f"direct:{one}", partner_id=one), number, MONDAY)])
    return partners


async def test_a_partner_sees_its_childrens_figures_while_it_is_granted_and_nobody_elses(partners: Partners) -> None:
    assert await partners.seen_by("top") == ["top"]
    await partners.granted(BEFORE)
    assert await partners.seen_by("top") == ["mid", "top"]
    assert await partners.seen_by("mid") == ["mid"]
    assert await partners.seen_by("other") == ["other"]
    await partners.revoked(BEFORE)
    assert await partners.seen_by("top") == ["top"]


async def test_grant_revocation_and_move_count_from_their_day(partners: Partners) -> None:
    await partners.granted(AHEAD)
    assert await partners.seen_by("top") == ["top"]
    await partners.revoked(BEFORE)
    await partners.granted(BEFORE)
    await partners.revoked(AHEAD)
    await partners.moved_to_other(AHEAD)
    assert await partners.seen_by("top") == ["mid", "top"]
    await partners.moved_to_other(BEFORE)
    assert await partners.seen_by("top") == ["top"]


async def test_a_move_of_the_same_day_that_was_told_later_holds(partners: Partners) -> None:
    await partners.granted(MONDAY)
    await partners.moved_to_other(MONDAY)
    assert await partners.seen_by("top") == ["top"]


async def test_a_revocation_takes_back_what_was_granted_for_later_days(partners: Partners) -> None:
    await partners.granted(BEFORE)
    await partners.revoked(MONDAY)
    assert await partners.seen_by("top") == ["top"]


async def test_a_partner_follows_its_childrens_figures_until_it_is_revoked(partners: Partners, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.api.live.BEAT_SECONDS", 0.1)
    await partners.granted(BEFORE)
    async with listening(partners.client) as url:
        token = issuer().token("partner", partner_id="top")
        async with follow(url, token=token, kpi="orders", by=["", "partner"]) as stream:
            first = await stream.next()
            assert [first.value("orders", **group) for group in ({}, {"partner": "mid"}, {"partner": "low"})] == ["2", "1", None]
            await partners.revoked(BEFORE)
            async with asyncio.timeout(20):
                while (event := await stream.next()).name is None:
                    pass
            # An empty id: who comes back must not go on behind values that it may no longer see.
            assert (event.name, event.data, event.id) == ("end", {"reason": "access_changed"}, "")
        async with follow(url, token=token, kpi="orders", by=["", "partner"]) as stream:
            first = await stream.next()
            assert [first.value("orders", **group) for group in ({}, {"partner": "mid"})] == ["1", None]
        answer = await partners.client.as_("partner", partner_id="top").get("/v1/live", params={"kpi": "orders", "partner": "mid"})
        assert answer.status_code == 404
