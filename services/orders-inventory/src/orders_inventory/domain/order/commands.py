"""What may be asked of an order."""

from datetime import date
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct


class NewLine(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A line as the sender wrote it: without ``line_id`` it is called by its number in the order, from 1.

    ``currency``, when given, must be the order's.
    """

    sku: str
    quantity: int
    unit_price: Decimal
    line_id: str | None = None
    discount: Decimal = Decimal(0)
    currency: str | None = None


class OrderingPartner(Struct, frozen=True, gc=False):
    """The partner as this service's copy has it now.

    ``status``: applied, approved, active or suspended. ``places``: its territories with the day each begins, oldest first,
    those that lie ahead too.
    """

    partner_id: str
    channel_type: str
    segment: str | None
    status: str
    places: tuple[tuple[date, str], ...]

    def territory_on(self, day: date) -> str:
        """Where the partner is on a day; before its first day, where it began."""
        return next((territory for since, territory in reversed(self.places) if since <= day), self.places[0][1])


class PlaceOrder(Struct, frozen=True, kw_only=True, gc=False):
    """``partner`` is ``None`` when the copy does not have it; ``on`` when the sender gave no date: then it is ``today``."""

    source: str
    external_id: str
    partner_id: str
    partner: OrderingPartner | None
    sales_rep: str | None
    currency: str
    warehouse: str
    on: date | None
    today: date
    lines: tuple[NewLine, ...]
    imported: bool = False


class Part(Struct, frozen=True, gc=False):
    """So many units of a line."""

    line_id: str
    quantity: int


class ConfirmOrder(Struct, frozen=True, gc=False):
    on: date


class ShipOrder(Struct, frozen=True, gc=False):
    parts: tuple[Part, ...]
    on: date


class DeliverOrder(Struct, frozen=True, gc=False):
    """``shipment`` arrived, or all that are under way."""

    shipment: int | None
    on: date


class CancelOrder(Struct, frozen=True, gc=False):
    parts: tuple[Part, ...]
    reason: str
    on: date


class ReturnOrder(Struct, frozen=True, gc=False):
    parts: tuple[Part, ...]
    reason: str
    on: date


OrderStep: TypeAlias = ConfirmOrder | ShipOrder | DeliverOrder | CancelOrder | ReturnOrder
OrderCommand: TypeAlias = PlaceOrder | OrderStep
