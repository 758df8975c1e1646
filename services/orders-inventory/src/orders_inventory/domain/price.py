"""What one unit of a SKU costs in a price list and currency, from which day on.

A stream per list, currency and SKU: nothing has to hold across them, so a list of any length is imported side by side.
Orders carry their own prices; a list says what should be asked.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Need, Rejected, command, event, tell
from channel_terms import CURRENCIES, PLANNED, HappenedOn, Money, happened_on, planned_on
from msgspec import Meta, Struct

from orders_inventory.domain.amounts import checked_list_price
from orders_inventory.domain.codes import checked_price_list, checked_sku
from orders_inventory.domain.words import CurrencyCode, PriceList, Sku


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


@command("set_price", stream="price/{price_list}/{currency}/{sku}")
class SetPrice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing; another price from the same day on replaces that one. Orders keep the prices they carry."""

    price_list: PriceList
    currency: CurrencyCode
    sku: Sku
    unit_price: Annotated[Money, Meta(examples=["3.50"])]
    valid_from: Annotated[
        date | None,
        PLANNED,
        Meta(description="The first day on which it holds, which may lie ahead; today when left out.", examples=["2026-11-24"]),
    ] = None
    on: HappenedOn = None


@event("price_withdrawn", public=True)
class PriceWithdrawn(Struct, frozen=True, kw_only=True):
    """The price that was planned from ``valid_from`` on never holds: the one before it goes on."""

    price_list: str
    currency: str
    sku: str
    unit_price: Decimal
    valid_from: date
    occurred_on: date


@command("withdraw_price", stream="price/{price_list}/{currency}/{sku}")
class WithdrawPrice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price that lies ahead shall not hold."""

    price_list: PriceList
    currency: CurrencyCode
    sku: Sku
    valid_from: Annotated[date, PLANNED, Meta(description="The day for which it is planned.", examples=["2027-01-01"])]
    on: HappenedOn = None


class ListPrice(Struct, frozen=True, gc=False):
    """Of one SKU in one list: it costs so much from ``valid_from`` on."""

    price_list: str
    valid_from: date
    unit_price: Decimal


class Listed(Struct, frozen=True, gc=False):
    """All that the price lists say of a SKU in one currency, by list, oldest first."""

    prices: tuple[ListPrice, ...]

    def free_on(self, day: date) -> bool:
        """Whether it costs nothing in one of the lists on ``day``."""
        last = {one.price_list: one.unit_price for one in self.prices if one.valid_from <= day}
        return any(price == 0 for price in last.values())


LISTED = Need[Listed]("listed")
"""What the price lists say, by `listed_key`."""


def listed_key(currency: str, sku: str) -> str:
    return f"{currency}/{sku}"


Prices: TypeAlias = Mapping[date, Decimal]
"""By the day from which each holds."""


PriceCommand: TypeAlias = SetPrice | WithdrawPrice
PriceEvent: TypeAlias = PriceSet | PriceWithdrawn


def decide(command: PriceCommand, prices: Prices, known: Known) -> Iterator[PriceEvent]:
    c = command
    if isinstance(c, WithdrawPrice):
        planned = prices.get(c.valid_from)
        # Told again where it moves to another installation, its day may have come by now.
        if planned is None or not (c.valid_from > known.today or known.imported):
            raise Rejected("price_not_planned", sku=c.sku, valid_from=c.valid_from)
        yield tell(PriceWithdrawn, c, unit_price=planned, occurred_on=happened_on(c.on, known))
        return
    checked_price_list(c.price_list)
    checked_sku(c.sku)
    if c.currency not in CURRENCIES:
        raise Rejected("currency_invalid", currency=c.currency)
    checked_list_price(c.unit_price)
    valid_from = planned_on(c.valid_from, known)
    if prices.get(valid_from) != c.unit_price:
        yield tell(PriceSet, c, previous=prices.get(valid_from), valid_from=valid_from, occurred_on=happened_on(c.on, known))


def evolve(prices: Prices, event: PriceEvent) -> Prices:
    if isinstance(event, PriceWithdrawn):
        return {day: price for day, price in prices.items() if day != event.valid_from}
    return {**prices, event.valid_from: event.unit_price}


PRICE: Decider[PriceCommand, Prices, PriceEvent] = Decider(
    "price", initial={}, decide=decide, evolve=evolve, events=[PriceSet, PriceWithdrawn]
)
