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


class OrderingPartner(Struct, frozen=True):
    """The partner as this service's copy has it now; the order keeps these for ever."""

    partner_id: str
    channel_type: str
    segment: str | None
    territory: str


class PlaceOrder(Struct, frozen=True, kw_only=True):
    """``on`` is the business date, ``None`` when the sender gave none: then it is ``today``."""

    source: str
    external_id: str
    partner: OrderingPartner
    sales_rep: str | None
    currency: str
    warehouse: str
    on: date | None
    today: date
    lines: tuple[NewLine, ...]
    imported: bool = False
    flags: tuple[str, ...] = ()


class Part(Struct, frozen=True, gc=False):
    """So many units of a line."""

    line_id: str
    quantity: int


class ConfirmOrder(Struct, frozen=True):
    on: date


class ShipOrder(Struct, frozen=True):
    parts: tuple[Part, ...]
    on: date


class DeliverOrder(Struct, frozen=True):
    """``shipment`` arrived, or all that are under way."""

    shipment: int | None
    on: date


class CancelOrder(Struct, frozen=True):
    parts: tuple[Part, ...]
    reason: str
    on: date


class ReturnOrder(Struct, frozen=True):
    parts: tuple[Part, ...]
    reason: str
    on: date


OrderCommand: TypeAlias = PlaceOrder | ConfirmOrder | ShipOrder | DeliverOrder | CancelOrder | ReturnOrder
