"""What takes back units of an order, or corrects its money: rows of the orders' file that are no lines."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from qudao_local.demo.documents import (
    AmountCorrection,
    Cancellation,
    Delivery,
    LineQuantity,
    Order,
    Receipt,
    Return,
    Shipment,
)
from qudao_local.demo.play.figures import expected

from .test_dataset_load import MAPPING, bad, loaded

SALE = "sale,A,S1,2025-01-02,TEA,5,10,{},{}\nsale,A,S1,2025-01-02,MUG,1,3,{},{}\n"


def sale(shipped: str = "", delivered: str = "") -> str:
    return SALE.format(shipped, delivered, shipped, delivered)


def test_a_cancellation_takes_units_back_and_the_rest_is_shipped_after_it(tmp_path: Path) -> None:
    scenario, report = loaded(tmp_path, sale("2025-01-04", "2025-01-06") + "cancel,A,S1,2025-01-03,TEA,2,,,\n")
    assert bad(report) == []
    order, cancellation, *rest = list(scenario.documents())[-4:]
    assert isinstance(order, Order)
    assert order.history is not None
    assert order.history.confirmed_on
    assert order.history.shipped_on is None
    assert cancellation == Cancellation("tiny", "A", date(2025, 1, 3), "changed mind", [LineQuantity("1", 2)], "cancellation TEA 1")
    assert rest == [Shipment("tiny", "A", date(2025, 1, 4), "as loaded"), Delivery("tiny", "A", date(2025, 1, 6), "as loaded")]


def test_a_return_of_an_order_that_lost_units_comes_after_its_delivery(tmp_path: Path) -> None:
    rows = sale("2025-01-04", "2025-01-06") + "return,A,S1,2025-02-01,TEA,1,x,,\ncancel,A,S1,2025-01-03,TEA,2,,,\n"
    scenario, report = loaded(tmp_path, rows)
    assert bad(report) == []
    kinds = [type(one) for one in scenario.documents() if not isinstance(one, Receipt)]
    assert kinds == [Order, Cancellation, Shipment, Delivery, Return]


def test_a_wholly_cancelled_order_is_not_shipped(tmp_path: Path) -> None:
    scenario, _ = loaded(tmp_path, sale("2025-01-04") + "cancel,A,S1,2025-01-03,TEA,5,,,\ncancel,A,S1,2025-01-03,MUG,1,,,\n")
    assert not any(isinstance(one, Shipment) for one in scenario.documents())
    cancellations = list(scenario.documents())[-2:]
    assert [one.lines for one in cancellations if isinstance(one, Cancellation)] == [[LineQuantity("1", 5)], [LineQuantity("2", 1)]]


def test_each_row_that_takes_back_is_known_by_its_line_and_turn(tmp_path: Path) -> None:
    rows = (
        "return,A,S1,2025-02-01,TEA,-2,broken,,\n"  # before its order in the file, and with a minus
        + sale("2025-01-04", "2025-01-06")
        + "return,A,S1,2025-02-01,MUG,1,broken,,\nreturn,A,S1,2025-02-09,TEA,1,late,,\n"
    )
    scenario, report = loaded(tmp_path, rows)
    assert bad(report) == []
    assert report.taken == {"order_line": 2, "return": 3}
    assert list(scenario.documents())[-3:] == [
        Return("tiny", "A", date(2025, 2, 1), "broken", [LineQuantity("1", 2)], "return TEA 1"),
        Return("tiny", "A", date(2025, 2, 1), "broken", [LineQuantity("2", 1)], "return MUG 1"),
        Return("tiny", "A", date(2025, 2, 9), "late", [LineQuantity("1", 1)], "return TEA 2"),
    ]


@pytest.mark.parametrize(
    ("order", "becomes"), [(sale(), Cancellation), (sale("2025-01-04", "2025-01-06"), Return)], ids=["not shipped", "delivered"]
)
def test_an_adjustment_is_what_the_orders_state_allows(tmp_path: Path, order: str, becomes: type) -> None:
    scenario, report = loaded(tmp_path, order + "adjust,A,S1,2025-02-01,TEA,-2,,,\n")
    assert bad(report) == []
    document = list(scenario.documents())[-1]
    assert isinstance(document, becomes)
    assert document == becomes("tiny", "A", date(2025, 2, 1), "adjustment", [LineQuantity("1", 2)], "adjustment TEA 1")


def test_an_adjustment_of_money_only_says_by_its_sign_what_it_does_to_what_was_sold(tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        "{kind: adjustment, when: \"= type == 'adjust'\", on: day}",
        '{kind: adjustment, when: "= type == \'adjust\'", on: day, amount: "= number(price)"}',
    )
    rows = sale() + "".join(f"adjust,A,S1,2025-02-01,{sku},0,{amount},,\n" for sku, amount in (("TEA", "-3.00"), ("", "2"), ("", "0")))
    scenario, report = loaded(tmp_path, rows, mapping=mapping)
    assert bad(report) == []
    notes = [one for one in scenario.documents() if isinstance(one, AmountCorrection)]
    assert [(one.note, one.amount, one.sale, one.partner_id, one.sku) for one in notes] == [
        ("credit", Decimal(3), "A", "S1", "TEA"), ("debit", Decimal(2), "A", "S1", None),
    ]  # fmt: skip
    assert len({one.external_id for one in notes}) == 2
    assert expected(scenario.documents(), [], set()).corrected == -1
    assert report.ignored == {"an adjustment of nothing: neither units nor an amount": 1}


def test_an_adjustment_without_an_amount_is_ignored_and_counted_and_more_units_are_bad(tmp_path: Path) -> None:
    _, report = loaded(tmp_path, sale() + "adjust,A,S1,2025-02-01,TEA,0,-3.00,,\nadjust,A,S1,2025-02-01,TEA,1,,,\n")
    assert report.ignored == {"an adjustment of nothing: neither units nor an amount": 1}
    assert bad(report) == ["rows.csv:5: an adjustment that adds units: write them as an order line of their own order"]


def test_a_return_over_two_lines_takes_of_both_and_may_have_a_price_of_its_own(tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        "{kind: return, when: \"= type == 'return'\", on: day, reason: {column: price}}",
        '{kind: return, when: "= type == \'return\'", on: day, reason: back, unit_price: "= number(price)"}',
    )
    rows = sale("2025-01-04", "2025-01-06").replace("MUG", "TEA") + "return,A,S1,2025-02-01,TEA,6,2.50,,\n"
    scenario, report = loaded(tmp_path, rows, mapping=mapping)
    assert bad(report) == []
    returned = list(scenario.documents())[-1]
    lines = [LineQuantity("1", 5, Decimal("2.5")), LineQuantity("2", 1, Decimal("2.5"))]
    assert returned == Return("tiny", "A", date(2025, 2, 1), "back", lines, "return TEA 1")
    assert expected(scenario.documents(), [], set()).returned == 15
