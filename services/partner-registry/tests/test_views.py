"""What the views hold after events, however these are cut into batches."""

from typing import Any

import msgspec
from channel_testing import feed
from partner_registry.domain.partner import PartnerReinstated
from partner_registry.views.partner_directory import PARTNER_DIRECTORY
from partner_registry.views.territory_list import TERRITORY_LIST

from .facts import ACTIVATED, APPLIED, APPROVED, APR, CHINA, EAST, FEB, JAN, MAR, MOVED, SUSPENDED


def directory(*events: Any) -> list[dict[str, Any]]:
    """Rows of the directory without the columns that only serve search."""
    rows: list[dict[str, Any]] = feed(PARTNER_DIRECTORY, *events).rows("partner_directory")
    return [{name: value for name, value in row.items() if name not in {"sort_name", "search_text", "search_grams"}} for row in rows]


ROW = {
    "partner_id": "p1",
    "name": "Jade Trading",
    "channel_type": "distributor",
    "segment": "A",
    "applied_on": JAN,
    "status": "applied",
    "status_since": JAN,
    "status_reason": None,
}


def test_an_applicant_is_listed() -> None:
    assert directory(APPLIED) == [ROW]


def test_the_directory_follows_the_standing() -> None:
    reinstated = PartnerReinstated(partner_id="p1", occurred_on=APR)
    assert directory(APPLIED, APPROVED) == [{**ROW, "status": "approved", "status_since": FEB}]
    assert directory(APPLIED, APPROVED, ACTIVATED) == [{**ROW, "status": "active", "status_since": FEB}]
    assert directory(APPLIED, APPROVED, ACTIVATED, SUSPENDED) == [
        {**ROW, "status": "suspended", "status_since": MAR, "status_reason": "overdue"}
    ]
    assert directory(APPLIED, APPROVED, ACTIVATED, SUSPENDED, reinstated) == [{**ROW, "status": "active", "status_since": APR}]


def test_each_place_is_kept_from_its_day() -> None:
    under = msgspec.structs.replace(APPLIED, parent="p0")
    assert feed(PARTNER_DIRECTORY, under, MOVED).rows("partner_place") == [
        {"partner_id": "p1", "since": JAN, "territory": "CN", "parent": "p0"},
        {"partner_id": "p1", "since": MAR, "territory": "CN-E", "parent": None},
    ]


def test_a_move_on_the_day_of_the_latest_corrects_it() -> None:
    corrected = msgspec.structs.replace(MOVED, territory="US", previous_territory="CN-E")
    assert feed(PARTNER_DIRECTORY, APPLIED, MOVED, corrected).rows("partner_place")[-1]["territory"] == "US"


def test_search_columns_hold_the_folded_name_and_id() -> None:
    (row,) = feed(PARTNER_DIRECTORY, msgspec.structs.replace(APPLIED, name="ＪＡＤＥ")).rows("partner_directory")
    assert (row["sort_name"], row["search_text"]) == ("jade", "jade\np1")
    assert row["search_grams"] == "1 a ad d de e j ja p p1"


def test_territories_are_listed() -> None:
    rows = feed(TERRITORY_LIST, CHINA, EAST).rows()
    assert [{name: value for name, value in row.items() if not name.startswith("search_")} for row in rows] == [
        {"territory": "CN", "name": "China", "parent": None, "defined_on": JAN},
        {"territory": "CN-E", "name": "East China", "parent": "CN", "defined_on": JAN},
    ]
