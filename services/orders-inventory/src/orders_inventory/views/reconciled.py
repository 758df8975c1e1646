"""What of orders is told to others, who have to come to the same: by the names of metrics' KPIs."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from orders_inventory.views.orders import TABLE

_c = TABLE.sql.c


def orders(last: date) -> sa.Select[Any]:
    """How many were placed up to this day."""
    columns: list[Any] = [sa.literal(""), sa.func.count()]
    return sa.select(*columns).where(_c.placed_on <= last)


def gross(last: date) -> sa.Select[Any]:
    """By currency what was placed up to this day, before discounts."""
    return sa.select(_c.currency, sa.func.sum(_c.gross)).where(_c.placed_on <= last).group_by(_c.currency)
