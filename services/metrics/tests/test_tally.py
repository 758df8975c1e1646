"""Values kept by adding: whatever is added may be taken away again, in any order and in any pieces."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from channel_terms import Grain, Periods
from hypothesis import given
from hypothesis import strategies as st
from metrics.app import CATALOGUE
from metrics.domain.facts import Facts
from metrics.domain.kpi import Figures
from metrics.domain.question import Question
from metrics.domain.tally import Grouping, Tally

from .examples import MONDAY

GROUPINGS: tuple[Grouping, ...] = ((), (Periods(Grain.WEEK),), ("partner", "currency"))
"""By what all facts have."""
ONE_OF: dict[str, list[Any]] = {
    "partner": ["p-1", "p-2", "p-3"],
    "channel_type": ["agent", "retailer"],
    "currency": ["CNY", "USD"],
    "cycle_days": [-1, 0, 3, 30],
}
_AMOUNT = st.decimals(0, 10**30, places=7)
Rows = list[tuple[Facts, Any]]


@st.composite
def sums(draw: st.DrawFn) -> tuple[Facts, Any]:
    """Sums of any facts there are."""
    facts = draw(st.sampled_from(CATALOGUE.facts))
    dimensions = {one.name: draw(st.sampled_from(ONE_OF.get(one.name, [""]))) for one in facts.shared}
    amounts = {one.name: draw(_AMOUNT if one.type is Decimal else st.integers(1, 10**12)) for one in facts.summed}
    kind = draw(st.sampled_from(sorted(facts.kinds.values())))
    occurred_on = MONDAY + timedelta(days=draw(st.integers(0, 30)))
    return facts, facts.sums(kind=kind, occurred_on=occurred_on, placed_on=MONDAY, **dimensions, **amounts)


def by_facts(rows: Iterable[tuple[Facts, Any]]) -> dict[str, list[Any]]:
    found = defaultdict(list)
    for facts, row in rows:
        found[facts.name].append(row)
    return found


def tally(**asked: Any) -> Tally:
    return Tally(list(CATALOGUE.kpis.values()), Question(**asked), GROUPINGS)


def values(one: Tally) -> dict[Any, tuple[Figures, int]]:
    return {cell: (one.figures(cell), one.totals[cell].lines) for cell in one.cells()}


@given(st.lists(sums(), max_size=12), st.lists(sums(), max_size=12))
def test_what_is_taken_away_again_was_never_there(kept: Rows, passing: Rows) -> None:
    plain, both = tally(), tally()
    plain.add(by_facts(kept))
    both.add(by_facts([*passing, *kept]))
    both.add(by_facts(reversed(passing)), -1)
    assert values(both) == values(plain)


@given(st.lists(sums(), min_size=1, max_size=12))
def test_only_what_changed_is_told_and_all_of_it(added: Rows) -> None:
    one = tally()
    one.add(by_facts(added[:-1]))
    before = values(one)
    changed = set(one.add(by_facts(added[-1:])))
    after = values(one)
    assert {cell for cell in after if after[cell][0] != before.get(cell, (None, 0))[0]} == changed


@given(st.lists(sums(), max_size=12))
def test_a_filter_lets_in_its_partners_only(added: Rows) -> None:
    some = {"p-1", "p-3"}
    filtered, given, nobody = tally(filters={"partner": ("p-1", "p-3")}), tally(), tally(filters={"partner": ()})
    for one in (filtered, nobody):
        one.add(by_facts(added))
    given.add(by_facts((facts, row) for facts, row in added if row.partner in some))
    assert values(filtered) == values(given)
    assert values(nobody) == {}
