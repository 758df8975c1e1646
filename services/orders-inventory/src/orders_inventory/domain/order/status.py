"""How far an order is, in one word."""

from enum import StrEnum

from orders_inventory.domain.order.state import Order


class Status(StrEnum):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    PARTIALLY_DELIVERED = "partially_delivered"
    DELIVERED = "delivered"
    PARTIALLY_RETURNED = "partially_returned"
    RETURNED = "returned"
    CANCELLED = "cancelled"


def status(order: Order) -> Status:
    """The furthest that any unit came; ``partially_`` while others that were not cancelled are behind."""
    lines = order.lines.values()
    ordered = sum(line.ordered for line in lines)
    if ordered == 0:
        return Status.CANCELLED
    for units, all_of_it, some_of_it in (
        (sum(line.returned for line in lines), Status.RETURNED, Status.PARTIALLY_RETURNED),
        (sum(line.delivered for line in lines), Status.DELIVERED, Status.PARTIALLY_DELIVERED),
        (sum(line.shipped for line in lines), Status.SHIPPED, Status.PARTIALLY_SHIPPED),
    ):
        if units:
            return all_of_it if units == ordered else some_of_it
    return Status.CONFIRMED if order.confirmed_on else Status.PLACED
