"""A line cancelled, shipped, delivered and returned in any portions: the shares of its discount add up to it exactly."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st
from orders_inventory.domain.order import (
    ORDER,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    Order,
    OrderCancelled,
    OrderLine,
    Part,
    ReturnOrder,
    ReturnReceived,
    ShipmentHandedOver,
    ShipOrder,
)

from .examples import placed

DAY = date(2026, 5, 2)
STEPS = st.lists(st.tuples(st.sampled_from(["cancel", "ship", "return"]), st.integers(1, 30)), max_size=12)


def command(step: str, units: int, order: Order) -> Any:
    """The step with so many units, or as many as are left; nothing when none are."""
    line = order.lines["1"]
    parts = (Part("1", min(units, line.held if step == "return" else line.open)),)
    if parts[0].quantity == 0:
        return None
    return {"cancel": CancelOrder(parts, "x", DAY), "ship": ShipOrder(parts, DAY), "return": ReturnOrder(parts, "x", DAY)}[step]


@for_all(quantity=st.integers(1, 30), discount=st.decimals(0, 9, places=4), steps=STEPS)
def test_shares_add_up(quantity: int, discount: Decimal, steps: list[tuple[str, int]]) -> None:
    order = ORDER.fold([placed(lines=(OrderLine("1", "A", quantity, Decimal("9.90"), discount),))])
    events: list[Any] = []

    def act(command: Any) -> None:
        nonlocal order
        if command is not None:
            decided = list(ORDER.decide(command, order))
            order = ORDER.fold(decided, order)
            events.extend(decided)

    act(ConfirmOrder(DAY))
    # At the end all that is open is shipped and all that was delivered comes back: every unit has gone its way.
    for step, units in [*steps, ("ship", quantity), ("return", quantity)]:
        act(command(step, units, order))
        if step == "ship" and order.shipments:
            act(DeliverOrder(None, DAY))

    def shares(*kinds: Any) -> list[Decimal]:
        return [event.lines[0].discount for event in events if isinstance(event, kinds)]

    assert sum(shares(OrderCancelled, ShipmentHandedOver)) == discount
    assert sum(shares(OrderCancelled, ReturnReceived)) == discount
    assert all(0 <= share <= discount for share in shares(OrderCancelled, ShipmentHandedOver, ReturnReceived))
