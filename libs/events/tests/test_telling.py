"""What goes by one name in a command, its event and its row is carried, so that a field is written once."""

from datetime import date

import pytest
from channel_events import TEXT, OwnLog, Table, View
from channel_events.pure import Put, agree, event, say, tell
from msgspec import Struct


class Paint(Struct, frozen=True, kw_only=True):
    wall: str
    colour: str
    gloss: str | None = None
    on: date | None = None


@event("wall_painted")
class WallPainted(Struct, frozen=True, kw_only=True):
    wall: str
    colour: str
    gloss: str | None
    coats: int
    occurred_on: date


DAY = date(2026, 5, 1)
COMMAND = Paint(wall="north", colour="white", gloss="matt")
EVENT = WallPainted(wall="north", colour="white", gloss="matt", coats=2, occurred_on=DAY)


def test_an_event_tells_what_its_command_says_and_what_else_is_given() -> None:
    assert tell(WallPainted, COMMAND, coats=2, occurred_on=DAY) == EVENT
    assert tell(WallPainted, COMMAND, colour="cream", coats=2, occurred_on=DAY).colour == "cream"


def test_a_field_that_nobody_gives_is_no_event() -> None:
    with pytest.raises(TypeError, match="coats"):
        tell(WallPainted, COMMAND, occurred_on=DAY)


def test_a_command_says_what_an_event_told() -> None:
    assert say(Paint, EVENT) == Paint(wall="north", colour="white", gloss="matt", on=DAY)


def test_two_agree_when_what_goes_by_one_name_is_equal() -> None:
    assert agree(COMMAND, EVENT)
    assert not agree(Paint(wall="north", colour="white"), EVENT)
    assert agree(Paint(wall="north", colour="white"), EVENT, but=frozenset({"gloss"}))


def test_a_row_has_the_columns_that_are_called_like_fields() -> None:
    walls = Table("wall", key=("wall",), columns={"wall": TEXT, "colour": TEXT, "gloss": TEXT, "side": TEXT, "by": TEXT})
    View("walls", version=1, of=OwnLog(events=[WallPainted]), tables=walls, changes=lambda event: iter([walls.put(event.data)]))
    assert walls.put(EVENT, side="outer", colour="grey") == Put(("north",), table="wall", gloss="matt", side="outer", colour="grey")
    with pytest.raises(KeyError, match="wall"):
        walls.put(Struct())
