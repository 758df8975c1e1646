"""Events of orders-inventory: each is a fact by itself, with the dimensions as they were when the order was placed."""

from datetime import date
from decimal import Decimal

from channel_events.pure import event
from msgspec import Struct


class Line(Struct, frozen=True, gc=False):
    """Units of one SKU with their share of the discount. ``complete`` is only on lines taken back or shipped."""

    line_id: str
    sku: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    complete: bool = False


class _Header(Struct, frozen=True, kw_only=True):
    order_id: str
    source: str
    partner_id: str
    channel_type: str
    territory: str
    currency: str
    warehouse: str
    occurred_on: date
    lines: tuple[Line, ...]
    segment: str | None = None
    sales_rep: str | None = None


@event("order_placed", public=True)
class OrderPlaced(_Header, frozen=True, kw_only=True):
    pass


@event("order_cancelled", public=True)
class OrderCancelled(_Header, frozen=True, kw_only=True):
    placed_on: date


@event("shipment_handed_over", public=True)
class ShipmentHandedOver(_Header, frozen=True, kw_only=True):
    placed_on: date
    shipment: int


@event("return_received", public=True)
class ReturnReceived(_Header, frozen=True, kw_only=True):
    placed_on: date


@event("product_defined", public=True)
class ProductDefined(Struct, frozen=True, kw_only=True):
    sku: str
    name: str
    occurred_on: date
    category: str | None = None


ORDER_EVENTS = (OrderPlaced, OrderCancelled, ShipmentHandedOver, ReturnReceived)
PRODUCT_EVENTS = (ProductDefined,)
