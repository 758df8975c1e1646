"""Values kept by adding: whatever is added may be taken away again, in any order and in any pieces."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from metrics.app import KPIS
from metrics.domain.kpi import Kind
from metrics.domain.question import Dimension, Period, Question
from metrics.domain.tally import Grouping, Sums, Tally

from .examples import MONDAY

GROUPINGS: tuple[Grouping, ...] = ((), (Period.WEEK,), (Dimension.CHANNEL_TYPE, Dimension.CURRENCY))
_AMOUNT = st.decimals(0, 10**30, places=7)


@st.composite
def sums(draw: st.DrawFn) -> Sums:
    lines = draw(st.integers(1, 20))
    return Sums(
        kind=draw(st.sampled_from(Kind)).value,
        occurred_on=MONDAY + timedelta(days=draw(st.integers(0, 30))),
        placed_on=MONDAY,
        partner=draw(st.sampled_from(["p-1", "p-2", "p-3"])),
        channel_type=draw(st.sampled_from(["agent", "retailer"])),
        segment="",
        territory="CN",
        sales_rep="",
        source="erp",
        warehouse="w-1",
        currency=draw(st.sampled_from(["CNY", "USD"])),
        lines=lines,
        orders=1,
        units=draw(st.integers(1, 10**12)),
        gross=draw(_AMOUNT),
        discount=draw(_AMOUNT),
        complete=draw(st.integers(0, lines)),
        filled=draw(st.integers(0, lines)),
    )


def tally(scope: frozenset[str] | None = None, **asked: Any) -> Tally:
    return Tally(list(KPIS.values()), Question(**asked), GROUPINGS, scope)


def values(one: Tally) -> dict[Any, tuple[Decimal, Decimal, int]]:
    return {place: (one.totals[place].numerator, one.totals[place].denominator, one.totals[place].lines) for place in one.places()}


@given(st.lists(sums(), max_size=12), st.lists(sums(), max_size=12))
def test_what_is_taken_away_again_was_never_there(kept: list[Sums], passing: list[Sums]) -> None:
    plain, both = tally(), tally()
    plain.add(kept)
    both.add([*passing, *kept])
    both.add(reversed(passing), -1)
    assert values(both) == values(plain)


@given(st.lists(sums(), min_size=1, max_size=12))
def test_only_what_changed_is_told_and_all_of_it(added: list[Sums]) -> None:
    one = tally()
    one.add(added[:-1])
    before = values(one)
    changed = set(one.add(added[-1:]))
    after = values(one)
    assert {place for place in after if after[place][:2] != before.get(place, (None, None, 0))[:2]} == changed


@given(st.lists(sums(), max_size=12))
def test_a_scope_lets_in_its_partners_only(added: list[Sums]) -> None:
    scoped, asked = tally(frozenset({"p-1", "p-3"})), tally(filters={Dimension.PARTNER: ("p-1", "p-3")})
    nobody = tally(frozenset())
    for one in (scoped, asked, nobody):
        one.add(added)
    assert values(scoped) == values(asked)
    assert values(nobody) == {}


@given(st.dates())
def test_a_day_is_in_the_period_that_it_begins(day: date) -> None:
    for period in Period:
        first = period.first_day(day)
        assert first <= day <= period.last_day(first)
        assert first == date.min or period.last_day(first - timedelta(days=1)) < first or first - timedelta(days=1) < day
        assert period.first_day(first) == first
