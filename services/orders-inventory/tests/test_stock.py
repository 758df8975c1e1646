from datetime import date, timedelta
from typing import Any

import pytest
from channel_testing import given
from hypothesis import given as for_all
from hypothesis import strategies as st
from orders_inventory.domain.stock import (
    STOCK,
    CountStock,
    ReceiveStock,
    Release,
    Reserve,
    Restock,
    Ship,
    StockAdjusted,
    StockCommand,
    StockEvent,
    StockItem,
    StockReceived,
    StockReleased,
    StockReserved,
    StockReturned,
    StockShipped,
    StockWrittenOff,
    Units,
    WriteOffStock,
)

DAY = date(2026, 5, 1)
ITEM: dict[str, Any] = {"warehouse": "sh", "sku": "A"}


def of(kind: type, quantity: int, *more: Units) -> StockCommand:
    command: StockCommand = kind(warehouse="sh", order_id="shop:1", lines=(Units("A", quantity), *more), on=DAY)
    return command


def happened(kind: type, quantity: int, *more: Units, on: date = DAY) -> StockEvent:
    event: StockEvent = kind(warehouse="sh", order_id="shop:1", lines=(Units("A", quantity), *more), occurred_on=on)
    return event


def received(quantity: int = 10, sku: str = "A", on: date = DAY) -> StockReceived:
    return StockReceived(warehouse="sh", sku=sku, quantity=quantity, reference="r1", occurred_on=on)


RECEIVED = received()


def test_receiving() -> None:
    given(STOCK).when(ReceiveStock(**ITEM, quantity=10, reference="r1", on=DAY)).then(RECEIVED)


def test_what_comes_in_has_a_day_that_can_be() -> None:
    for day in (date(9999, 12, 31), date(1, 1, 1)):
        given(STOCK).when(ReceiveStock(**ITEM, quantity=10, on=day)).then_rejected("date_implausible")
        given(STOCK).when(CountStock(**ITEM, counted=10, on=day)).then_rejected("date_implausible")


def test_a_step_is_one_event_with_all_its_lines_and_all_of_them_are_there_or_none() -> None:
    begun = given(STOCK, RECEIVED, received(5, "B"))
    begun.when(of(Reserve, 10, Units("B", 5))).then(happened(StockReserved, 10, Units("B", 5)))
    begun.when(of(Reserve, 10, Units("B", 6))).then_rejected("stock_insufficient", warehouse="sh", sku="B", wanted=6, available=5)
    begun.when(of(Reserve, 1, Units("C", 1))).then_rejected("stock_insufficient", sku="C", wanted=1, available=0)
    promised = given(STOCK, RECEIVED, received(5, "B"), happened(StockReserved, 10, Units("B", 5)))
    for step in (Release, Ship):
        promised.when(of(step, 10, Units("B", 6))).then_rejected("stock_not_reserved", sku="B", wanted=6, reserved=5)


def test_reserving_what_is_there() -> None:
    given(STOCK, RECEIVED).when(of(Reserve, 10)).then(happened(StockReserved, 10))


def test_what_is_promised_cannot_be_promised_again() -> None:
    given(STOCK, RECEIVED, happened(StockReserved, 8)).when(of(Reserve, 3)).then_rejected(
        "stock_insufficient", warehouse="sh", sku="A", wanted=3, available=2
    )


def test_what_is_released_can_be_promised_again() -> None:
    begun = (RECEIVED, happened(StockReserved, 10))
    given(STOCK, *begun).when(of(Release, 4)).then(happened(StockReleased, 4))
    given(STOCK, *begun, happened(StockReleased, 4)).when(of(Reserve, 4)).then(happened(StockReserved, 4))


def test_what_is_shipped_is_gone() -> None:
    begun = (RECEIVED, happened(StockReserved, 10))
    given(STOCK, *begun).when(of(Ship, 10)).then(happened(StockShipped, 10))
    given(STOCK, *begun, happened(StockShipped, 10)).when(of(Reserve, 1)).then_rejected(
        "stock_insufficient", warehouse="sh", sku="A", wanted=1, available=0
    )


def test_what_comes_back_can_be_promised_again() -> None:
    begun = (RECEIVED, happened(StockReserved, 10), happened(StockShipped, 10))
    given(STOCK, *begun).when(of(Restock, 2)).then(happened(StockReturned, 2))
    given(STOCK, *begun, happened(StockReturned, 2)).when(of(Reserve, 2)).then(happened(StockReserved, 2))


@pytest.mark.parametrize("step", [Release, Ship])
def test_only_what_was_promised_is_released_or_shipped(step: type) -> None:
    given(STOCK, RECEIVED, happened(StockReserved, 2)).when(of(step, 3)).then_rejected(
        "stock_not_reserved", warehouse="sh", sku="A", wanted=3, reserved=2
    )


def count(counted: int) -> CountStock:
    return CountStock(**ITEM, counted=counted, reason="yearly count", reference="c1", on=DAY)


@pytest.mark.parametrize("counted", [12, 3, 0])
def test_a_count_adjusts_by_the_difference(counted: int) -> None:
    adjusted = StockAdjusted(**ITEM, counted=counted, difference=counted - 10, reason="yearly count", reference="c1", occurred_on=DAY)
    given(STOCK, RECEIVED).when(count(counted)).then(adjusted)
    if counted:
        given(STOCK, RECEIVED, adjusted).when(of(Reserve, counted)).then(happened(StockReserved, counted))
    given(STOCK, RECEIVED, adjusted).when(of(Reserve, counted + 1)).then_rejected("stock_insufficient", available=counted)


def test_a_count_that_agrees_is_no_event() -> None:
    given(STOCK, RECEIVED).when(count(10)).then_nothing()


def test_what_is_promised_cannot_be_counted_away() -> None:
    given(STOCK, RECEIVED, happened(StockReserved, 4)).when(count(3)).then_rejected(
        "count_below_reserved", warehouse="sh", sku="A", counted=3, reserved=4
    )


def item(*events: StockEvent) -> StockItem:
    return STOCK.fold(events)["A"]


def test_a_count_of_a_past_day_is_compared_with_what_lay_there_on_that_day() -> None:
    shipped_later = (happened(StockReserved, 4, on=DAY), happened(StockShipped, 4, on=DAY + timedelta(days=2)))
    late = given(STOCK, RECEIVED, *shipped_later)
    late.when(count(10)).then_nothing()
    fewer = StockAdjusted(**ITEM, counted=9, difference=-1, reason="yearly count", reference="c1", occurred_on=DAY)
    late.when(count(9)).then(fewer)
    assert item(RECEIVED, *shipped_later, fewer).on_hand == 5
    given(STOCK, RECEIVED, *shipped_later, fewer).when(count(9)).then_nothing()


def test_a_late_count_leaves_what_is_promised_now() -> None:
    begun = (RECEIVED, happened(StockReserved, 6), happened(StockShipped, 4, on=DAY + timedelta(days=1)))
    given(STOCK, *begun).when(count(5)).then_rejected("count_below_reserved", counted=5, left=1, reserved=2)
    given(STOCK, *begun).when(count(6)).then(
        StockAdjusted(**ITEM, counted=6, difference=-4, reason="yearly count", reference="c1", occurred_on=DAY)
    )


def test_of_a_day_that_is_not_known_any_more_nothing_can_be_counted() -> None:
    week = [received(1, on=DAY + timedelta(days=n)) for n in range(1, 9)]
    given(STOCK, RECEIVED, *week).when(count(10)).then_rejected("count_too_late", on="2026-05-01", earliest="2026-05-02")
    given(STOCK, RECEIVED, *week[:-2]).when(count(10)).then_nothing()
    given(STOCK, RECEIVED, *week[:-1]).when(count(10)).then_nothing()


@for_all(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)), max_size=30))
def test_what_lay_there_on_a_day_is_the_sum_until_then_or_not_known(movements: list[tuple[int, int]]) -> None:
    stock = STOCK.fold([received(units, on=DAY + timedelta(days=day)) for day, units in movements]).get("A", StockItem())
    for day in range(-1, 14):
        assert stock.on(DAY + timedelta(days=day)) in (None, sum(units for when, units in movements if when <= day))
    days = sorted({day for day, _ in movements})
    assert [day for day in days if stock.on(DAY + timedelta(days=day)) is not None] == days[-8:]


def test_what_is_lost_is_written_off_as_far_as_it_is_not_promised() -> None:
    loss = WriteOffStock(**ITEM, quantity=2, reason="broken", reference="L1", on=DAY)
    gone = StockWrittenOff(**ITEM, quantity=2, reason="broken", reference="L1", occurred_on=DAY)
    begun = given(STOCK, RECEIVED, happened(StockReserved, 8))
    begun.when(loss).then(gone)
    given(STOCK, RECEIVED, happened(StockReserved, 8), gone).when(of(Ship, 8)).then(happened(StockShipped, 8))
    given(STOCK, RECEIVED, happened(StockReserved, 9)).when(loss).then_rejected("stock_insufficient", wanted=2, available=1)
    given(STOCK, RECEIVED, gone).when(count(8)).then_nothing()
    given(STOCK).when(loss).then_rejected("stock_insufficient", wanted=2, available=0)
