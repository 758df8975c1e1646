"""What happened to lines of orders, as facts: each at its moment, and what came back on the day on which it had counted."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_testing import feed, recorded
from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.contracts import orders_inventory as told
from incentives.domain.facts import Line, Moment
from incentives.domain.movements import Movement, What, lines_of
from incentives.views.movements import MOVEMENTS

DAY = date(2026, 2, 10)


def moved(number: int, what: What, units: int, day: int, **more: Any) -> Movement:
    said: dict[str, Any] = {
        "event_id": f"e{number}",
        "order_id": "shop:1",
        "line_id": "1",
        "what": what,
        "occurred_on": date(2026, 2, day),
        "placed_on": date(2026, 2, 1),
        "units": units,
        "unit_price": Decimal(10),
        "discount": Decimal(units),
        "currency": "CNY",
        "partner_id": "p-1",
        "sales_rep": "ann",
        "sku": "PEN",
        "channel_type": "store",
        "segment": "",
        "territory": "CN-E",
        "source": "shop",
        "warehouse": "sh",
    }
    return Movement(**said | more)


PLACED = moved(1, What.PLACED, 10, 1)
SHIPPED = [moved(2, What.SHIPPED, 4, 5), moved(3, What.SHIPPED, 6, 20)]
DELIVERED = [moved(4, What.DELIVERED, 4, 7), moved(5, What.DELIVERED, 6, 22)]


def days(lines: list[Line], moment: Moment) -> list[tuple[int, int]]:
    """By day of the month, how many units count; those that add up to nothing too."""
    counted: Counter[int] = Counter()
    for one in lines:
        if one.moment is moment:
            counted[one.on.day] += one.units
    return sorted(counted.items())


def test_an_order_counts_when_it_is_placed_shipped_and_delivered() -> None:
    lines = list(lines_of([PLACED, *SHIPPED, *DELIVERED], {}))
    assert days(lines, Moment.ORDERED) == [(1, 10)]
    assert days(lines, Moment.SHIPPED) == [(5, 4), (20, 6)]
    assert days(lines, Moment.DELIVERED) == [(7, 4), (22, 6)]
    assert {(int(one.gross), int(one.net)) for one in lines} == {(100, 90), (40, 36), (60, 54)}


def test_a_cancellation_takes_back_what_was_ordered_on_the_day_of_the_order() -> None:
    assert days(list(lines_of([PLACED, moved(6, What.CANCELLED, 3, 9)], {})), Moment.ORDERED) == [(1, 7)]


def test_a_return_takes_back_the_earliest_on_the_days_on_which_they_had_counted() -> None:
    lines = list(lines_of([PLACED, *SHIPPED, *DELIVERED, moved(7, What.RETURNED, 5, 28)], {}))
    assert days(lines, Moment.ORDERED) == [(1, 5)]
    assert days(lines, Moment.SHIPPED) == [(5, 0), (20, 5)]
    assert days(lines, Moment.DELIVERED) == [(7, 0), (22, 5)]
    assert sum(one.net for one in lines if one.moment is Moment.SHIPPED) == 45


def test_the_parts_of_a_discount_add_up_to_it() -> None:
    shipped = [moved(number, What.SHIPPED, 1, number, discount=Decimal(0)) for number in (2, 3, 4)]
    back = moved(7, What.RETURNED, 3, 28, discount=Decimal(1))
    lines = [one for one in lines_of([PLACED, *shipped, back], {}) if one.event_id == "e7" and one.moment is Moment.SHIPPED]
    assert [one.on.day for one in lines] == [2, 3, 4]
    assert sum(one.gross - one.net for one in lines) == -1


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_whatever_the_order_the_facts_are_the_same_and_what_all_came_back_is_nothing(data: Any) -> None:
    back = [moved(7, What.RETURNED, 3, 25), moved(8, What.RETURNED, 7, 28)]
    every = [PLACED, *SHIPPED, *DELIVERED, *back]
    found = {one.fact_id: one for one in lines_of(data.draw(st.permutations(every)), {})}
    assert found == {one.fact_id: one for one in lines_of(every, {})}
    for moment in Moment:
        assert {units for _, units in days(list(found.values()), moment)} <= {0}
        assert sum(one.net for one in found.values() if one.moment is moment) == 0


def test_the_first_order_of_a_partner_is_its_first_purchase() -> None:
    later = moved(9, What.PLACED, 1, 3, order_id="shop:2", placed_on=date(2026, 2, 3))
    other = moved(10, What.PLACED, 1, 4, order_id="shop:3", placed_on=date(2026, 2, 4), partner_id="p-2")
    assert {one.order_id: one.first_purchase for one in lines_of([later, PLACED, other], {})} == {
        "shop:1": True,
        "shop:2": False,
        "shop:3": True,
    }


@pytest.mark.parametrize(("placed", "category"), [(1, "Old"), (2, "Old"), (5, "New"), (9, "New")])
def test_a_product_is_in_the_category_of_the_day_of_the_order(placed: int, category: str) -> None:
    known = {"PEN": [(date(2026, 2, 2), "Old"), (date(2026, 2, 5), "New")]}
    [line] = lines_of([moved(1, What.PLACED, 1, placed, placed_on=date(2026, 2, placed))], known)
    assert line.category == category


def test_the_view_keeps_each_line_of_each_event_and_what_products_are() -> None:
    line = told.Line("1", "PEN", 2, Decimal("9.90"), Decimal(1))
    header: dict[str, Any] = {
        "order_id": "shop:1",
        "source": "shop",
        "partner_id": "p-1",
        "channel_type": "store",
        "territory": "CN-E",
        "currency": "CNY",
        "warehouse": "sh",
        "occurred_on": DAY,
    }
    fed = feed(
        MOVEMENTS,
        recorded(told.OrderPlaced(**header, lines=(line, told.Line("2", "INK", 1, Decimal(3), Decimal(0)))), id="e1"),
        recorded(told.ShipmentHandedOver(**header, placed_on=DAY, lines=(line,)), id="e2"),
        told.ProductDefined(sku="PEN", occurred_on=DAY, category="Pens"),
    )
    pens = '["1","PEN",2,"9.90","1"]'
    assert [(row["event_id"], row["what"], row["segment"], row["gross"], row["net"], row["lines"]) for row in fed.rows("movement")] == [
        ("e1", "placed", "", Decimal("22.80"), Decimal("21.80"), f'[{pens},["2","INK",1,"3","0"]]'),
        ("e2", "shipped", "", Decimal("19.80"), Decimal("18.80"), f"[{pens}]"),
    ]
    assert fed.rows("category") == [{"sku": "PEN", "since": DAY, "category": "Pens"}]
