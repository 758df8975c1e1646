"""What holds for every rule type, whatever happens: each as its example has it, over random facts in random orders."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.domain.calculation import Calculation, Entry, calculate, deltas, encoded
from incentives.domain.calculation.entry import ON_BASE, Step
from incentives.domain.credits import Credits, CreditTo, Under
from incentives.domain.exact import payable
from incentives.domain.facts import Facts, Line, Moment, Quota
from incentives.domain.plan.document import PlanDocument
from incentives.domain.rule_types import RULE_TYPES
from incentives.domain.words import Payee
from msgspec.structs import replace

from .plans import line, paid, plan, quota, rule, ruling, sums

QUOTAS: tuple[Quota, ...] = (quota(40_000, "2026-01-01", "2026-03-31"), quota(40_000, "2026-07-01", "2026-09-30", payee_id="p-2"))
RULINGS = (ruling("cross_region", "2026-08-01"),)
# A contract of each size, so that packages pay something.
QUOTAS += (quota(300_000, "2026-01-01", "2026-12-31", "contract"), quota(250_000, "2026-01-01", "2026-12-31", "contract", "p-2"))


def plan_of(name: str) -> PlanDocument:
    """A plan with one rule of the type, or one about what another pays."""
    type_ = RULE_TYPES[name]
    window = "quarter" if next(iter(type_.windows - {"year"}), None) else "year"
    earned = "of" in type_.example
    about = {"base": "earned"} if earned else {"moment": "paid"} if name == "payment_cycle" else {}
    about["credit"] = min(type_.credits).value if CreditTo.DIRECT not in type_.credits else "direct"
    before = [rule({"slab": RULE_TYPES["slab"].example}, rule_id="volume", window="quarter")] if earned else []
    return plan(*before, rule({name: type_.example}, window=window, **about))


# One above both, who sells nothing itself, and one under the other in summer.
CREDITS = Credits(
    under=frozenset(
        Under(payee=Payee.PARTNER, payee_id=payee_id, above=above, since=date.fromisoformat(since))
        for payee_id, above, since in (("p-1", "p-0", "2026-01-01"), ("p-2", "p-1", "2026-05-01"), ("p-2", "p-0", "2026-10-01"))
    )
)
PLANS = {name: plan_of(name) for name in RULE_TYPES}
each_type = pytest.mark.parametrize("name", RULE_TYPES)

sold = st.builds(
    lambda cents, day, partner, order, moment, days: (
        Decimal(cents) / 100,
        date(2025, 9, 1) + timedelta(day),
        partner,
        order,
        moment,
        days,
    ),
    st.integers(1, 9_000_000),
    st.integers(0, 480),
    st.sampled_from(["p-1", "p-2"]),
    st.integers(1, 6),
    st.sampled_from([Moment.SHIPPED, Moment.SHIPPED, Moment.PAID]),
    st.integers(0, 60),
)


@st.composite
def facts(draw: Any) -> list[Line]:
    """What was sold, some of it taken back later, in parts or whole."""
    made = []
    for at, (net, on, partner, order, moment, days) in enumerate(draw(st.lists(sold, max_size=12))):
        name = {"order_id": f"o{order}", "line_id": str(at), "partner_id": partner, "moment": moment, "days": days}
        made.append(line(2 * at, net, on, **name))
        share = draw(st.sampled_from([0, 0, 1, 2]))
        if share:
            made.append(line(2 * at + 1, -net / share if share == 1 else -(net / 2).quantize(Decimal("0.01")), on, **name))
    return made


def work_out(made: PlanDocument, lines: list[Line]) -> list[Entry]:
    return calculate("dealers", 1, made, Facts(lines=lines, quotas=QUOTAS, rulings=RULINGS, credits=CREDITS))


@each_type
@settings(max_examples=15, deadline=None)
@given(data=st.data(), lines=facts())
def test_any_order_of_arrival_one_by_one_or_at_once_gives_the_same_bytes(name: str, data: Any, lines: list[Line]) -> None:
    whole = encoded(work_out(PLANS[name], lines))
    calculation = Calculation("dealers", 1, PLANS[name])
    for one in data.draw(st.permutations(lines)):
        calculation.add(Facts(lines=[one]))
        calculation.entries()  # looking does not change anything
    calculation.add(Facts(lines=[*lines[::2], *lines], quotas=QUOTAS, rulings=RULINGS, credits=CREDITS))  # all of it once more
    assert encoded(calculation.entries()) == whole


@each_type
@settings(max_examples=15, deadline=None)
@given(data=st.data(), lines=facts())
def test_runs_in_between_add_up_to_the_run_at_the_end(name: str, data: Any, lines: list[Line]) -> None:
    arrived = data.draw(st.permutations(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=4)))
    runs = [work_out(PLANS[name], arrived[:cut]) for cut in [0, *cuts, len(lines)]]
    posted = [one for before, after in pairwise(runs) for one in deltas(before, after)]
    totals: dict[str, Decimal] = {}
    for one in posted:
        totals[one.entry_id] = totals.get(one.entry_id, Decimal(0)) + one.amount
    first = {one.entry_id: one.amount for one in runs[0]}
    assert {name: total for name, total in totals.items() if total} == {
        one.entry_id: difference for one in runs[-1] if (difference := one.amount - first.get(one.entry_id, Decimal(0)))
    }


@each_type
@settings(max_examples=15, deadline=None)
@given(lines=facts())
def test_monthly_runs_sum_to_the_year(name: str, lines: list[Line]) -> None:
    months = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
    runs = [work_out(PLANS[name], [one for one in lines if one.on < until]) for until in months]
    posted = sum((one.amount for before, after in pairwise(runs) for one in deltas(before, after)), paid(runs[0]))
    assert posted == paid(work_out(PLANS[name], lines))


@each_type
@settings(max_examples=15, deadline=None)
@given(lines=facts())
def test_when_all_comes_back_it_is_as_if_nothing_had_been_sold(name: str, lines: list[Line]) -> None:
    back = [replace(one, fact_id=f"back/{one.fact_id}", units=-one.units, gross=-one.gross, net=-one.net) for one in lines]
    found = work_out(PLANS[name], [*lines, *back])
    nothing = [(one.entry_id, one.amount) for one in work_out(PLANS[name], []) if one.amount]
    assert [(one.entry_id, one.amount) for one in found if one.amount] == nothing
    assert not nothing or name == "guarantee"


@each_type
@settings(max_examples=15, deadline=None)
@given(lines=facts())
def test_an_entry_is_what_its_explanation_says(name: str, lines: list[Line]) -> None:
    known = {one.fact_id: one for one in lines}
    found = work_out(PLANS[name], lines)
    for one in found:
        assert one.amount == payable(_recomputed(one), one.currency, one.rounding)
        assert not one.lines or one.counted == sum((Fraction(part.counted) for part in one.parts), Fraction())
        assert {part.of for part in one.parts} <= known.keys()
        assert set(one.earned_by) <= {other.entry_id for other in found}
        assert not one.earned_by or one.counted == sum((e.unrounded for e in found if e.entry_id in one.earned_by), Fraction())


def _recomputed(one: Entry) -> Fraction:
    """From what the entry itself tells, without the rule."""
    amount = sums(one)
    for change in one.changes:
        if change.step not in ON_BASE | {Step.ROUNDED}:
            assert change.before == amount
            amount = change.after
    assert amount == one.unrounded
    return amount


def _paying() -> Iterator[str]:
    """The types that pay something for these facts: else what is shown above would be shown of nothing."""
    months = [line(at, 40_000, f"2026-{at:02}-10", units=3) for at in range(1, 13)] + [line(20, 30_000, "2025-05-05")]
    months += [line(20 + at, 5_000, f"2026-{at:02}-11", moment=Moment.PAID) for at in range(1, 13)]
    for name, made in PLANS.items():
        if any(one.amount for one in work_out(made, months) if one.rule_id == name):
            yield name


def test_every_type_pays_something() -> None:
    assert set(_paying()) == set(RULE_TYPES)
