"""The service's history as documents that its import takes: played into an empty service it gives the same lists.

Each carries its event's id as ``key``, so a file that is played again, or goes on where another ended, adds nothing twice.
"""

from collections.abc import Iterator
from typing import Any

from channel_events import Recorded

from orders_inventory.domain.order import (
    DeliveryConfirmed,
    OrderCancelled,
    OrderConfirmed,
    OrderPlaced,
    ReturnReceived,
    ShipmentHandedOver,
)
from orders_inventory.domain.price import PriceSet
from orders_inventory.domain.product import ProductDefined
from orders_inventory.domain.stock import StockAdjusted, StockReceived
from orders_inventory.domain.warehouse import WarehouseDefined

Fields = dict[str, Any]


def document(event: Recorded) -> Fields | None:
    """The document that says the same; None for events that follow from others, like the stock an order reserves."""
    said = _catalogue(event.data) or _stock(event.data) or _order(event.data)
    return None if said is None else {"key": event.id, **said}


def _catalogue(event: Any) -> Fields | None:
    match event:
        case ProductDefined() as e:
            described = {"sku": e.sku, "name": e.name, "category": e.category, "subcategory": e.subcategory}
            return {"kind": "product", **described, "on": e.occurred_on}
        case WarehouseDefined() as e:
            return {"kind": "warehouse", "warehouse": e.warehouse, "name": e.name, "territory": e.territory, "on": e.occurred_on}
        case PriceSet() as e:
            what = {"price_list": e.price_list, "currency": e.currency, "sku": e.sku}
            return {"kind": "price", **what, "unit_price": e.unit_price, "valid_from": e.valid_from, "on": e.occurred_on}
    return None


def _stock(event: Any) -> Fields | None:
    match event:
        case StockReceived() as e:
            return {"kind": "receipt", **_item(e), "quantity": e.quantity}
        case StockAdjusted() as e:
            return {"kind": "count", **_item(e), "counted": e.counted, "reason": e.reason}
    return None


def _item(e: StockReceived | StockAdjusted) -> Fields:
    return {"warehouse": e.warehouse, "sku": e.sku, "reference": e.reference, "on": e.occurred_on}


def _order(event: Any) -> Fields | None:
    match event:
        case OrderPlaced() as e:
            who = {"partner_id": e.partner_id, "currency": e.currency, "warehouse": e.warehouse, "sales_rep": e.sales_rep}
            return {"kind": "order", **_named(e), **who, "lines": list(_lines(e.lines, "sku", "unit_price", "discount"))}
        case OrderConfirmed() as e:
            return {"kind": "confirmation", **_named(e)}
        case ShipmentHandedOver() as e:
            return {"kind": "shipment", **_named(e), "lines": list(_lines(e.lines))}
        case DeliveryConfirmed() as e:
            return {"kind": "delivery", **_named(e), "shipment": e.shipment}
        case OrderCancelled() as e:
            return {"kind": "cancellation", **_named(e), "reason": e.reason, "lines": list(_lines(e.lines))}
        case ReturnReceived() as e:
            return {"kind": "return", **_named(e), "reason": e.reason, "lines": list(_lines(e.lines))}
    return None


def _named(e: Any) -> Fields:
    return {"source": e.source, "external_id": e.external_id, "on": e.occurred_on}


def _lines(lines: Any, *more: str) -> Iterator[Fields]:
    for line in lines:
        yield {"line_id": line.line_id, "quantity": line.quantity, **{name: getattr(line, name) for name in more}}
