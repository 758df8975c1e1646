"""Dates of a command, wherever they stand in it."""

from datetime import date
from typing import Annotated, Any

import pytest
from channel_events.pure import Rejected
from channel_terms import PLANNED, HappenedOn, PlannedOn, check_days
from msgspec import Struct

TODAY = date(2026, 11, 24)
NEVER = date(9999, 12, 31)
NEXT_YEAR = date(2027, 11, 24)


class Part(Struct, frozen=True):
    on: HappenedOn = None


class Other(Struct, frozen=True):
    first: Annotated[date, PLANNED] = TODAY


class Whole(Struct, frozen=True):
    name: str = ""
    on: HappenedOn = None
    planned: PlannedOn = None
    part: Part | None = None
    parts: tuple[Part | Other, ...] = ()
    optional: tuple[Other, ...] | None = None


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (Whole(on=NEVER), "on"),
        (Whole(on=NEXT_YEAR), "on"),
        (Whole(planned=date(1, 1, 1)), "planned"),
        (Whole(part=Part(NEVER)), "part.on"),
        (Whole(parts=(Part(TODAY), Part(NEVER))), "parts[1].on"),
        (Whole(parts=(Part(), Other(NEVER))), "parts[1].first"),
        (Whole(optional=(Other(NEVER),)), "optional[0].first"),
    ],
)
def test_a_date_that_cannot_be_meant_is_found_and_blamed_wherever_it_stands(command: Any, field: str) -> None:
    with pytest.raises(Rejected, match="date_implausible") as refused:
        check_days(command, TODAY)
    assert refused.value.facts["field"] == field


def test_others_are_let_through() -> None:
    check_days(Whole(on=TODAY, planned=NEXT_YEAR, part=Part(), parts=(Part(TODAY), Other(NEXT_YEAR)), optional=()), TODAY)
