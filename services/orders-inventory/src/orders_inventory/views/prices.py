"""Prices of all lists, with the days on which each holds."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, NUMERIC, TEXT, Copy, OwnLog, Table, View
from channel_events.pure import Change, Delete, Recorded

from orders_inventory.domain.price import LISTED, PRICE, Listed, ListPrice, PriceSet, PriceWithdrawn

TABLE = Table(
    "price",
    key=("price_list", "currency", "sku", "valid_from"),
    columns={"price_list": TEXT, "currency": TEXT, "sku": TEXT, "valid_from": DATE, "unit_price": NUMERIC, "set_on": DATE},
    indexes=[("sku", "price_list", "currency", "valid_from")],
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PriceSet() as e:
            yield TABLE.put(e, set_on=e.occurred_on)
        case PriceWithdrawn() as e:
            yield Delete((e.price_list, e.currency, e.sku, e.valid_from))


PRICES = View("prices", version=2, of=OwnLog(events=PRICE.events), tables=TABLE, changes=changes)


def _listed(rows: Sequence[Any]) -> dict[str, Listed]:
    found: dict[str, list[ListPrice]] = {}
    for row in rows:
        found.setdefault(row["key"], []).append(ListPrice(row["price_list"], row["valid_from"], row["unit_price"]))
    return {key: Listed(tuple(prices)) for key, prices in found.items()}


LISTED_PRICES = Copy(
    LISTED,
    f"select k.key, p.price_list, p.valid_from, p.unit_price from unnest($1::text[]) as k (key) join {TABLE.sql.name} p "
    "on p.currency = split_part(k.key, '/', 1) and p.sku = substr(k.key, position('/' in k.key) + 1) order by k.key, p.valid_from",
    _listed,
)
"""What the price lists say, for decisions."""

_price, _following = TABLE.sql.c, TABLE.sql.alias("following").c
_same = [_following[name] == _price[name] for name in ("price_list", "currency", "sku")]
_until = sa.select(sa.func.min(_following.valid_from)).where(*_same, _following.valid_from > _price.valid_from).scalar_subquery()
ROWS = sa.select(TABLE.sql, _until.label("valid_until"))
"""The prices, each with ``valid_until``: the day of the next one, on which this one no longer holds."""


def holds_on(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(_price.valid_from <= day, sa.or_(_until.is_(None), _until > day))
