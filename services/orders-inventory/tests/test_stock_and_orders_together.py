"""Whatever is done to orders in whatever order: stock and discounts add up."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from channel_events import On, Rejected
from channel_service.look_alikes import LOOK_ALIKE
from channel_testing import Desk
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from orders_inventory.application.ordering import cancelling, confirming, delivering, placing, returning, shipping
from orders_inventory.application.stocking import counting, receiving, writing_off
from orders_inventory.domain.order import ORDER, PARTNER, NewLine, Order, Wanted
from orders_inventory.domain.product import PRODUCT, DefineProduct
from orders_inventory.domain.stock import (
    STOCK,
    CountStock,
    ReceiveStock,
    StockAdjusted,
    StockItem,
    StockReceived,
    StockReturned,
    StockShipped,
    StockWrittenOff,
    WriteOffStock,
)
from orders_inventory.domain.warehouse import WAREHOUSE, DefineWarehouse

from .examples import P1, cancel, confirm, deliver, give_back, place, ship

DAY, LATER = date(2026, 5, 1), date(2026, 5, 2)
SKUS = st.sampled_from("AB")
NUMBERS = st.sampled_from(["1", "2"])
NEW_LINES = st.lists(
    st.builds(
        NewLine,
        sku=SKUS,
        quantity=st.sampled_from([1, 3, 7]),
        unit_price=st.just(Decimal("9.99")),
        discount=st.decimals(0, Decimal("9.99"), places=2),
    ),
    min_size=1,
    max_size=2,
)
WANTED: st.SearchStrategy[list[Wanted]] = st.just([]) | st.lists(
    st.builds(Wanted, line_id=st.sampled_from(["1", "2"]), quantity=st.none() | st.integers(1, 2)), min_size=1, max_size=2
)


class Channel(RuleBasedStateMachine):
    """All streams in memory; a command is all or nothing, as in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(ORDER, STOCK, PRODUCT, WAREHOUSE, LOOK_ALIKE, copies={PARTNER: {"p1": P1}})

    def try_(self, use: Any, command: Any) -> None:
        with suppress(Rejected):
            self.desk.use(use, command)

    @initialize(quantity=st.integers(5, 40))
    def begin(self, quantity: int) -> None:
        self.desk.do(On(WAREHOUSE, DefineWarehouse(warehouse="sh", name="x", on=DAY)))
        for sku in "AB":
            self.desk.do(On(PRODUCT, DefineProduct(sku=sku, name=sku, on=DAY)))
            self.receive(sku, quantity)

    @rule(sku=SKUS, quantity=st.integers(1, 10))
    def receive(self, sku: str, quantity: int) -> None:
        self.try_(receiving, ReceiveStock(warehouse="sh", sku=sku, quantity=quantity, on=DAY))

    @rule(sku=SKUS, counted=st.integers(0, 30), on=st.sampled_from([DAY, LATER]))
    def count(self, sku: str, counted: int, on: date) -> None:
        self.try_(counting, CountStock(warehouse="sh", sku=sku, counted=counted, reason="x", on=on))

    @rule(sku=SKUS, quantity=st.integers(1, 10))
    def lose(self, sku: str, quantity: int) -> None:
        self.try_(writing_off, WriteOffStock(warehouse="sh", sku=sku, quantity=quantity, reason="x", on=DAY))

    @rule(number=NUMBERS, lines=NEW_LINES)
    def place(self, number: str, lines: list[NewLine]) -> None:
        self.try_(placing, place(*lines, external_id=number))

    @rule(number=NUMBERS)
    def confirm(self, number: str) -> None:
        self.try_(confirming, confirm(external_id=number))

    @rule(number=NUMBERS, wanted=WANTED)
    def ship(self, number: str, wanted: list[Wanted]) -> None:
        self.try_(shipping, ship(*wanted, external_id=number))

    @rule(number=NUMBERS, shipment=st.none() | st.integers(1, 3))
    def deliver(self, number: str, shipment: int | None) -> None:
        self.try_(delivering, deliver(shipment, external_id=number))

    @rule(number=NUMBERS, wanted=WANTED)
    def cancel(self, number: str, wanted: list[Wanted]) -> None:
        self.try_(cancelling, cancel(*wanted, external_id=number))

    @rule(number=NUMBERS, wanted=WANTED)
    def take_back(self, number: str, wanted: list[Wanted]) -> None:
        self.try_(returning, give_back(*wanted, external_id=number))

    @invariant()
    def stock_is_never_negative_and_never_promised_twice(self) -> None:
        for sku in "AB":
            assert 0 <= self.item(sku).reserved <= self.item(sku).on_hand

    @invariant()
    def on_hand_is_what_came_in_less_what_went_out_and_what_was_counted(self) -> None:
        for sku in "AB":
            assert self.item(sku).on_hand == sum(moved(event, sku) for event in self.stock())

    @invariant()
    def what_lay_there_on_a_day_is_what_had_moved_until_then(self) -> None:
        for sku in "AB":
            until = [event for event in self.stock() if event.occurred_on <= DAY]
            assert self.item(sku).on(DAY) == sum(moved(event, sku) for event in until)

    @invariant()
    def what_is_reserved_is_what_orders_still_want(self) -> None:
        for sku in "AB":
            assert self.item(sku).reserved == sum(line.open for line in self.lines() if line.placed.sku == sku)

    @invariant()
    def a_step_of_an_order_is_at_most_one_event_of_the_stock(self) -> None:
        steps = sum(
            kind in type(event).__name__ for event in self.events("order/") for kind in ("Placed", "Cancelled", "HandedOver", "Return")
        )
        assert steps == sum(hasattr(event, "lines") for event in self.stock())

    @invariant()
    def the_parts_of_a_discount_add_up_to_it(self) -> None:
        for order in self.orders():
            for id_, line in order.lines.items():
                gone = self.discounts(order, id_, "OrderCancelled", "ShipmentHandedOver")
                assert gone + line.open_discount == line.placed.discount
                held = self.discounts(order, id_, "DeliveryConfirmed") - self.discounts(order, id_, "ReturnReceived")
                assert held == line.held_discount
                assert line.open > 0 or line.open_discount == 0
                assert line.held > 0 or line.held_discount == 0
                assert min(line.open_discount, line.held_discount) >= 0

    def item(self, sku: str) -> StockItem:
        return self.desk.state(STOCK, "sh").get(sku, StockItem())

    def events(self, kind: str) -> list[Any]:
        return [event for stream, events in self.desk.events.items() if stream.startswith(kind) for event in events]

    def stock(self) -> list[Any]:
        return self.events("stock/")

    def orders(self) -> list[Order]:
        return [self.desk.state(ORDER, stream.removeprefix("order/")) for stream in self.desk.events if stream.startswith("order/")]

    def lines(self) -> list[Any]:
        return [line for order in self.orders() for line in order.lines.values()]

    def discounts(self, order: Order, line_id: str, *kinds: str) -> Decimal:
        assert order.placed is not None
        events = (event for event in self.desk.events[f"order/{order.placed.order_id}"] if type(event).__name__ in kinds)
        return sum((line.discount for event in events for line in event.lines if line.line_id == line_id), Decimal(0))


def moved(event: Any, sku: str) -> int:
    """By how many units of the SKU there are more."""
    match event:
        case StockReceived() | StockAdjusted():
            units: int = event.quantity if isinstance(event, StockReceived) else event.difference
            return units if event.sku == sku else 0
        case StockWrittenOff():
            return -event.quantity if event.sku == sku else 0
        case StockShipped() | StockReturned():
            sign = -1 if isinstance(event, StockShipped) else 1
            return sign * sum(line.quantity for line in event.lines if line.sku == sku)
    return 0


Channel.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestChannel = Channel.TestCase
