"""Looking at one order, from its stream: always current."""

from channel_events import Deciding, Rejected

from orders_inventory.domain.order import ORDER, Order, OrderPlaced, Status, status


async def find_order(log: Deciding, order_id: str) -> tuple[OrderPlaced, Order, Status]:
    """The order as placed, as it is now, and how far that is; ``order_unknown`` when there is none."""
    order = await log.state(ORDER, order_id)
    if order.placed is None:
        raise Rejected("order_unknown", order_id=order_id)
    return order.placed, order, status(order)
