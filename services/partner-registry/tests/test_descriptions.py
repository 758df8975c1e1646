"""What a partner is called and its segment, by date; and that a plan that was withdrawn never was."""

from datetime import timedelta
from typing import Any

import pytest
from channel_service.testing import Running
from channel_testing import TODAY, feed, given, recorded
from msgspec import UNSET
from partner_registry.domain.partner import PARTNER, DescribePartner, PartnerDescribed, PartnerMoved, PartnerMoveWithdrawn
from partner_registry.views.partner_directory import PARTNER_DIRECTORY

from .facts import APPLIED, APR, FEB, JAN, MAR
from .requests import done, partner, with_partner


def described(name: str, segment: str | None, *, of: tuple[str, str | None], on: Any = MAR) -> PartnerDescribed:
    return PartnerDescribed(partner_id="p1", name=name, segment=segment, previous_name=of[0], previous_segment=of[1], occurred_on=on)


RENAMED = described("Jade Group", "A", of=("Jade Trading", "A"))


def describe(name: Any = UNSET, segment: Any = UNSET, on: Any = MAR) -> DescribePartner:
    return DescribePartner(partner_id="p1", name=name, segment=segment, on=on)


def test_a_partner_is_renamed_and_changes_its_segment() -> None:
    given(PARTNER, APPLIED).when(describe("Jade Group")).then(RENAMED)
    given(PARTNER, APPLIED).when(describe(segment=None)).then(described("Jade Trading", None, of=("Jade Trading", "A")))
    given(PARTNER, APPLIED, RENAMED).when(describe("Jade Group", "A")).then_nothing()
    given(PARTNER, APPLIED, RENAMED).when(describe("Jade Trading", on=MAR)).then(described("Jade Trading", "A", of=("Jade Group", "A")))


@pytest.mark.parametrize(("on", "code"), [(FEB, "date_before_last_change"), (TODAY + timedelta(days=1), "date_in_future")])
def test_a_name_holds_from_the_last_one_on_and_never_ahead(on: Any, code: str) -> None:
    given(PARTNER, APPLIED, RENAMED).when(describe("Other", on=on)).then_rejected(code)


def test_nobody_unknown_is_renamed() -> None:
    given(PARTNER).when(describe("x")).then_rejected("partner_unknown")


def test_the_list_has_the_new_name_and_no_place_that_was_withdrawn() -> None:
    planned = PartnerMoved(partner_id="p1", territory="X", parent=None, previous_territory="CN", previous_parent=None, occurred_on=APR)
    withdrawn = PartnerMoveWithdrawn(partner_id="p1", territory="CN", parent=None, occurred_on=APR)
    fed = feed(PARTNER_DIRECTORY, *(recorded(one, stream="partner/p1") for one in (APPLIED, RENAMED, planned, withdrawn)))
    [row] = fed.rows()
    assert (row["name"], row["segment"], row["sort_name"]) == ("Jade Group", "A", "jade group")
    assert [place["since"] for place in fed.rows("partner_place")] == [JAN]


async def test_a_record_tells_each_name_from_its_day_on(client: Running) -> None:
    await with_partner(client)
    await done(client, "/v1/partners/p1/describe", {"name": "New", "segment": None, "on": "2026-03-01"})
    now, then = [(await client.get("/v1/partners/p1", params=asked)).json() for asked in ({}, {"as_of": "2026-02-28"})]
    assert (now["name"], now["segment"]) == ("New", None)
    assert then["name"] != "New"
    assert [one["since"] for one in now["descriptions"]] == [now["applied_on"], "2026-03-01"]
    answer = await client.post("/v1/partners/p1/describe", json={"on": "2026-03-02"})
    assert answer.status_code == 422


async def test_a_withdrawn_plan_frees_the_hierarchy_and_closes_no_ring(client: Running) -> None:
    await with_partner(client)
    for id_ in ("p2", "p3"):
        await done(client, "/v1/partners", partner(id_))
    await done(client, "/v1/partners/p2/move", {"parent": "p3", "on": "2026-06-01"})
    await done(client, "/v1/partners/p2/move", {"parent": None, "on": "2039-01-01"})
    # Nobody is under p2 then, so p3 may be.
    await done(client, "/v1/partners/p3/move", {"parent": "p2", "on": "2039-02-01"})
    answer = await client.post("/v1/partners/p2/withdraw-move", json={"on": "2039-01-01"})
    assert (answer.status_code, answer.json()["code"]) == (409, "hierarchy_cycle")
    await done(client, "/v1/partners/p3/withdraw-move", {"on": "2039-02-01"})
    await done(client, "/v1/partners/p2/withdraw-move", {"on": "2039-01-01"})
    places = (await client.get("/v1/partners/p2")).json()["places"]
    assert [(place["parent"], place["since"]) for place in places][1:] == [("p3", "2026-06-01")]
    await done(client, "/v1/partners/p2/move", {"parent": None, "on": "2026-07-01"})
