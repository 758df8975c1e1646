from datetime import date

import pytest
from channel_events.testing import given
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
    StockReceived,
    StockReleased,
    StockReserved,
    StockReturned,
    StockShipped,
)

DAY = date(2026, 5, 1)
ITEM = {"warehouse": "sh", "sku": "A"}


def of(kind: type, quantity: int) -> StockCommand:
    command: StockCommand = kind("sh", "A", "shop:1", quantity, DAY)
    return command


def happened(kind: type, quantity: int):  # type: ignore[no-untyped-def]
    return kind(**ITEM, order_id="shop:1", quantity=quantity, occurred_on=DAY)


RECEIVED = StockReceived(**ITEM, quantity=10, reference="r1", occurred_on=DAY)


def test_receiving() -> None:
    given(STOCK).when(ReceiveStock(**ITEM, quantity=10, reference="r1", on=DAY)).then(RECEIVED)


@pytest.mark.parametrize("quantity", [0, -5, 10**9 + 1])
def test_a_receipt_brings_at_least_one_unit_and_at_most_a_billion(quantity: int) -> None:
    given(STOCK).when(ReceiveStock(**ITEM, quantity=quantity, reference=None, on=DAY)).then_rejected(
        "quantity_invalid", quantity=quantity, most=10**9
    )


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


@pytest.mark.parametrize("counted", [-1, 10**9 + 1])
def test_a_count_is_a_number_of_units(counted: int) -> None:
    given(STOCK).when(count(counted)).then_rejected("count_invalid", counted=counted, most=10**9)
