"""A line cancelled, shipped, delivered and returned in any portions: the shares of its discount add up to it exactly."""

from decimal import Decimal
from typing import Any

from channel_events.pure import Known
from channel_testing import TODAY
from hypothesis import given as for_all
from hypothesis import strategies as st
from orders_inventory.domain.order import (
    ORDER,
    Order,
    OrderCancelled,
    OrderLine,
    ReturnReceived,
    ShipmentHandedOver,
    Wanted,
)

from .examples import cancel, confirm, deliver, give_back, placed, ship

STEPS = st.lists(st.tuples(st.sampled_from(["cancel", "ship", "return"]), st.integers(1, 30)), max_size=12)


def command(step: str, units: int, order: Order) -> Any:
    """The step with so many units, or as many as are left; nothing when none are."""
    line = order.lines["1"]
    units = min(units, line.held if step == "return" else line.open)
    if units == 0:
        return None
    return {"cancel": cancel, "ship": ship, "return": give_back}[step](Wanted("1", units))


@for_all(quantity=st.integers(1, 30), discount=st.decimals(0, 9, places=4), steps=STEPS)
def test_shares_add_up(quantity: int, discount: Decimal, steps: list[tuple[str, int]]) -> None:
    order = ORDER.fold([placed(lines=(OrderLine("1", "A", quantity, Decimal("9.90"), discount),))])
    events: list[Any] = []

    def act(command: Any) -> None:
        nonlocal order
        if command is not None:
            decided = list(ORDER.decide(command, order, Known(TODAY)))
            order = ORDER.fold(decided, order)
            events.extend(decided)

    act(confirm())
    # At the end all that is open is shipped and all that was delivered comes back: every unit has gone its way.
    for step, units in [*steps, ("ship", quantity), ("return", quantity)]:
        act(command(step, units, order))
        if step == "ship" and order.shipments:
            act(deliver())

    def shares(*kinds: Any) -> list[Decimal]:
        return [event.lines[0].discount for event in events if isinstance(event, kinds)]

    assert sum(shares(OrderCancelled, ShipmentHandedOver)) == discount
    assert sum(shares(OrderCancelled, ReturnReceived)) == discount
    assert all(0 <= share <= discount for share in shares(OrderCancelled, ShipmentHandedOver, ReturnReceived))
