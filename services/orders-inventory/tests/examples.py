"""Commands and events the tests speak with: an order of two lines, and how to vary it."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_testing import Given, given
from orders_inventory.domain.order import (
    ORDER,
    PARTNER,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    NewLine,
    OrderCancelled,
    OrderConfirmed,
    OrderEvent,
    OrderingPartner,
    OrderLine,
    OrderPlaced,
    Placement,
    PlaceOrder,
    ReturnOrder,
    ShipmentHandedOver,
    ShipOrder,
    ShippedLine,
    TakenBackLine,
    Wanted,
    WantedBack,
)

MAY_1, MAY_2, MAY_3 = date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3)
P1 = OrderingPartner("p1", "retailer", "chain", "active", (Placement(date.min, "CN-31"),))
WHERE: dict[str, Any] = {"source": "shop", "external_id": "1001"}
HEADER: dict[str, Any] = {
    "order_id": "shop:1001",
    "source": "shop",
    "external_id": "1001",
    "partner_id": "p1",
    "channel_type": "retailer",
    "segment": "chain",
    "territory": "CN-31",
    "sales_rep": "lin",
    "currency": "CNY",
    "warehouse": "sh",
}
TEN_A = OrderLine("1", "A", 10, Decimal("9.90"), Decimal("1.00"))
FOUR_B = OrderLine("2", "B", 4, Decimal(20), Decimal(0))


def knowing(*events: OrderEvent, partner: OrderingPartner | None = P1, **how: Any) -> Given:
    """The order with these events in its past, on 3 May, where the copy has heard of this partner."""
    return given(ORDER, *events).known({PARTNER: {"p1": partner}}, **{"today": MAY_3} | how)


def place(*lines: NewLine, **changes: Any) -> PlaceOrder:
    fields: dict[str, Any] = {
        "source": "shop",
        "external_id": "1001",
        "partner_id": "p1",
        "sales_rep": "lin",
        "currency": "CNY",
        "warehouse": "sh",
        "on": MAY_1,
        "lines": lines or (new_line(), new_line(sku="B", quantity=4, unit_price=Decimal(20), discount=Decimal(0))),
    }
    return PlaceOrder(**(fields | changes))


def new_line(**changes: Any) -> NewLine:
    fields: dict[str, Any] = {"sku": "A", "quantity": 10, "unit_price": Decimal("9.90"), "discount": Decimal("1.00")}
    return NewLine(**(fields | changes))


def placed(**changes: Any) -> OrderPlaced:
    fields = HEADER | {"occurred_on": MAY_1, "imported": False, "flags": (), "lines": (TEN_A, FOUR_B)}
    return OrderPlaced(**(fields | changes))


def confirmed(**changes: Any) -> OrderConfirmed:
    return OrderConfirmed(**(later() | {"lines": (TEN_A, FOUR_B)} | changes))


def shipped(number: int, *lines: ShippedLine) -> ShipmentHandedOver:
    return ShipmentHandedOver(**later(), shipment=number, lines=lines)


def cancelled(*lines: TakenBackLine) -> OrderCancelled:
    return OrderCancelled(**later(), reason="out of season", lines=lines)


def later() -> dict[str, Any]:
    return HEADER | {"occurred_on": MAY_2, "placed_on": MAY_1}


def confirm(on: date | None = MAY_2, **more: Any) -> ConfirmOrder:
    return ConfirmOrder(**WHERE | more, on=on)


def ship(*lines: Wanted, on: date | None = MAY_2, **more: Any) -> ShipOrder:
    """Of these lines, or all that is left."""
    return ShipOrder(**WHERE | more, lines=lines or None, on=on)


def deliver(shipment: int | None = None, on: date | None = MAY_2, **more: Any) -> DeliverOrder:
    return DeliverOrder(**WHERE | more, shipment=shipment, on=on)


def cancel(*lines: Wanted, on: date | None = MAY_2, **more: Any) -> CancelOrder:
    return CancelOrder(**WHERE | {"reason": "out of season"} | more, lines=lines or None, on=on)


def give_back(*lines: Wanted, on: date | None = MAY_2, **more: Any) -> ReturnOrder:
    back = tuple(one if isinstance(one, WantedBack) else WantedBack(one.line_id, one.quantity, one.sku) for one in lines)
    return ReturnOrder(**WHERE | {"reason": "broken"} | more, lines=back or None, on=on)
