"""Events of orders-inventory: each is a fact by itself, with the dimensions as they were when the order was placed."""

from datetime import date
from decimal import Decimal
from typing import Literal

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
    shipment: int


@event("return_received", public=True)
class ReturnReceived(LaterEvent, frozen=True, kw_only=True):
    pass


class CreditEvent(Struct, frozen=True, kw_only=True):
    """Of a credit note, which belongs to no order here: from whom and where, as known when it was taken."""

    credit_id: str
    source: str
    partner_id: str
    channel_type: str
    territory: str
    currency: str
    occurred_on: date
    segment: str | None = None
    sales_rep: str | None = None

    @property
    def order_id(self) -> str:
        return self.credit_id

    @property
    def placed_on(self) -> date:
        return self.occurred_on


@event("goods_returned", public=True)
class GoodsReturned(CreditEvent, frozen=True, kw_only=True):
    lines: tuple[Line, ...]
    warehouse: str | None = None


@event("amount_corrected", public=True)
class AmountCorrected(CreditEvent, frozen=True, kw_only=True):
    note: Literal["credit", "debit"]
    amount: Decimal
    sku: str | None = None

    @property
    def warehouse(self) -> None:
        return None

    @property
    def added(self) -> Decimal:
        """What it adds to what was sold: a credit takes away."""
        return self.amount if self.note == "debit" else -self.amount


@event("product_defined", public=True)
class ProductDefined(Struct, frozen=True, kw_only=True):
    sku: str
    name: str
    occurred_on: date
    category: str | None = None


PRODUCT_EVENTS = (ProductDefined,)
