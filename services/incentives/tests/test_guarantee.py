"""Minimum guarantees and draws: what is made up when a window is over, and what is recovered of it later."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.domain.calculation import Entry
from incentives.domain.facts import Quota

from .plans import entries, line, plan, quota, rule

MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04"]
ENDS = ["31", "28", "31", "30"]


def guaranteed(*amounts: int) -> list[Quota]:
    return [quota(one, f"{month}-01", f"{month}-{end}", "draw") for one, month, end in zip(amounts, MONTHS, ENDS, strict=False)]


def worked_out(sold: dict[str, Any], amounts: list[Quota], *, recovered: bool, **more: Any) -> list[Entry]:
    volume = rule({"flat": {"rate": "0.1"}}, rule_id="volume", window="month")
    pays = {"guarantee": {"of": ["volume"], "measure": "draw", "recovered": recovered}}
    lines = [line(at, net, f"{month}-10") for at, (month, net) in enumerate(sold.items())]
    return entries(plan(volume, rule(pays, base="earned", window="month")), *lines, quotas=amounts, **more)


def made_up(found: list[Entry]) -> list[str]:
    return [str(one.amount) for one in found if one.rule_id == "guarantee"]


SOLD = {"2026-01": 6000, "2026-03": 12_000, "2026-04": 20_000}  # earns 600, nothing, 1,200 and 2,000


def test_a_minimum_is_made_up_also_where_nothing_was_sold_and_is_kept() -> None:
    found = worked_out(SOLD, guaranteed(1000, 1000, 1000, 1000), recovered=False)
    assert made_up(found) == ["400.00", "1000.00", "0.00", "0.00"]


def test_a_draw_is_recovered_from_what_is_earned_beyond_it_and_its_entries_are_the_balance() -> None:
    found = worked_out(SOLD, guaranteed(1000, 1000, 1000, 1000), recovered=True)
    assert made_up(found) == ["400.00", "1000.00", "-200.00", "-1000.00"]  # 200 of 1,400 are left
    assert made_up(worked_out(SOLD, guaranteed(1000), recovered=True)) == ["400.00", "-400.00", "0.00"]


def test_it_waits_until_the_window_is_over() -> None:
    found = worked_out(SOLD, guaranteed(1000, 1000), recovered=False, today=date(2026, 2, 28))
    assert made_up(found) == ["400.00", "0.00", "0.00"]  # of January, and of what was sold later; none of February yet
    assert [one.first.month for one in found if one.rule_id == "guarantee"] == [1, 3, 4]


def test_of_who_is_guaranteed_nothing_nothing_is_made_up() -> None:
    back = worked_out({"2026-01": -6000}, [], recovered=True)
    assert made_up(back) == ["0.00"]


@settings(max_examples=50, deadline=None)
@given(
    sold=st.lists(st.integers(-200_000, 5_000_000), min_size=4, max_size=4), draws=st.lists(st.integers(0, 3000), min_size=4, max_size=4)
)
def test_never_more_is_recovered_than_was_advanced_and_each_month_pays_what_was_guaranteed(sold: list[int], draws: list[int]) -> None:
    months = dict(zip(MONTHS, [Decimal(cents) / 100 for cents in sold], strict=True))
    found = worked_out(months, guaranteed(*draws), recovered=True)
    balance = Fraction()
    for at, month in enumerate(MONTHS, 1):
        own = {one.rule_id: one.unrounded for one in found if one.first == date.fromisoformat(f"{month}-01")}
        balance += own["guarantee"]
        assert balance >= 0
        if draws[at - 1]:
            assert own["volume"] + own["guarantee"] >= draws[at - 1]
