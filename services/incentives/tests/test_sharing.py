"""What a pool earned, shared: to the smallest unit, whatever the shares, the currency and the sign."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.domain.calculation import Calculation, Entry, calculate, deltas, encoded, explained
from incentives.domain.calculation.entry import Step
from incentives.domain.calculation.sharing import member_kind
from incentives.domain.facts import Facts, Line
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.plan.document import PlanDocument
from incentives.domain.sharing import Sharing
from incentives.domain.words import Payee
from msgspec.structs import replace

from .ledgers import OWNER
from .plans import entries, line, plan, quota, rule
from .sharings import sharing
from .test_calculation_properties import CREDITS, PLANS, QUOTAS, RULINGS, each_type, facts
from .test_statement_file import PERIODS, checked, posted_of, totals

FLAT = {"flat": {"rate": "0.1"}}
THIRDS: dict[str, Any] = {"ann": "1/3", "bob": "1/3", "p_1": "1/3"}


def earned(found: list[Entry]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in found:
        sums[one.payee_id] = sums.get(one.payee_id, Decimal(0)) + one.amount
    return sums


def shared_among(net: str, *sharings: Sharing, currency: str = "CNY", window: str = "year", **more: Any) -> dict[str, Decimal]:
    made = plan(rule(FLAT, window=window), currency=currency)
    return earned(entries(made, line(1, net, currency=currency, **more), sharings=frozenset(sharings)))


def test_a_hundred_in_three() -> None:
    found = shared_among("1000.00", sharing("p-1", **THIRDS))
    assert found == {"p-1": Decimal("33.34"), "ann": Decimal("33.33"), "bob": Decimal("33.33")}  # partners before sales reps
    assert shared_among("-1000.00", sharing("p-1", **THIRDS)) == {name: -amount for name, amount in found.items()}


def test_what_has_no_cents_is_shared_whole() -> None:
    assert shared_among("1000", sharing("p-1", **THIRDS), currency="JPY") == {"p-1": 34, "ann": 33, "bob": 33}
    assert shared_among("10", sharing("p-1", **THIRDS), currency="JPY") == {"p-1": 1, "ann": 0, "bob": 0}
    assert shared_among("0.010", sharing("p-1", ann="0.5", bob="0.5"), currency="KWD") == {"p-1": 0, "ann": Decimal("0.001"), "bob": 0}


def test_what_was_earned_before_stays_with_those_who_had_shares_then() -> None:
    ann, bob = sharing("p-1", ann="1"), sharing("p-1", "2026-04-01", bob="1")
    alone = sharing("p-1", "2026-07-01", p_1="1")
    sold = [line(1, "1000", "2026-03-31"), line(2, "2000", "2026-04-01"), line(3, "100", "2026-07-01")]
    back = line(4, "-1000", "2026-03-31", told_on=date(2026, 8, 1))
    for window in ("year", "month", "deal"):
        made = plan(rule(FLAT, window=window))
        assert earned(entries(made, *sold, sharings=frozenset([ann, bob]))) == {"p-1": 0, "ann": 100, "bob": 210}
        assert earned(entries(made, *sold, sharings=frozenset([bob]))) == {"p-1": 100, "bob": 210}
        assert earned(entries(made, *sold, sharings=frozenset([ann, bob, alone]))) == {"p-1": 10, "ann": 100, "bob": 200}
        # It comes back of those who had it.
        assert earned(entries(made, *sold, back, sharings=frozenset([ann, bob]))) == {"p-1": 0, "ann": 0, "bob": 210}
    # A tier that is reached later pays those who are there then, also for what was sold before.
    tiers = [{"start": "0", "until": "3000", "rate": "0.01"}, {"start": "3000", "rate": "0.02"}]
    slab = plan(rule({"slab": {"boundary": "start", "tiers": tiers}}))
    assert earned(entries(slab, *sold, sharings=frozenset([ann, bob]))) == {"p-1": 0, "ann": 10, "bob": 52}


def test_a_guarantee_is_of_those_who_have_shares_when_it_is_made_up() -> None:
    pays = {"guarantee": {"of": ["flat"], "measure": "draw", "recovered": False}}
    made = plan(rule(FLAT, window="month"), rule(pays, base="earned", window="month"))
    draw = quota(200, "2026-02-01", "2026-02-28", "draw")
    shares = frozenset([sharing("p-1", ann="1"), sharing("p-1", "2026-02-20", bob="1")])
    for today, bobs in ((date(2026, 2, 28), 0), (date(2026, 3, 1), 100)):
        assert earned(entries(made, line(1, "1000"), quotas=[draw], sharings=shares, today=today)) == {"p-1": 0, "ann": 100, "bob": bobs}


def test_what_is_said_in_between_of_the_same_shares_cuts_nothing() -> None:
    same = [sharing("p-1", ann="1"), sharing("p-1", "2026-03-01", ann="1"), sharing("p-1", "2026-05-01", of=("dealers", ""), ann="1")]
    found = entries(plan(rule(FLAT)), line(1, "1000"), line(2, "1000", "2026-04-01"), sharings=frozenset(same))
    assert [(one.payee_id, str(one.first), str(one.last)) for one in found] == [
        ("p-1", "2026-01-01", "2026-12-31"),
        ("ann", "2026-01-01", "2026-12-31"),
    ]


def test_the_nearest_word_goes_first() -> None:
    first = sharing("p-1", ann="1")
    of_plan, of_rule = sharing("p-1", of=("dealers", ""), bob="1"), sharing("p-1", of=("dealers", "flat"), eve="1")
    assert shared_among("1000", first, of_plan) == {"p-1": 0, "bob": 100}
    assert shared_among("1000", first, of_plan, of_rule) == {"p-1": 0, "eve": 100}
    assert shared_among("1000", first, sharing("p-1", of=("others", ""), bob="1")) == {"p-1": 0, "ann": 100}
    # It keeps what is by this plan; nor is a sales rep's shared who is called like the partner.
    assert shared_among("1000", first, sharing("p-1", of=("dealers", ""), p_1="1")) == {"p-1": 100}
    assert shared_among("1000", replace(first, payee=Payee.SALES_REP)) == {"p-1": 100}


def test_a_share_explains_itself_and_the_pool_keeps_what_it_came_of() -> None:
    pool, own, ann, bob = entries(plan(rule(FLAT)), line(1, "1000.00"), sharings=frozenset([sharing("p-1", **THIRDS)]))
    assert (str(pool.unrounded), str(pool.amount), len(pool.lines)) == ("100", "0.00", 1)
    assert [one.en for one in explained(pool)] == ["10% of 1000", "all of 100 is given out by shares"]
    assert [one.en for one in explained(ann)] == [
        "a share of 1/3 of 100",
        "so that all shares come to all of it, 100/3 becomes 33.33",
    ]
    assert [one.payee for one in (pool, own, ann, bob)] == [Payee.PARTNER, Payee.PARTNER, Payee.SALES_REP, Payee.SALES_REP]
    assert ann.earned_by == (pool.entry_id,)
    assert ann.entry_id == "dealers~1~flat~,p-1,sales_rep~ann~2026-01-01"
    assert [member_kind(one.entry_id.split("~")[3]) for one in (pool, own, ann)] == [None, Payee.PARTNER, Payee.SALES_REP]
    assert ann.lines == ()


def test_what_counts_toward_tiers_and_for_those_above_is_the_pools_and_is_shared_once() -> None:
    made = plan(rule(FLAT), rule({"override": {"rates": ["0.5"], "of": ["flat"]}}, base="earned", credit="above"))
    # Who is above gets half of what was earned below, shared or not; and those who share with each other get each other's.
    ring = frozenset([sharing("p-1", p_0="1"), sharing("p-0", p_1="1")])
    found = entries(made, line(1, "1000"), credits=CREDITS, sharings=ring)
    amounts = [(one.rule_id, one.payee_id, str(one.amount)) for one in found if one.amount]
    assert amounts == [("flat", "p-0", "100.00"), ("override", "p-1", "50.00")]


@st.composite
def sharings(draw: Any, pools: tuple[str, ...] = ("p-1", "p-2", "p-0")) -> frozenset[Sharing]:
    """Of some pools, from some days on, of all or of the plan; the pool may be among its members, and one pool be another's member."""
    made = {}
    for pool in pools:
        for since in draw(st.lists(st.sampled_from(["2025-01-01", "2026-04-01", "2026-08-15"]), unique=True, max_size=3)):
            names = st.sampled_from(["ann", "bob", "eve", "p_1", "p_2", "p_9"])
            weights = draw(st.dictionaries(names, st.integers(1, 999), min_size=1, max_size=5))
            shares = {name: Fraction(weight, sum(weights.values())) for name, weight in weights.items()}
            about = ("dealers", "") if draw(st.booleans()) else ("", "")
            made[pool, since] = sharing(pool, since, of=about, **shares)
    return frozenset(made.values())


def work_out(made: PlanDocument, lines: list[Line], shares: frozenset[Sharing]) -> list[Entry]:
    return calculate("dealers", 1, made, Facts(lines=lines, quotas=QUOTAS, rulings=RULINGS, credits=CREDITS, sharings=shares))


@each_type
@settings(max_examples=10, deadline=None)
@given(lines=facts(), shares=sharings())
def test_all_shares_of_an_entry_come_to_it_and_nothing_else_changes(name: str, lines: list[Line], shares: frozenset[Sharing]) -> None:
    unshared = {one.entry_id: one for one in work_out(PLANS[name], lines, frozenset())}
    found = work_out(PLANS[name], lines, shares)
    assert len({one.entry_id for one in found}) == len(found)
    for pool in (one for one in found if one.pool is None):
        whole, given = unshared.pop(pool.entry_id), [one for one in found if one.pool == pool.entry_id]
        assert pool.amount + sum((one.amount for one in given), Decimal(0)) == whole.amount
        assert not given or not pool.amount
        changes = tuple(one for one in pool.changes if one.step is not Step.SHARED)
        assert replace(pool, amount=whole.amount, changes=changes) == whole
        for one in given:
            assert abs(Fraction(one.amount) - one.slices[0].amount) < Fraction(1, 100)
            assert one.slices[0].amount * Fraction(one.amount) >= 0
        for day in {one.first for one in given}:
            own = [one for one in given if one.first == day]
            assert sum((one.amount for one in own), Decimal(0)) == own[0].counted
        days = sorted({(one.first, one.last) for one in given})
        assert not days or (days[0][0], days[-1][1]) == (pool.first, pool.last)
        assert all(following[0] - last == timedelta(days=1) for (_, last), following in pairwise(days))
    assert not unshared


@each_type
@settings(max_examples=8, deadline=None)
@given(data=st.data(), lines=facts(), shares=sharings())
def test_any_order_of_arrival_gives_the_same_bytes(name: str, data: Any, lines: list[Line], shares: frozenset[Sharing]) -> None:
    whole = encoded(work_out(PLANS[name], lines, shares))
    calculation = Calculation("dealers", 1, PLANS[name])
    arriving: list[Facts] = [Facts(lines=[one]) for one in lines] + [Facts(sharings=frozenset([one])) for one in shares]
    for one in data.draw(st.permutations(arriving)):
        calculation.add(one)
        calculation.entries()
    calculation.add(Facts(lines=lines, quotas=QUOTAS, rulings=RULINGS, credits=CREDITS, sharings=shares))
    assert encoded(calculation.entries()) == whole


@each_type
@settings(max_examples=8, deadline=None)
@given(lines=facts(), shares=sharings(), before=sharings())
def test_monthly_runs_sum_to_the_year_also_where_shares_were_told_late(
    name: str, lines: list[Line], shares: frozenset[Sharing], before: frozenset[Sharing]
) -> None:
    months = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
    runs = [work_out(PLANS[name], [one for one in lines if one.on < day], before if day < date(2026, 7, 1) else shares) for day in months]
    posted = earned(runs[0])
    for earlier, later in pairwise(runs):
        for one in deltas(earlier, later):
            posted[one.payee_id] = posted.get(one.payee_id, Decimal(0)) + one.amount
    year = earned(work_out(PLANS[name], lines, shares))
    assert {who: amount for who, amount in posted.items() if amount} == {who: amount for who, amount in year.items() if amount}


@each_type
@settings(max_examples=8, deadline=None)
@given(data=st.data(), lines=facts(), shares=st.lists(sharings(), min_size=3, max_size=3))
def test_what_is_posted_to_who_shares_and_has_shares_comes_to_what_it_has_and_proves_itself(
    name: str, data: Any, lines: list[Line], shares: list[frozenset[Sharing]]
) -> None:
    lines = [one for one in lines if one.since <= PERIODS[-1].last]
    arrived = data.draw(st.permutations(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), min_size=2, max_size=2)))
    closed = sorted(data.draw(st.lists(st.integers(0, 2), max_size=5)))
    events = posted_of(name, [arrived[:cut] for cut in (*cuts, len(lines))], closed, shares)
    whole = calculate("dealers", 1, PLANS[name], Facts(lines=lines, quotas=QUOTAS, rulings=RULINGS, sharings=shares[-1]))
    assert totals(events) == {one.entry_id: one.amount for one in whole if one.amount and OWNER.earns(one)}
    if LEDGER.fold(events).unstated:
        assert checked(events).findings == []


@each_type
@settings(max_examples=8, deadline=None)
@given(lines=facts(), shares=sharings())
def test_when_all_comes_back_nobody_has_anything(name: str, lines: list[Line], shares: frozenset[Sharing]) -> None:
    back = [replace(one, fact_id=f"back/{one.fact_id}", units=-one.units, gross=-one.gross, net=-one.net) for one in lines]
    nothing = earned(work_out(PLANS[name], [], shares))
    found = earned(work_out(PLANS[name], [*lines, *back], shares))
    assert {who: amount for who, amount in found.items() if amount} == {who: amount for who, amount in nothing.items() if amount}
