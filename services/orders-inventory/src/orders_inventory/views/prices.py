"""Prices of all lists, with the days on which each holds."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, NUMERIC, TEXT, OwnLog, Table, View
from channel_events.pure import Change, Put, Recorded
from msgspec import Struct

from orders_inventory.domain.price import PriceSet

TABLE = Table(
    "price",
    key=("price_list", "currency", "sku", "valid_from"),
    columns={"price_list": TEXT, "currency": TEXT, "sku": TEXT, "valid_from": DATE, "unit_price": NUMERIC, "set_on": DATE},
    indexes=[("sku", "price_list", "currency", "valid_from")],
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PriceSet() as e:
            yield Put((e.price_list, e.currency, e.sku, e.valid_from), unit_price=e.unit_price, set_on=e.occurred_on)


PRICES = View("prices", version=1, of=OwnLog(events=[PriceSet]), tables=TABLE, changes=changes)

KEY: tuple[sa.Column[Any], ...] = tuple(TABLE.sql.c[name] for name in TABLE.key)
"""What the list is ordered by."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which prices; ``None`` is any. ``as_of``: only those that hold on that day, one a SKU."""

    price_list: str | None = None
    currency: str | None = None
    sku: str | None = None
    as_of: date | None = None


def listed(wanted: Wanted) -> sa.Select[Any]:
    """The prices, each with ``valid_until``: the day of the next one, on which this one no longer holds."""
    price, following = TABLE.sql.c, TABLE.sql.alias("following")
    same = [following.c[name] == price[name] for name in ("price_list", "currency", "sku")]
    until = sa.select(sa.func.min(following.c.valid_from)).where(*same, following.c.valid_from > price.valid_from).scalar_subquery()
    query = sa.select(TABLE.sql, until.label("valid_until"))
    for column, value in ((price.price_list, wanted.price_list), (price.currency, wanted.currency), (price.sku, wanted.sku)):
        if value is not None:
            query = query.where(column == value)
    if wanted.as_of is not None:
        query = query.where(price.valid_from <= wanted.as_of, sa.or_(until.is_(None), until > wanted.as_of))
    return query
