"""Where a partner is on a day, asked by lists, by access to children and by deciders: one answer, also before its first place."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from channel_events import Copies, Copy, Need
from channel_service import Service
from channel_service.partners import (
    ChildrenAccessGranted,
    PartnerApplied,
    PartnerCopy,
    PartnerMoved,
    PartnerMoveWithdrawn,
    on_date,
    versions,
)
from channel_service.testing import Running, fold, running
from channel_testing import recorded
from msgspec import Struct
from specimen.copying import COPYING, PARTNERS, RECORDED

LONG_AGO, JAN, FEB, MAR = date(1999, 1, 1), date(2026, 1, 5), date(2026, 2, 1), date(2026, 3, 1)
DAYS = [LONG_AGO, date(2026, 1, 4), JAN, date(2026, 1, 31), FEB, date(2026, 2, 28), MAR, date(2031, 1, 1)]
APPLIED = PartnerApplied("p-1", "Jade", "agent", "CN-1", JAN, parent="p-0")
PLANNED = PartnerMoved("p-1", "CN-2", MAR)
T = TypeVar("T")


class Place(Struct, frozen=True):
    valid_from: date
    territory: str


class Ordering(Struct, frozen=True):
    """What a decider wants to know."""

    channel_type: str
    places: tuple[Place, ...]

    def territory_on(self, day: date) -> str:
        return next(place.territory for place in reversed(self.places) if place.valid_from <= day)


class Sort(Struct, frozen=True):
    partner_id: str
    channel_type: str


class Tall(Struct, frozen=True):
    height: int


ORDERING, SORT, TALL = Need[Ordering]("ordering"), Need[Sort]("sort"), Need[Tall]("tall")
both = pytest.mark.parametrize("copy", [PARTNERS, RECORDED], ids=lambda copy: copy.name)


@pytest.fixture
async def url(migrated: Callable[[Service], Awaitable[str]]) -> str:
    return await migrated(COPYING)


async def told(url: str, copy: PartnerCopy, *events: Any) -> None:
    """Each a day after the one before."""
    days = [JAN + timedelta(days=number) for number in range(len(events))]
    numbered = [recorded(one, position=number, recorded_on=day) for number, (one, day) in enumerate(zip(events, days, strict=True), 1)]
    await fold(url, copy, numbered)


async def asked(client: Running, query: Any) -> list[Any]:
    async with client.runtime.reading_everything() as connection:
        return list((await connection.execute(query)).mappings())


async def known(url: str, copy: Copy[T], *keys: str) -> list[T | None]:
    copies = Copies(url, [copy])
    try:
        found = await copies.look([(copy.need, key) for key in keys])
        return [found[copy.need, key] for key in keys]
    finally:
        copies.close()


@both
@pytest.mark.parametrize(
    ("moves", "where"),
    [
        ([], ["CN-1"] * 8),
        ([PartnerMoved("p-1", "CN-2", FEB), PartnerMoved("p-1", "CN-3", MAR)], ["CN-1"] * 4 + ["CN-2"] * 2 + ["CN-3"] * 2),
        # Put right for its very first day: it never was where it was said to be at first.
        ([PartnerMoved("p-1", "CN-2", JAN), PartnerMoved("p-1", "CN-3", MAR)], ["CN-2"] * 6 + ["CN-3"] * 2),
        # A plan that was withdrawn never was, whatever came after it for earlier days; one for its day made again holds.
        ([PLANNED, PartnerMoveWithdrawn("p-1", MAR), PartnerMoved("p-1", "CN-3", FEB)], ["CN-1"] * 4 + ["CN-3"] * 4),
        ([PLANNED, PartnerMoveWithdrawn("p-1", MAR), PartnerMoved("p-1", "CN-3", MAR)], ["CN-1"] * 6 + ["CN-3"] * 2),
    ],
    ids=["applied", "moved", "corrected", "withdrawn", "withdrawn and made again"],
)
async def test_before_its_first_place_a_partner_is_where_its_first_known_place_is(
    url: str, copy: PartnerCopy, moves: list[Any], where: list[str]
) -> None:
    await told(url, copy, APPLIED, *moves)
    async with running(COPYING, database_url=url) as client:
        listed = [row["territory"] for day in DAYS for row in await asked(client, copy.on(day))]
        if copy is RECORDED:
            known_then = versions(copy.place, None)
            on_days = [sa.select(known_then.c.territory).where(on_date(known_then, sa.literal(day, sa.Date))) for day in DAYS]
            assert [row["territory"] for query in on_days for row in await asked(client, query)] == where
    [ordering] = await known(url, copy.tells(ORDERING, Ordering), "p-1")
    assert ordering is not None
    assert listed == where
    assert [ordering.territory_on(day) for day in DAYS] == where


@both
async def test_who_sees_its_children_is_asked_by_the_same_place(url: str, copy: PartnerCopy) -> None:
    granted = [ChildrenAccessGranted(parent, LONG_AGO) for parent in ("p-0", "p-8", "p-9")]
    moves = [PartnerMoved("p-1", "CN-1", FEB, "p-8"), PartnerMoved("p-1", "CN-1", FEB, "p-9"), PartnerMoved("p-1", "CN-2", MAR, "p-9")]
    await told(url, copy, APPLIED, *moves, *granted)
    async with running(COPYING, database_url=url) as client:
        seen = {parent: [len(await asked(client, copy.children_seen(parent, day))) for day in DAYS] for parent in ("p-0", "p-8", "p-9")}
    assert seen == {"p-0": [1] * 4 + [0] * 4, "p-8": [0] * 8, "p-9": [0] * 4 + [1] * 4}


@both
async def test_deciders_know_what_their_struct_names(url: str, copy: PartnerCopy) -> None:
    await told(url, copy, APPLIED, PartnerApplied("p-2", "Onyx", "retailer", "CN-2", FEB))
    told_of = await known(url, copy.tells(SORT, Sort), "p-2", "p-1", "p-3")
    assert told_of == [Sort("p-2", "retailer"), Sort("p-1", "agent"), None]
    [ordering] = await known(url, copy.tells(ORDERING, Ordering), "p-2")
    assert ordering == Ordering("retailer", (Place(date.min, "CN-2"),))


def test_a_need_for_what_the_copy_does_not_keep_is_refused() -> None:
    with pytest.raises(TypeError, match="Tall has height, which the copy of partners does not keep"):
        PARTNERS.tells(TALL, Tall)
