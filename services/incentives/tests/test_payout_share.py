"""Payout shares as they are told: exactly all of it, from a day on, corrected and ended; and the list that shows them."""

from datetime import date
from typing import Any

import pytest
from channel_terms import Reader, Wrong
from channel_testing import feed, given
from incentives.domain.payout_share import PAYOUT_SHARE, PayoutShared, SharePayout
from incentives.domain.sharing import Member
from incentives.domain.words import Payee
from incentives.views.payout_shares import PAYOUT_SHARES

from .sharings import members

DAY = date(2026, 1, 1)
THIRDS = members({"ann": "1/3", "bob": "1/3", "p-1": "1/3"})
HALVES = members({"ann": "0.5", "eve": "0.5"})
POOL: dict[str, Any] = {"payee": Payee.PARTNER, "payee_id": "p-1"}


def say(shares: tuple[Member, ...] = (), since: date = DAY, **more: Any) -> SharePayout:
    return SharePayout(**POOL, since=since, members=shares, on=DAY, **more)


def told(shares: tuple[Member, ...], previous: tuple[Member, ...] = (), since: date = DAY, **more: Any) -> PayoutShared:
    about = {"plan_id": None, "rule_id": None, "occurred_on": DAY} | POOL | more
    return PayoutShared(**about, since=since, members=shares, previous=previous)


def test_what_is_said_of_a_day_holds_until_it_is_said_otherwise() -> None:
    given(PAYOUT_SHARE).when(say(THIRDS)).then(told(THIRDS))
    given(PAYOUT_SHARE, told(THIRDS)).when(say(tuple(reversed(THIRDS)))).then_nothing()
    given(PAYOUT_SHARE, told(THIRDS)).when(say(HALVES)).then(told(HALVES, THIRDS))
    later = date(2026, 3, 1)
    given(PAYOUT_SHARE, told(THIRDS)).when(say(HALVES, later)).then(told(HALVES, since=later))
    given(PAYOUT_SHARE, told(THIRDS)).when(say(HALVES, plan_id="a")).then(told(HALVES, plan_id="a"))
    # It never held: what held before goes on.
    given(PAYOUT_SHARE, told(THIRDS), told(HALVES, since=later)).when(say((), later)).then(told((), HALVES, since=later))
    given(PAYOUT_SHARE, told(THIRDS), told((), THIRDS)).when(say()).then_nothing()
    given(PAYOUT_SHARE, told(THIRDS), told((), THIRDS)).when(say(HALVES)).then(told(HALVES))
    given(PAYOUT_SHARE).when(say()).then_nothing()


@pytest.mark.parametrize(
    ("shares", "en"),
    [
        (["0.5", "0.4"], "shares come to 0.9; it has to be 1"),
        (["1/3", "1/3", "1/2"], "shares come to 7/6; it has to be 1"),
        (["0.3333333333", "0.3333333333", "0.3333333333"], "shares come to 0.9999999999; it has to be 1"),
        (["3/2"], "must be more than 0 and at most 1"),
        (["1", "0"], "must be more than 0 and at most 1"),
        (["-1", "2"], "must be more than 0 and at most 1"),
        (["1/0"], "must be more than 0 and at most 1"),
        ([1], "must be more than 0 and at most 1"),
        (["1e0"], "must be more than 0 and at most 1"),
    ],
)
def test_shares_are_exact_and_come_to_all_of_it(shares: list[Any], en: str) -> None:
    said = [{"member": "sales_rep", "member_id": f"rep-{at}", "share": share} for at, share in enumerate(shares)]
    with pytest.raises((Wrong, ValueError), match=en):
        Reader(SharePayout).read({"payee": "partner", "payee_id": "p-1", "since": "2026-01-01", "members": said})


def test_a_member_has_one_share_and_a_rule_is_of_a_plan() -> None:
    twice = [{"member": "partner", "member_id": "p-2", "share": "0.5"}] * 2
    for more, en in (({"members": twice}, "a member has two shares"), ({"rule_id": "a"}, "a rule has a name only within its plan")):
        with pytest.raises(ValueError, match=en):
            Reader(SharePayout).read({"payee": "partner", "payee_id": "p-1", "since": "2026-01-01"} | more)


def test_the_same_share_is_the_same_however_it_is_written() -> None:
    said = [{"member": "partner", "member_id": name, "share": share} for name, share in (("p-2", "2/4"), ("p-3", "0.50"))]
    read = Reader(SharePayout).read({"payee": "partner", "payee_id": "p-1", "since": "2026-01-01", "members": said})
    assert [one.share for one in read.members] == ["0.5", "0.5"]


def test_the_list_shows_what_holds_from_which_day() -> None:
    later = date(2026, 3, 1)
    fed = feed(PAYOUT_SHARES, told(THIRDS), told(HALVES, THIRDS), told(THIRDS, since=later), told((), THIRDS, since=later))
    assert [(str(row["since"]), row["member_id"], row["share"], row["partner_id"]) for row in fed.rows("payout_share")] == [
        ("2026-01-01", "ann", "0.5", None),
        ("2026-01-01", "eve", "0.5", None),
    ]
    # Whoever ever had a share is told of all that comes.
    assert [(row["member_id"], row["changes"]) for row in fed.rows("touched_by_payout_share")] == [
        ("p-1", 4),
        ("ann", 4),
        ("bob", 4),
        ("eve", 1),
    ]
