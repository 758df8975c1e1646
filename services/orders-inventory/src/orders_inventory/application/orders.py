"""Looking at one order, from its stream: always current."""

from typing import NamedTuple

from channel_events import Log, Rejected

from orders_inventory.domain.order import ORDER, Order, OrderPlaced, Status, status


class FoundOrder(NamedTuple):
    """An order as placed, as it is now, how far that is, and the tag of its stream."""

    placed: OrderPlaced
    order: Order
    status: Status
    tag: str | None


async def find_order(log: Log, order_id: str) -> FoundOrder:
    """Raises `Rejected` (``order_unknown``) when there is none."""
    found = await log.current(ORDER, order_id)
    if found.state.placed is None:
        raise Rejected("order_unknown", order_id=order_id)
    return FoundOrder(found.state.placed, found.state, status(found.state), found.tag)
