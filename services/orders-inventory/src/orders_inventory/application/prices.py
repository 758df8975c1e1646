"""Setting prices."""

from collections.abc import Iterator

from channel_events import Actor, Appended, CommandKey, Deciding, On

from orders_inventory.domain.codes import price_key
from orders_inventory.domain.price import PRICE, SetPrice
from orders_inventory.domain.product import PRODUCT, RequireProduct


async def set_price(log: Deciding, command: SetPrice, by: Actor, key: CommandKey | None = None) -> Appended:
    """Raises `Rejected`: ``product_unknown``, ``currency_invalid``, ``price_invalid``, or a code that is none."""
    return await log.execute(*pricing(command), by=by, key=key)


def pricing(command: SetPrice) -> Iterator[On]:
    """The price first: what it refuses says more than that the product is missing."""
    yield On(PRICE, price_key(command.price_list, command.currency, command.sku), command)
    yield On(PRODUCT, command.sku, RequireProduct(command.sku))
