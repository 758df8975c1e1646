"""The generated brand pays its partners: what is told, and what has to come of it, by small stories worked out by hand."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from qudao_local.demo.documents import Cancellation, History, Line, LineQuantity, Order, Receipt, Return, Step
from qudao_local.demo.generator import brand
from qudao_local.demo.generator.earned import earned
from qudao_local.demo.generator.stories import Story, stories
from qudao_local.demo.generator.told import told
from qudao_local.demo.incentives import Incentives, Payment, Quota, Told

ENDS = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)]
CHANNELS = {"D": "distributor", "A": "agent", "E": "ecommerce", "R": "retailer"}


def order(partner: str, day: date, units: int, price: str, *, delivered: date | None = None, sku: str = "mop") -> Order:
    history = History(confirmed_on=day, shipped_on=delivered, delivered_on=delivered)
    return Order("t", f"{partner}{day:%m%d}", partner, "CNY", "main", day, [Line("1", sku, units, Decimal(price))], history=history)


def comes_to(*of: Story, told: tuple[Told, ...] = ()) -> dict[tuple[str, str], str]:
    return {name: f"{amount:.2f}" for name, amount in earned(of, told, CHANNELS, {"mop"}, ENDS).items()}


def told_as(*documents: object, steps: tuple[list[Step], ...] = ()) -> list[Story]:
    return list(stories(documents, steps))  # type: ignore[arg-type]


def test_a_distributor_is_paid_by_the_slices_of_its_quarter_month_by_month() -> None:
    january, march, april = date(2025, 1, 10), date(2025, 3, 20), date(2025, 4, 1)
    of = told_as(
        order("D", january, 1, "900000", delivered=january),
        order("D", march, 1, "500000", delivered=march),
        order("D", april, 1, "100000", delivered=april),
        order("D", april + timedelta(1), 1, "100000"),
        order("R", january, 1, "900000", delivered=january),
    )
    # 1000 + 7000; then 1000 + 8000 + 6000 in all; what is not delivered counts nothing.
    assert comes_to(*of) == {("D", "2025-01"): "8000.00", ("D", "2025-03"): "7000.00", ("D", "2025-04"): "500.00"}


def test_what_comes_back_is_taken_back_when_it_comes_from_the_quarter_of_its_delivery() -> None:
    delivered = date(2025, 3, 30)
    sold = order("D", date(2025, 3, 28), 4, "100000", delivered=delivered)
    back = Return("t", sold.external_id, date(2025, 4, 7), "x", [LineQuantity("1", 2)])
    assert comes_to(*told_as(sold, back)) == {("D", "2025-03"): "3000.00", ("D", "2025-04"): "-2000.00"}


def test_lines_of_two_shipments_count_on_their_days_and_what_was_cancelled_never() -> None:
    placed = Order("t", "1", "D", "CNY", "main", date(2025, 1, 2), [Line(str(n), "A", 10, Decimal(1000)) for n in (1, 2)])
    steps = [
        Step("t:1", "ship", date(2025, 1, 5), [LineQuantity("1", 10)]),
        Step("t:1", "deliver", date(2025, 1, 6), shipment=1),
        Step("t:1", "ship", date(2025, 2, 5)),
        Step("t:1", "deliver", date(2025, 2, 6), shipment=2),
    ]
    assert comes_to(*told_as(placed, steps=(steps,))) == {("D", "2025-01"): "50.00", ("D", "2025-02"): "50.00"}
    shortened = Cancellation("t", "1", date(2025, 1, 3), "x", [LineQuantity("2", 10)])
    one = [Step("t:1", "ship", date(2025, 1, 5)), Step("t:1", "deliver", date(2025, 1, 6), shipment=1)]
    assert comes_to(*told_as(placed, shortened, steps=(one,))) == {("D", "2025-01"): "50.00"}


def test_an_agent_is_paid_for_money_from_half_of_its_quota_on_and_double_beyond_it() -> None:
    quota = Quota("A", "collections", date(2025, 1, 1), date(2025, 3, 31), Decimal(100000), date(2024, 12, 17))
    paid = [Payment("t:1", f"b{day:%m%d}", "A", "CNY", Decimal(amount), day) for day, amount in (
        (date(2025, 1, 31), "49999.99"), (date(2025, 2, 3), "0.01"), (date(2025, 3, 31), "70000"), (date(2025, 4, 1), "1000"),
    )]  # fmt: skip
    # Nothing; 2 % of 50,000; 2 % of 100,000 and 4 % of 20,000. There is no quota of the second quarter.
    assert comes_to(told=(quota, *paid)) == {("A", "2025-02"): "1000.00", ("A", "2025-03"): "1800.00"}


def test_a_shop_is_paid_for_each_unit_that_it_ordered_and_kept() -> None:
    ordered = order("E", date(2025, 1, 30), 7, "59")
    back = Cancellation("t", ordered.external_id, date(2025, 2, 1), "x", [LineQuantity("1", 2)])
    assert comes_to(*told_as(ordered, back)) == {("E", "2025-01"): "35.00", ("E", "2025-02"): "-10.00"}
    assert comes_to(*told_as(order("E", date(2025, 1, 30), 7, "59", sku="kettle"))) == {}


def test_every_order_has_its_story_whatever_lies_between() -> None:
    first, second = order("D", date(2025, 1, 2), 1, "1"), order("D", date(2025, 1, 3), 1, "1")
    receipt = Receipt("main", "A", 1, "r", date(2025, 1, 1))
    found = told_as(receipt, first, receipt, second, Cancellation("t", second.external_id, date(2025, 1, 4), "x"), receipt)
    assert [(one.order, one.taken, one.kept()) for one in found] == [(first, {}, Decimal(1)), (second, {"1": 1}, Decimal(0))]


@pytest.fixture(scope="module")
def known() -> Incentives:
    known = brand(1, orders=2_000).incentives
    assert known is not None
    return known


def test_payments_come_whole_and_in_parts_in_time_and_late_and_none_after_the_year(known: Incentives) -> None:
    payments = [one for one in known.told() if isinstance(one, Payment)]
    parts = Counter(one.order_id for one in payments)
    assert set(parts.values()) == {1, 2}
    assert len({one.reference for one in payments}) == len(payments)
    assert max(one.on for one in payments) <= date(2025, 12, 31)
    assert all(one.amount > 0 and one.amount == round(one.amount, 2) for one in payments)


def test_nobody_pays_more_than_it_kept() -> None:
    scenario = brand(1, orders=2_000)
    of = {one.order_id: one for one in stories(scenario.documents(), scenario.steps())}
    agents = {one.partner_id for one in scenario.partners if one.channel_type == "agent"}
    paid: Counter[str] = Counter()
    for one in told(1, of.values(), agents, date(2027, 1, 1)):
        if isinstance(one, Payment):
            paid[one.order_id] += one.amount  # type: ignore[assignment]
            assert one.on > max(of[one.order_id].delivered.values())
    assert all(paid[order_id] == round(of[order_id].kept(), 2) for order_id in paid)
    unpaid = [one for one in of.values() if one.order.partner_id in agents and one.delivered and one.kept() and one.order_id not in paid]
    assert 0 < len(unpaid) < len(paid) / 10


def test_every_agent_has_a_quota_for_each_quarter(known: Incentives) -> None:
    def quotas() -> Iterator[Quota]:
        return (one for one in known.told() if isinstance(one, Quota))

    assert {(one.first, one.last) for one in quotas()} == {
        (date(2025, 1, 1), date(2025, 3, 31)), (date(2025, 4, 1), date(2025, 6, 30)),
        (date(2025, 7, 1), date(2025, 9, 30)), (date(2025, 10, 1), date(2025, 12, 31)),
    }  # fmt: skip
    assert set(Counter(one.payee_id for one in quotas()).values()) == {4}


def test_each_channel_that_has_a_plan_earns_in_every_month(known: Incentives) -> None:
    assert known.months == tuple(f"2025-{month:02}" for month in range(1, 13))
    assert {month for _, month in known.earned()} == set(known.months)
    assert [one.plan_id for one in known.plans] == ["agents-2025", "distributors-2025", "ecommerce-2025"]
