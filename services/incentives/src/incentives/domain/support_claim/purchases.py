"""What a partner bought, as orders tell it: what was shipped to it, less what came back."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

import msgspec
from channel_events.pure import Need

from incentives.domain.words import ZERO


class Moved(NamedTuple):
    """What left for it on a day, or came back: then the numbers are below zero. ``net`` is after discounts."""

    on: date
    units: int
    net: Decimal


Purchases: TypeAlias = tuple[Moved, ...]
PURCHASES = Need[Purchases]("purchases")
"""By `purchases_of`; a moment behind orders-inventory."""


def purchases_of(partner_id: str, currency: str, sku: str | None = None) -> str:
    """The key of what a partner bought in a currency: of one product, or of all."""
    return msgspec.json.encode([partner_id, currency, sku]).decode()


def units_bought(purchases: Iterable[Moved], *, until: date = date.max, since: date = date.min) -> int:
    """Of days from ``since`` to ``until``, what came back until then left out: what the partner can hold of them at most."""
    return max(sum(one.units for one in purchases if since <= one.on <= until), 0)


def net_bought(purchases: Iterable[Moved], since: date, until: date) -> Decimal:
    return max(sum((one.net for one in purchases if since <= one.on <= until), ZERO), ZERO)
