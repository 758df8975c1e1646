"""Lines that arrived, each with how many days after its order."""

from collections.abc import Iterator
from typing import Any

from channel_events.pure import event

from metrics.contracts.orders_inventory import LaterEvent
from metrics.domain.dimensions import LINE_ID, OF_LINE, OF_ORDER, ORDER_ID
from metrics.domain.facts import Amount, Dimension, Facts, Unit
from metrics.domain.kpi import kinds_of

CYCLE_DAYS = Dimension("cycle_days", "Days from the order's date to that of the delivery.", 3)


@event("delivery_confirmed", public=True)
class DeliveryConfirmed(LaterEvent, frozen=True, kw_only=True):
    """Some or all of an order's lines, as one shipment brought them."""

    @property
    def cycle_days(self) -> int:
        return (self.occurred_on - self.placed_on).days


def fold(delivery: DeliveryConfirmed) -> Iterator[dict[str, Any]]:
    for line in delivery.lines:
        yield {"line_id": line.line_id, "product": line.sku, "units": line.quantity}


DELIVERIES = Facts(
    "deliveries",
    of="orders-inventory",
    kinds={DeliveryConfirmed: "delivered"},
    ids=[ORDER_ID, LINE_ID],
    dimensions=[*OF_ORDER, *OF_LINE, CYCLE_DAYS],
    amounts=[Amount("units", "That arrived.", Unit.UNITS)],
    fold=fold,
    version=2,
)
(DELIVERED,) = kinds_of(DELIVERIES)
