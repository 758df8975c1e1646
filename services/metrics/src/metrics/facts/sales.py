"""What becomes of the lines of orders: placed, cancelled, shipped, returned."""

from collections.abc import Iterator
from typing import Any

from metrics.contracts.orders_inventory import OrderCancelled, OrderEvent, OrderPlaced, ReturnReceived, ShipmentHandedOver
from metrics.domain.dimensions import LINE_ID, OF_LINE, OF_ORDER, ORDER_ID
from metrics.domain.facts import Amount, Facts, Unit
from metrics.domain.kpi import kinds_of


def fold(event: OrderEvent) -> Iterator[dict[str, Any]]:
    first = isinstance(event, ShipmentHandedOver) and event.shipment == 1
    for line in event.lines:
        yield {
            "line_id": line.line_id,
            "product": line.sku,
            "units": line.quantity,
            "gross": line.quantity * line.unit_price,
            "discount": line.discount,
            "complete": 1 if line.complete else 0,
            "filled": 1 if first and line.complete else 0,
        }


SALES = Facts(
    "sales",
    of="orders-inventory",
    kinds={OrderPlaced: "placed", OrderCancelled: "cancelled", ShipmentHandedOver: "shipped", ReturnReceived: "returned"},
    ids=[ORDER_ID, LINE_ID],
    dimensions=[*OF_ORDER, *OF_LINE],
    amounts=[
        Amount("orders", "Distinct orders: an order has one event that places it.", Unit.ORDERS, counts="events", kinds=("placed",)),
        Amount("units", "Quantity.", Unit.UNITS),
        Amount("gross", "Quantity times unit price, before discount, tax and freight.", Unit.MONEY),
        Amount("discount", "Its share of the order's discount.", Unit.MONEY),
        Amount("net", "Gross after its own discount.", Unit.MONEY, less=("gross", "discount")),
        Amount("complete", "1 when the whole line is now cancelled or returned.", Unit.LINES),
        Amount("filled", "1 when the order's first shipment ships the whole line.", Unit.LINES, kinds=("shipped",)),
    ],
    fold=fold,
)
PLACED, CANCELLED, SHIPPED, RETURNED = kinds_of(SALES)
