"""The copy of partners is wired in; what it does is tested with the library."""

from collections.abc import Awaitable, Callable
from datetime import date

from channel_events.testing import recorded
from channel_service import Service
from channel_service.partners import ChildrenAccessGranted, PartnerApplied
from channel_service.testing import fold, running
from incentives.app import SERVICE
from incentives.views.partner_copy import PARTNERS

DAY = date(2026, 1, 5)


async def test_a_partner_finds_itself_and_its_children_by_name_and_nobody_else(migrated: Callable[[Service], Awaitable[str]]) -> None:
    url = await migrated(SERVICE)
    told = [
        PartnerApplied("p-0", "Jade Group", "distributor", "CN", DAY),
        PartnerApplied("p-1", "Jade Store", "store", "CN", DAY, segment="Bike Shop", parent="p-0"),
        PartnerApplied("p-2", "Jade Corner", "store", "CN", DAY),
        ChildrenAccessGranted("p-0", DAY),
    ]
    await fold(url, PARTNERS, [recorded(one, position=number) for number, one in enumerate(told, 1)])
    async with running(SERVICE, database_url=url) as client:
        me = client.as_("partner", partner_id="p-0")
        assert [row["partner_id"] for row in (await me.get("/v1/partners", params={"q": "jade"})).json()["items"]] == ["p-0", "p-1"]
        assert (await me.get("/v1/partners/p-1")).json() == {
            "partner_id": "p-1",
            "name": "Jade Store",
            "channel_type": "store",
            "segment": "Bike Shop",
            "territory": "CN",
            "parent": "p-0",
            "status": "applied",
            "applied_on": "2026-01-05",
        }
        answer = await me.get("/v1/partners/p-2")
        assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (404, "partner_unknown", True)
    assert PARTNERS in SERVICE.views
