"""A history that is settled in many periods at once is worked out as if each of them had been by itself, at its time."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.application.facts import PayeeFacts
from incentives.application.working_out import Plan, _entries
from incentives.domain.calculation import calculate
from incentives.domain.credits import Credits
from incentives.domain.facts import Quota, Ruling
from incentives.domain.ledger.writing import Owner
from incentives.domain.movements import Movement, What
from incentives.domain.payment import Paid
from incentives.domain.settlement import Settlement, SettlementCalendar, Stage
from incentives.domain.settlement.state import Standing
from incentives.domain.words import Payee

from .plans import plan, rule

FIRST = date(2026, 1, 1)
CALENDAR = SettlementCalendar(grain="month", begins=FIRST, zone="UTC")
TIERS = {"boundary": "start", "tiers": [{"start": "0", "until": "100", "rate": "0.01"}, {"start": "100", "rate": "0.02"}]}
RULED = {"sanction": {"causes": ["cross_region"], "takes": "0.5", "of": ["delivered"]}}
PLANS = [
    Plan(
        "goods",
        1,
        plan(
            rule({"slab": TIERS}, rule_id="ordered", moment="ordered", window="quarter"),
            rule({"flat": {"rate": "0.1"}}, rule_id="delivered", moment="delivered", window="month"),
            rule(RULED, rule_id="ruled", base="earned"),
        ),
    ),
    Plan("money", 1, plan(rule({"flat": {"rate": "0.03"}}, rule_id="paid", moment="paid", window="quarter"))),
]
DAYS = st.integers(0, 200).map(lambda days: FIRST + timedelta(days))


@st.composite
def orders(draw: st.DrawFn) -> list[Movement]:
    """Of one order: two lines that are placed, delivered, and partly come back."""
    number, placed = draw(st.integers(1, 10_000)), draw(DAYS)
    delivered = placed + timedelta(draw(st.integers(0, 40)))
    back = delivered + timedelta(draw(st.integers(0, 60)))
    found = []
    for line_id in ("1", "2"):
        units = draw(st.integers(2, 20))
        told = [(What.PLACED, placed, units), (What.DELIVERED, delivered, units)]
        told += [(What.RETURNED, back, draw(st.integers(1, units)))] if draw(st.booleans()) else []
        found += [_movement(number, line_id, what, on, placed, moved) for what, on, moved in told]
    return found


def _movement(number: int, line_id: str, what: What, on: date, placed: date, units: int) -> Movement:
    names: dict[str, Any] = dict.fromkeys(("sales_rep", "sku", "channel_type", "segment", "territory", "source", "warehouse"), "x")
    return Movement(
        event_id=f"{number}/{what}", order_id=f"shop:{number}", line_id=line_id, what=what, occurred_on=on, placed_on=placed,
        units=units, unit_price=Decimal("9.99"), discount=Decimal(0), currency="CNY", partner_id="p-1", **names,
    )  # fmt: skip


@settings(max_examples=50)
@given(st.lists(orders(), max_size=5, unique_by=lambda of: of[0].order_id), st.lists(DAYS, max_size=3), st.lists(DAYS, max_size=2))
def test_each_of_many_periods_comes_to_what_it_comes_to_alone(of: list[list[Movement]], paid: list[date], ruled: list[date]) -> None:
    payments = [
        Paid(event_id=f"paid/{at}", order_id=of[at % len(of)][0].order_id, currency="CNY", amount=Decimal("50.01"), paid_on=day)
        for at, day in enumerate(paid)
        if of
    ]
    told = PayeeFacts(
        movements=[one for order in of for one in order],
        categories={},
        costs={},
        payments=payments,
        quotas=(Quota(payee=Payee.PARTNER, payee_id="p-1", measure="sales", first=FIRST, last=FIRST, amount=Decimal(1)),),
        rulings=tuple(
            Ruling(payee=Payee.PARTNER, ruling_id=str(at), payee_id="p-1", cause="cross_region", on=day) for at, day in enumerate(ruled)
        ),
        credits=Credits(),
        rates=(),
    )
    settlement = Settlement(calendar=CALENDAR, standing=(Standing(period=CALENDAR.at(FIRST), stage=Stage.OPEN),))
    lines = told.lines()
    for period, entries in _entries([(PLANS, told)], settlement, Owner(Payee.PARTNER, "p-1"), date(2026, 12, 31)):
        facts = told.until(period.last, lines.until(period.last), FIRST)
        assert entries == [entry for one in PLANS for entry in calculate(one.plan_id, one.version, one.document, facts)]
