"""What becomes of the lines of orders: placed, cancelled, shipped, returned; and what credit notes say that belong to no order here."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from metrics.contracts.orders_inventory import (
    AmountCorrected,
    GoodsReturned,
    OrderCancelled,
    OrderEvent,
    OrderPlaced,
    ReturnReceived,
    ShipmentHandedOver,
)
from metrics.domain.dimensions import LINE_ID, OF_LINE, OF_ORDER, ORDER_ID
from metrics.domain.facts import Amount, Facts, Unit
from metrics.domain.kpi import kinds_of


def fold(event: OrderEvent | GoodsReturned | AmountCorrected) -> Iterator[dict[str, Any]]:
    if isinstance(event, AmountCorrected):
        nothing = {"units": 0, "discount": Decimal(0), "complete": 0, "filled": 0}
        yield {"line_id": "", "product": event.sku or "", "gross": event.added, **nothing}
        return
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
    kinds={
        OrderPlaced: "placed",
        OrderCancelled: "cancelled",
        ShipmentHandedOver: "shipped",
        ReturnReceived: "returned",
        GoodsReturned: "returned_without_sale",
        AmountCorrected: "corrected",
    },
    ids=[ORDER_ID, LINE_ID],
    dimensions=[*OF_ORDER, *OF_LINE],
    amounts=[
        Amount("orders", "Distinct orders: an order has one event that places it.", Unit.ORDERS, counts="events", kinds=("placed",)),
        Amount("units", "Quantity.", Unit.UNITS),
        Amount("gross", "Quantity times unit price, before discount, tax and freight. Of a correction: what it adds.", Unit.MONEY),
        Amount("discount", "Its share of the order's discount.", Unit.MONEY),
        Amount("net", "Gross after its own discount.", Unit.MONEY, less=("gross", "discount")),
        Amount("complete", "1 when the whole line is now cancelled or returned.", Unit.LINES),
        Amount("filled", "1 when the order's first shipment ships the whole line.", Unit.LINES, kinds=("shipped",)),
    ],
    fold=fold,
    version=3,
)
PLACED, CANCELLED, SHIPPED, RETURNED, RETURNED_WITHOUT_SALE, CORRECTED = kinds_of(SALES)
