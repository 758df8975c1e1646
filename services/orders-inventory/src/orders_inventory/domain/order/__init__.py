"""An order: placed, confirmed, shipped in one or more shipments, delivered; cancelled before, returned after."""

from channel_events.pure import Decider

from orders_inventory.domain.order.commands import (
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    NewLine,
    OrderCommand,
    OrderingPartner,
    OrderStep,
    Part,
    PlaceOrder,
    ReturnOrder,
    ShipOrder,
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
from orders_inventory.domain.order.selection import Wanted, by_sku, to_cancel, to_return, to_ship
from orders_inventory.domain.order.state import Line, Order, Shipment, evolve
from orders_inventory.domain.order.status import Status, status

ORDER: Decider[OrderCommand, Order, OrderEvent] = Decider("order", initial=Order(), decide=decide, evolve=evolve, events=EVENTS)

__all__ = [
    "ORDER",
    "CancelOrder",
    "ConfirmOrder",
    "DeliverOrder",
    "DeliveryConfirmed",
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
    "Part",
    "PlaceOrder",
    "ReturnOrder",
    "ReturnReceived",
    "ShipOrder",
    "Shipment",
    "ShipmentHandedOver",
    "ShippedLine",
    "Status",
    "TakenBackLine",
    "Wanted",
    "by_sku",
    "status",
    "to_cancel",
    "to_return",
    "to_ship",
]
