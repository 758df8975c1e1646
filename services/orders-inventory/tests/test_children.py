"""A partner sees its children's orders while it is granted, and orders nothing for them."""

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
from channel_events.subscription.compose import compose  # import-rule: what a subscription does, without its broker
from channel_events.subscription.write import write  # import-rule: what a subscription does, without its broker
from channel_service.partners import (
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerMoved,
)
from channel_service.testing import Running
from channel_testing import recorded
from orders_inventory.views.partner_copy import PARTNERS

from .requests import done, order, stocked
from .test_lists_over_http import until

LONG_AGO = date(2026, 1, 5)
# Two days off, so that no midnight of the brand's zone comes between.
BEFORE, AHEAD = (date.today() + timedelta(days=days) for days in (-2, 2))  # noqa: DTZ011
FAMILY = {"top": None, "mid": "top", "low": "mid", "other": None, "others": "other"}


class Partners:
    """``top`` over ``mid`` over ``low``; ``other`` over ``others``. Each has an order."""

    def __init__(self, client: Running, url: str) -> None:
        self.client, self._url = client, url
        self._position = 0

    async def happened(self, *events: Any) -> None:
        """The copy of partners takes in these events, as a subscription does."""
        connection = await asyncpg.connect(self._url)
        try:
            for event in events:
                self._position += 1
                for changes in compose(PARTNERS, [recorded(event, source="partner-registry", position=self._position)]):
                    await write(connection, changes)
        finally:
            await connection.close()

    async def seen_by(self, partner_id: str) -> list[str]:
        """Whose orders it sees in the list, which must be whose it sees one by one and in the events."""
        me = self.client.as_("partner", partner_id=partner_id)
        listed = sorted(row["partner_id"] for row in (await me.get("/v1/orders")).json()["items"])
        assert listed == [one for one in sorted(FAMILY) if (await me.get(f"/v1/orders/shop:{one}")).status_code == 200]
        told = [(await me.get("/v1/events", params={"stream": f"order/shop:{one}"})).json()["items"] for one in sorted(FAMILY)]
        assert listed == [events[0]["data"]["partner_id"] for events in told if events]
        filtered = [(await me.get("/v1/orders", params={"partner_id": one})).json()["items"] for one in sorted(FAMILY)]
        assert listed == [rows[0]["partner_id"] for rows in filtered if rows]
        return listed


@pytest.fixture
async def partners(whole: Running, url: str) -> Partners:
    partners = Partners(whole, url)
    await stocked(whole, A=100)
    for one, parent in FAMILY.items():
        applied = PartnerApplied(one, one, "retailer", "CN", LONG_AGO, parent=parent)
        await partners.happened(applied, PartnerApproved(one), PartnerActivated(one))
        await done(whole, "/v1/orders", order(external_id=one, partner_id=one))
    await until(whole, len(FAMILY), "/v1/orders")
    return partners


async def test_a_partner_sees_its_childrens_orders_while_it_is_granted_and_nobody_elses(partners: Partners) -> None:
    assert await partners.seen_by("top") == ["top"]
    await partners.happened(ChildrenAccessGranted("top", BEFORE))
    assert await partners.seen_by("top") == ["mid", "top"]
    assert await partners.seen_by("mid") == ["mid"]
    assert await partners.seen_by("other") == ["other"]
    await partners.happened(ChildrenAccessRevoked("top", BEFORE))
    assert await partners.seen_by("top") == ["top"]


async def test_grant_revocation_and_move_count_from_their_day(partners: Partners) -> None:
    await partners.happened(ChildrenAccessGranted("top", AHEAD))
    assert await partners.seen_by("top") == ["top"]
    await partners.happened(ChildrenAccessRevoked("top", BEFORE), ChildrenAccessGranted("top", BEFORE))
    await partners.happened(ChildrenAccessRevoked("top", AHEAD), PartnerMoved("mid", "CN", AHEAD, "other"))
    assert await partners.seen_by("top") == ["mid", "top"]
    await partners.happened(PartnerMoved("mid", "CN", BEFORE, "other"))
    assert await partners.seen_by("top") == ["top"]


async def test_a_revocation_takes_back_what_was_granted_for_later_days(partners: Partners) -> None:
    await partners.happened(ChildrenAccessGranted("top", BEFORE), ChildrenAccessRevoked("top", LONG_AGO))
    assert await partners.seen_by("top") == ["top"]


async def test_a_parent_orders_nothing_for_its_child_and_touches_none_of_its_orders(partners: Partners) -> None:
    await partners.happened(ChildrenAccessGranted("top", BEFORE))
    me = partners.client.as_("partner", partner_id="top")
    answer = await me.post("/v1/orders", json=order(external_id="for-mid", partner_id="mid"))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    for step, body in (("confirm", {}), ("cancel", {"reason": "x"}), ("ship", {}), ("return", {"reason": "x"})):
        answer = await me.post(f"/v1/orders/shop:mid/{step}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), step
