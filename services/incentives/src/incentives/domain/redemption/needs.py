"""What local copies tell of orders and promotions."""

from datetime import date
from typing import NamedTuple, TypeAlias

from channel_events.pure import Need

RUNNING = Need[tuple[str, ...]]("running_promotions")
"""The ids of those that are running, by currency; what their own streams say decides."""

Categories: TypeAlias = tuple[tuple[date, str], ...]
"""What a product was: from which day on, oldest first."""
CATEGORIES = Need[Categories]("categories")
"""By SKU."""


class FirstOrder(NamedTuple):
    placed_on: date
    order_id: str


FIRST_ORDER = Need[FirstOrder]("first_order")
"""The first that a partner ever placed, by the partner."""


def category_on(known: Categories, day: date) -> str:
    """As it was on the day, or as it was first known."""
    before = [category for since, category in known if since <= day]
    return before[-1] if before else known[0][1] if known else ""
