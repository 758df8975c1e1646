"""The copy of partners: what each event makes of it."""

from datetime import date
from typing import Any

import pytest
from channel_events.testing import feed
from comms.contracts.partner_registry import (
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerMoved,
    PartnerReinstated,
    PartnerSuspended,
)
from comms.views.partner_copy import ALWAYS, PARTNER_COPY, PLACE

APPLIED = PartnerApplied("p-1", "Northern Wheels", "retailer", "CN-NORTH", date(2026, 1, 5), segment="Bike Shop", parent="p-0")


def copy_after(*events: Any) -> dict[str, Any]:
    [row] = feed(PARTNER_COPY, *events).rows()
    return row


def test_an_application_makes_the_row() -> None:
    row = {name: value for name, value in copy_after(APPLIED).items() if not name.startswith("search_")}
    assert row == {
        "partner_id": "p-1",
        "name": "Northern Wheels",
        "channel_type": "retailer",
        "segment": "Bike Shop",
        "status": "applied",
        "applied_on": date(2026, 1, 5),
    }


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([PartnerApproved("p-1")], "approved"),
        ([PartnerApproved("p-1"), PartnerActivated("p-1")], "active"),
        ([PartnerActivated("p-1"), PartnerSuspended("p-1")], "suspended"),
        ([PartnerSuspended("p-1"), PartnerReinstated("p-1")], "active"),
    ],
)
def test_the_last_step_is_the_status(events: list[Any], status: str) -> None:
    row = copy_after(APPLIED, *events)
    assert (row["status"], row["name"]) == (status, "Northern Wheels")


def test_a_move_holds_from_its_day_on_and_the_place_before_it_stays() -> None:
    moved = PartnerMoved("p-1", "CN-SOUTH", date(2026, 3, 1))
    assert feed(PARTNER_COPY, APPLIED, moved).rows(PLACE.name) == [
        {"partner_id": "p-1", "valid_from": ALWAYS, "territory": "CN-NORTH", "parent": "p-0"},
        {"partner_id": "p-1", "valid_from": date(2026, 3, 1), "territory": "CN-SOUTH", "parent": None},
    ]


def test_partners_have_a_row_each() -> None:
    other = PartnerApplied("p-2", "Southern Wheels", "agent", "CN-SOUTH", date(2026, 1, 6))
    assert [row["partner_id"] for row in feed(PARTNER_COPY, APPLIED, other).rows()] == ["p-1", "p-2"]
