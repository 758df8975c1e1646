"""What happens to an order, as the other services read it: each event is a fact by itself, nothing is looked up."""

from datetime import date
from decimal import Decimal
from typing import TypeAlias

from channel_events.pure import event
from msgspec import Struct


class OrderLine(Struct, frozen=True, gc=False):
    """Units of one SKU and the discount that goes with them; amounts in the order's currency, exact."""

    line_id: str
    sku: str
    quantity: int
    unit_price: Decimal
    discount: Decimal


class ShippedLine(OrderLine, frozen=True, gc=False):
    """``ordered``: the line's units less those cancelled so far. ``complete``: this shipment alone ships all of them."""

    ordered: int
    complete: bool


class TakenBackLine(OrderLine, frozen=True, gc=False):
    """Units that are taken back; ``complete``: the whole of the line, less what was cancelled, is now taken back."""

    complete: bool


class Header(Struct, frozen=True, kw_only=True, gc=False):
    """On every event of an order: who ordered, as this service knew the partner when the order was placed."""

    order_id: str
    source: str
    external_id: str
    partner_id: str
    channel_type: str
    segment: str | None
    territory: str
    sales_rep: str | None
    currency: str
    warehouse: str
    occurred_on: date


class _Later(Header, frozen=True, kw_only=True, gc=False):
    """``reference`` is the sender's name for the step, by which a repeat is known."""

    placed_on: date
    reference: str | None = None


@event("order_placed", public=True)
class OrderPlaced(Header, frozen=True, kw_only=True, gc=False):
    """Stock is reserved for every line. ``flags`` names what a person may want to look at: ``partner_suspended``."""

    imported: bool
    flags: tuple[str, ...]
    lines: tuple[OrderLine, ...]


@event("order_confirmed", public=True)
class OrderConfirmed(_Later, frozen=True, kw_only=True, gc=False):
    """The order may be shipped; ``lines`` as placed."""

    lines: tuple[OrderLine, ...]


@event("order_cancelled", public=True)
class OrderCancelled(_Later, frozen=True, kw_only=True, gc=False):
    """The units in ``lines`` will not be shipped; ``complete``: the whole line is now cancelled."""

    reason: str
    lines: tuple[TakenBackLine, ...]


@event("shipment_handed_over", public=True)
class ShipmentHandedOver(_Later, frozen=True, kw_only=True, gc=False):
    """The units in ``lines`` left the warehouse; shipments of an order are counted from 1."""

    shipment: int
    lines: tuple[ShippedLine, ...]


@event("delivery_confirmed", public=True)
class DeliveryConfirmed(_Later, frozen=True, kw_only=True, gc=False):
    """A whole shipment arrived."""

    shipment: int
    lines: tuple[OrderLine, ...]


@event("return_received", public=True)
class ReturnReceived(_Later, frozen=True, kw_only=True, gc=False):
    """Delivered units came back, at the line's price and share of its discount or at a price of their own without one; ``complete``: every
    unit of the line that was not cancelled has now come back."""

    reason: str
    lines: tuple[TakenBackLine, ...]


OrderEvent: TypeAlias = OrderPlaced | OrderConfirmed | OrderCancelled | ShipmentHandedOver | DeliveryConfirmed | ReturnReceived
EVENTS: tuple[type[OrderEvent], ...] = (
    OrderPlaced,
    OrderConfirmed,
    OrderCancelled,
    ShipmentHandedOver,
    DeliveryConfirmed,
    ReturnReceived,
)
