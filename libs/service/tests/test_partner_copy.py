"""A copy of partners keeps what it declares, and what each event makes of it."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from channel_events import DATE, TEXT, Change, Put, Recorded, Table, Topic
from channel_events.pure import Registry, event, event_type
from channel_service.partners import (
    Also,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerCopy,
    PartnerDescribed,
    PartnerMoved,
    PartnerMoveWithdrawn,
    PartnerReinstated,
    PartnerSuspended,
    partner_routes,
)
from channel_service.partners.events import DESCRIPTIONS, EVENTS, STEPS
from channel_testing import feed, recorded
from msgspec import Struct
from specimen.copying import PARTNERS, RECORDED

CONTRACTS = Path(__file__).parents[3] / "contracts" / "partner_registry"
JAN_5, MAR_1 = date(2026, 1, 5), date(2026, 3, 1)
APPLIED = PartnerApplied("p-1", "Northern Wheels", "retailer", "CN-NORTH", JAN_5, segment="Bike Shop", parent="p-0")


@pytest.mark.parametrize("name", [event_type(one).type for one in (*EVENTS, *STEPS, *DESCRIPTIONS)])
def test_what_the_registry_promises_to_send_is_read(name: str) -> None:
    example = json.loads((CONTRACTS / f"{name}.json").read_text("utf-8"))
    assert example["type"] == f"partner_registry.{name}"
    read = Registry((*EVENTS, *STEPS, *DESCRIPTIONS)).decode(name, json.dumps(example["data"]))
    assert {field: str(getattr(read, field)) for field in read.__struct_fields__} == {
        field: str(example["data"][field]) for field in read.__struct_fields__
    }


def test_an_application_makes_the_row() -> None:
    [row] = feed(PARTNERS, APPLIED).rows()
    assert {name: value for name, value in row.items() if not name.startswith("search_")} == {
        "partner_id": "p-1",
        "name": "Northern Wheels",
        "channel_type": "retailer",
        "segment": "Bike Shop",
        "status": "applied",
        "applied_on": JAN_5,
    }


def test_a_copy_keeps_the_columns_it_declares_and_reads_no_event_for_others() -> None:
    assert feed(RECORDED, APPLIED).rows() == [{"partner_id": "p-1", "channel_type": "retailer"}]
    [source] = RECORDED.sources
    assert isinstance(source, Topic)
    assert set(source.registry.types) == {
        *("partner_applied", "partner_moved", "partner_move_withdrawn", "children_access_granted", "children_access_revoked"),
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
    [row] = feed(PARTNERS, APPLIED, *events).rows()
    assert (row["status"], row["name"]) == (status, "Northern Wheels")


def test_a_move_holds_from_its_day_on_and_the_place_before_it_stays() -> None:
    assert feed(PARTNERS, APPLIED, PartnerMoved("p-1", "CN-SOUTH", MAR_1)).rows("partner_place") == [
        {"partner_id": "p-1", "valid_from": JAN_5, "territory": "CN-NORTH", "parent": "p-0"},
        {"partner_id": "p-1", "valid_from": MAR_1, "territory": "CN-SOUTH", "parent": None},
    ]


def test_with_the_day_it_was_recorded_what_a_later_word_replaced_stays() -> None:
    corrected = recorded(PartnerMoved("p-1", "CN-SOUTH", JAN_5), recorded_on=MAR_1)
    assert feed(RECORDED, recorded(APPLIED, recorded_on=JAN_5), corrected).rows("partner_place") == [
        {"partner_id": "p-1", "valid_from": JAN_5, "recorded_on": JAN_5, "territory": "CN-NORTH", "parent": "p-0"},
        {"partner_id": "p-1", "valid_from": JAN_5, "recorded_on": MAR_1, "territory": "CN-SOUTH", "parent": None},
    ]


def test_who_sees_its_children_is_kept_word_by_word() -> None:
    words = [ChildrenAccessGranted("p-1", MAR_1), ChildrenAccessRevoked("p-1", JAN_5)]
    assert [(row["version"], row["since"], row["granted"]) for row in feed(PARTNERS, *words).rows("children_access")] == [
        (1, MAR_1, True),
        (2, JAN_5, False),
    ]


def test_partners_have_a_row_each() -> None:
    other = PartnerApplied("p-2", "Southern Wheels", "agent", "CN-SOUTH", JAN_5)
    assert [row["partner_id"] for row in feed(PARTNERS, APPLIED, other).rows()] == ["p-1", "p-2"]


@event("territory_defined", public=True)
class TerritoryDefined(Struct, frozen=True):
    territory: str
    occurred_on: date


TERRITORY = Table("territory", key=("territory",), columns={"territory": TEXT, "since": DATE})


def territories(told: Recorded) -> Iterator[Change]:
    match told.data:
        case TerritoryDefined() as e:
            yield Put((e.territory,), table=TERRITORY.name, since=e.occurred_on)


def test_a_copy_folds_also_what_else_its_service_wants_of_the_registry() -> None:
    copy = PartnerCopy("hierarchy", version=3, columns=[], also=Also([TerritoryDefined], [TERRITORY], territories))
    fed = feed(copy, TerritoryDefined("CN", JAN_5), APPLIED)
    assert fed.rows() == [{"partner_id": "p-1"}]
    assert fed.rows("territory") == [{"territory": "CN", "since": JAN_5}]


def test_a_column_that_no_copy_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no copy of partners has shoe_size"):
        PartnerCopy("partner_copy", version=3, columns=["shoe_size"])  # type: ignore[list-item]


def test_a_list_of_partners_that_cannot_be_searched_is_refused() -> None:
    with pytest.raises(ValueError, match="search=True"):
        partner_routes(RECORDED)


def test_a_place_that_was_withdrawn_is_none_and_a_new_name_is_shown_and_found() -> None:
    planned, withdrawn = PartnerMoved("p-1", "CN-SOUTH", MAR_1), PartnerMoveWithdrawn("p-1", MAR_1)
    fed = feed(PARTNERS, recorded(APPLIED), recorded(planned), recorded(withdrawn), recorded(PartnerDescribed("p-1", "Other", "B")))
    [row] = fed.rows()
    assert (row["name"], row["segment"], "other" in row["search_text"]) == ("Other", "B", True)
    assert [place["valid_from"] for place in fed.rows("partner_place")] == [JAN_5]
    words = ((APPLIED, JAN_5), (planned, JAN_5), (withdrawn, MAR_1))
    told = feed(RECORDED, *(recorded(one, recorded_on=day) for one, day in words))
    assert [(place["valid_from"], place["territory"]) for place in told.rows("partner_place")] == [
        (JAN_5, "CN-NORTH"),
        (MAR_1, "CN-SOUTH"),
        (MAR_1, None),
    ]
