"""What one unit of a SKU costs in a price list and currency, from which day on.

A stream per list, currency and SKU: nothing has to hold across them, so a list of any length is imported side by side.
Orders carry their own prices; a list says what should be asked.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from channel_events.pure import Decider, Rejected, event
from msgspec import Struct

from orders_inventory.domain.amounts import checked_list_price
from orders_inventory.domain.currency import ISO_4217


@event("price_set", public=True)
class PriceSet(Struct, frozen=True, kw_only=True):
    """From ``valid_from`` until the SKU's next price in this list and currency a unit costs ``unit_price``. ``previous`` is
    what it replaces: the price that was set before for the same day."""

    price_list: str
    currency: str
    sku: str
    unit_price: Decimal
    previous: Decimal | None
    valid_from: date
    occurred_on: date


class SetPrice(Struct, frozen=True, kw_only=True):
    """``valid_from`` may lie ahead or back: placed orders keep the prices they carry."""

    price_list: str
    currency: str
    sku: str
    unit_price: Decimal
    valid_from: date
    on: date


Prices: TypeAlias = Mapping[date, Decimal]
"""By the day from which each holds."""


def decide(command: SetPrice, prices: Prices) -> Iterator[PriceSet]:
    c = command
    if c.currency not in ISO_4217:
        raise Rejected("currency_invalid", currency=c.currency)
    checked_list_price(c.unit_price)
    if prices.get(c.valid_from) != c.unit_price:
        yield PriceSet(
            price_list=c.price_list,
            currency=c.currency,
            sku=c.sku,
            unit_price=c.unit_price,
            previous=prices.get(c.valid_from),
            valid_from=c.valid_from,
            occurred_on=c.on,
        )


def evolve(prices: Prices, event: PriceSet) -> Prices:
    return {**prices, event.valid_from: event.unit_price}


PRICE: Decider[SetPrice, Prices, PriceSet] = Decider("price", initial={}, decide=decide, evolve=evolve, events=[PriceSet])
