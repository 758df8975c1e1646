"""An order: placed, confirmed, shipped in one or more shipments, delivered; cancelled before, returned after."""

from channel_events.pure import Decider

from orders_inventory.domain.order.commands import (
    PARTNER,
    AsKnown,
    AsPlaced,
    BringOrder,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    History,
    NewLine,
    OrderCommand,
    OrderingPartner,
    OrderStep,
    OwnOrder,
    Placement,
    PlaceOrder,
    ReturnOrder,
    ShipOrder,
    Wanted,
    WantedBack,
)
from orders_inventory.domain.order.decide import decide
from orders_inventory.domain.order.events import (
    EVENTS,
    DeliveryConfirmed,
    OrderCancelled,
    OrderConfirmed,
    OrderEvent,
    OrderLine,
    OrderPlaced,
    ReturnReceived,
    ShipmentHandedOver,
    ShippedLine,
    TakenBackLine,
)
from orders_inventory.domain.order.placing import SUSPENDED
from orders_inventory.domain.order.selection import line_of, units_by_sku
from orders_inventory.domain.order.state import Line, Order, Shipment, evolve
from orders_inventory.domain.order.status import Status, status
from orders_inventory.domain.price import LISTED

ORDER: Decider[OrderCommand, Order, OrderEvent] = Decider(
    "order", initial=Order(), decide=decide, evolve=evolve, events=EVENTS, needs=[PARTNER, LISTED]
)

__all__ = [
    "ORDER",
    "PARTNER",
    "SUSPENDED",
    "AsKnown",
    "AsPlaced",
    "BringOrder",
    "CancelOrder",
    "ConfirmOrder",
    "DeliverOrder",
    "DeliveryConfirmed",
    "History",
    "Line",
    "NewLine",
    "Order",
    "OrderCancelled",
    "OrderCommand",
    "OrderConfirmed",
    "OrderEvent",
    "OrderLine",
    "OrderPlaced",
    "OrderStep",
    "OrderingPartner",
    "OwnOrder",
    "PlaceOrder",
    "Placement",
    "ReturnOrder",
    "ReturnReceived",
    "ShipOrder",
    "Shipment",
    "ShipmentHandedOver",
    "ShippedLine",
    "Status",
    "TakenBackLine",
    "Wanted",
    "WantedBack",
    "line_of",
    "status",
    "units_by_sku",
]
