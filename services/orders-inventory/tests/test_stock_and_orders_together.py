"""Whatever is done to orders in whatever order: stock and discounts add up."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from channel_events import On, Rejected
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from orders_inventory.application.placing import placing
from orders_inventory.application.steps import cancelling, returning, shipping
from orders_inventory.domain.order import ORDER, ConfirmOrder, DeliverOrder, NewLine, Order, Wanted
from orders_inventory.domain.product import ProductDefined
from orders_inventory.domain.stock import STOCK, CountStock, ReceiveStock, StockAdjusted, StockItem
from orders_inventory.domain.warehouse import WarehouseDefined

from .examples import place

DAY = date(2026, 5, 1)
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
WANTED = st.none() | st.lists(
    st.builds(Wanted, line_id=st.sampled_from(["1", "2"]), quantity=st.none() | st.integers(0, 2)), min_size=1, max_size=2
)


class Channel(RuleBasedStateMachine):
    """All streams in memory; a command is all or nothing, as in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, Any] = {}
        self.events: list[Any] = []

    def state(self, decider: Any, key: str) -> Any:
        return self.states.get(On(decider, key, None).stream, decider.initial)

    def execute(self, targets: Iterable[On]) -> None:
        changed: dict[str, Any] = {}
        events: list[Any] = []
        try:
            for target in targets:
                state = changed.get(target.stream, self.state(target.decider, target.key))
                decided = list(target.decider.decide(target.command, state))
                changed[target.stream] = target.decider.fold(decided, state)
                events += decided
        except Rejected:
            return
        self.states |= changed
        self.events += events

    @initialize(quantity=st.integers(5, 40))
    def begin(self, quantity: int) -> None:
        self.states["warehouse/sh"] = WarehouseDefined(warehouse="sh", name="x", territory=None, occurred_on=DAY)
        for sku in "AB":
            self.states[f"product/{sku}"] = ProductDefined(sku=sku, name=sku, category=None, subcategory=None, occurred_on=DAY)
            self.receive(sku, quantity)

    @rule(sku=SKUS, quantity=st.integers(1, 10))
    def receive(self, sku: str, quantity: int) -> None:
        self.execute([On(STOCK, f"sh/{sku}", ReceiveStock(warehouse="sh", sku=sku, quantity=quantity, reference=None, on=DAY))])

    @rule(sku=SKUS, counted=st.integers(0, 30))
    def count(self, sku: str, counted: int) -> None:
        command = CountStock(warehouse="sh", sku=sku, counted=counted, reason="x", reference=None, on=DAY)
        self.execute([On(STOCK, f"sh/{sku}", command)])

    @rule(number=NUMBERS, lines=NEW_LINES)
    def place(self, number: str, lines: list[NewLine]) -> None:
        self.execute(placing(place(*lines, external_id=number)))

    @rule(number=NUMBERS)
    def confirm(self, number: str) -> None:
        self.execute([On(ORDER, f"shop:{number}", ConfirmOrder(DAY))])

    @rule(number=NUMBERS, wanted=WANTED)
    def ship(self, number: str, wanted: list[Wanted] | None) -> None:
        self.execute(shipping(f"shop:{number}", self.state(ORDER, f"shop:{number}"), wanted, DAY))

    @rule(number=NUMBERS, shipment=st.none() | st.integers(1, 3))
    def deliver(self, number: str, shipment: int | None) -> None:
        self.execute([On(ORDER, f"shop:{number}", DeliverOrder(shipment, DAY))])

    @rule(number=NUMBERS, wanted=WANTED)
    def cancel(self, number: str, wanted: list[Wanted] | None) -> None:
        self.execute(cancelling(f"shop:{number}", self.state(ORDER, f"shop:{number}"), wanted, "x", DAY))

    @rule(number=NUMBERS, wanted=WANTED)
    def take_back(self, number: str, wanted: list[Wanted] | None) -> None:
        self.execute(returning(f"shop:{number}", self.state(ORDER, f"shop:{number}"), wanted, "x", DAY))

    @invariant()
    def stock_is_never_negative_and_never_promised_twice(self) -> None:
        for sku in "AB":
            item: StockItem = self.state(STOCK, f"sh/{sku}")
            assert 0 <= item.reserved <= item.on_hand

    @invariant()
    def on_hand_is_what_came_in_less_what_went_out_and_what_was_counted(self) -> None:
        for sku in "AB":
            moved = {"StockReceived": 1, "StockShipped": -1, "StockReturned": 1}
            mine = [event for event in self.events if getattr(event, "sku", None) == sku and hasattr(event, "quantity")]
            expected = sum(moved.get(type(event).__name__, 0) * event.quantity for event in mine)
            expected += sum(event.difference for event in self.events if isinstance(event, StockAdjusted) and event.sku == sku)
            assert self.state(STOCK, f"sh/{sku}").on_hand == expected

    @invariant()
    def what_is_reserved_is_what_orders_still_want(self) -> None:
        for sku in "AB":
            assert self.state(STOCK, f"sh/{sku}").reserved == sum(line.open for line in self.lines() if line.placed.sku == sku)

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

    def orders(self) -> list[Order]:
        return [state for stream, state in self.states.items() if stream.startswith("order/")]

    def lines(self) -> list[Any]:
        return [line for order in self.orders() for line in order.lines.values()]

    def discounts(self, order: Order, line_id: str, *kinds: str) -> Decimal:
        assert order.placed is not None
        events = (event for event in self.events if type(event).__name__ in kinds and event.order_id == order.placed.order_id)
        return sum((line.discount for event in events for line in event.lines if line.line_id == line_id), Decimal(0))


Channel.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestChannel = Channel.TestCase
