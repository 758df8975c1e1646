"""Events of orders-inventory: what happened to an order's lines, and what a product is."""

from datetime import date
from decimal import Decimal

from channel_events.pure import event
from msgspec import Struct


class Line(Struct, frozen=True, gc=False):
    """Units of one SKU with their share of the discount."""

    line_id: str
    sku: str
    quantity: int
    unit_price: Decimal
    discount: Decimal


class OrderEvent(Struct, frozen=True, kw_only=True):
    """Of every event of an order; from whom and where it was, as known when it was placed."""

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


class LaterEvent(OrderEvent, frozen=True, kw_only=True):
    """``placed_on`` is the date of the order."""

    placed_on: date


@event("order_placed", public=True)
class OrderPlaced(OrderEvent, frozen=True, kw_only=True):
    @property
    def placed_on(self) -> date:
        return self.occurred_on


@event("order_cancelled", public=True)
class OrderCancelled(LaterEvent, frozen=True, kw_only=True):
    pass


@event("shipment_handed_over", public=True)
class ShipmentHandedOver(LaterEvent, frozen=True, kw_only=True):
    pass


@event("delivery_confirmed", public=True)
class DeliveryConfirmed(LaterEvent, frozen=True, kw_only=True):
    pass


@event("return_received", public=True)
class ReturnReceived(LaterEvent, frozen=True, kw_only=True):
    pass


@event("product_defined", public=True)
class ProductDefined(Struct, frozen=True, kw_only=True):
    sku: str
    occurred_on: date
    category: str | None = None
