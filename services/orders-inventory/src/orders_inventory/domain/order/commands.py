"""What may be asked of an order."""

from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_events.pure import Need, command
from channel_terms import Code, HappenedOn, Label, Money, Name, Quantity, Reference, Wrong
from msgspec import Meta, Struct

from orders_inventory.domain.words import CurrencyCode, LineId, OrderNumber, PartnerId, Sku, SourceName, WarehouseCode

MAX_LINES = 2_000


class Placement(Struct, frozen=True, gc=False):
    """In ``territory`` from ``valid_from`` on, until the next one."""

    valid_from: date
    territory: str


class OrderingPartner(Struct, frozen=True, gc=False):
    """The partner as this service's copy has it now.

    ``status``: applied, approved, active or suspended. ``places``: oldest first, those that lie ahead too; the first
    one holds from ``date.min``.
    """

    partner_id: str
    channel_type: str
    segment: str | None
    status: str
    places: tuple[Placement, ...]

    def territory_on(self, day: date) -> str:
        return next(place.territory for place in reversed(self.places) if place.valid_from <= day)


PARTNER = Need[OrderingPartner]("partner")
"""Who orders, by id."""


class NewLine(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A line as the sender wrote it."""

    sku: Sku
    quantity: Quantity
    unit_price: Money
    line_id: Annotated[LineId | None, Meta(description="Its number in the order, from 1, when left out.")] = None
    discount: Annotated[Money, Meta(description="Of the whole line, at most quantity x unit_price.")] = Decimal(0)
    currency: Annotated[CurrencyCode | None, Meta(description="When given, it must be the order's.")] = None


@command("place_order", stream="order/{source}:{external_id}")
class PlaceOrder(Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Reserves stock for every line in the same write. Without ``external_id`` send an Idempotency-Key: then a repeat is the same order."""

    source: SourceName = "direct"
    external_id: Annotated[OrderNumber | None, Meta(description="Its number there; one is given when left out.", examples=["1001"])] = None
    partner_id: PartnerId
    currency: CurrencyCode
    warehouse: WarehouseCode
    sales_rep: Annotated[Label | None, Meta(examples=["ann"])] = None
    lines: Annotated[tuple[NewLine, ...], Meta(min_length=1, max_length=MAX_LINES)]
    on: HappenedOn = None


class OwnOrder(PlaceOrder, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """An order as its partner itself gives it: under a number of its own, in the month that is open, and for nothing only what a price
    list gives for nothing."""


class AsKnown(Struct, frozen=True, forbid_unknown_fields=True):
    """What was known of the partner when something of it was taken elsewhere, where that is to be kept."""

    channel_type: Label | None = None
    segment: Label | None = None
    territory: Code | None = None


class AsPlaced(AsKnown, frozen=True, forbid_unknown_fields=True):
    """The same of an order, whether the partner was suspended, and whether the order was imported there."""

    suspended: bool | None = None
    imported: bool | None = None


class History(Struct, frozen=True, forbid_unknown_fields=True):
    """What happened to an imported order before the import, each step whole."""

    confirmed_on: HappenedOn = None
    shipped_on: HappenedOn = None
    delivered_on: HappenedOn = None


class BringOrder(PlaceOrder, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """An order that was placed elsewhere, with what has happened to it."""

    territory: Annotated[Code | None, Meta(description="Where it was sold; that of its partner on its day when left out.")] = None
    history: History | None = None
    placed: AsPlaced | None = None


class Wanted(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Units of a line, named by its id, or by its SKU where one line has it; without ``quantity`` all that is left of it."""

    line_id: LineId | None = None
    quantity: Annotated[Quantity | None, Meta(description="All that is left of the line when left out.")] = None
    sku: Sku | None = None

    def __post_init__(self) -> None:
        if self.line_id is None and self.sku is None:
            raise Wrong("must name a line by line_id or sku", "应以 line_id 或 sku 指明订单行")


class WantedBack(Wanted, frozen=True, gc=False, forbid_unknown_fields=True):
    """Units of a line that come back; by a SKU that several lines have, of these one after another."""

    unit_price: Annotated[
        Money | None, Meta(description="What is given back for a unit, after all discounts; as it was sold when left out.")
    ] = None


Lines: TypeAlias = Annotated[
    Annotated[tuple[Wanted, ...], Meta(min_length=1, max_length=MAX_LINES)] | None, Meta(description="All that is left when left out.")
]


class _Step(Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A step of an order; one with a ``reference`` counts once, whichever door it comes through."""

    source: SourceName = "direct"
    external_id: OrderNumber
    reference: Annotated[
        Reference | None, Meta(description="Your own name for this step: the same again changes nothing.", examples=["DN-4711"])
    ] = None


@command("confirm_order", stream="order/{source}:{external_id}")
class ConfirmOrder(_Step, frozen=True, kw_only=True, gc=False):
    """It may be shipped."""

    on: HappenedOn = None


@command("ship_order", stream="order/{source}:{external_id}")
class ShipOrder(_Step, frozen=True, kw_only=True, gc=False):
    """All that is left, or the named lines. Send an Idempotency-Key with partial shipments: a repeat is no second one then."""

    lines: Lines = None
    on: HappenedOn = None


@command("deliver_order", stream="order/{source}:{external_id}")
class DeliverOrder(_Step, frozen=True, kw_only=True, gc=False):
    """A shipment arrived, or all that are under way."""

    shipment: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)] | None, Meta(description="All that are under way when left out.", examples=[1])
    ] = None
    on: HappenedOn = None


@command("cancel_order", stream="order/{source}:{external_id}")
class CancelOrder(_Step, frozen=True, kw_only=True, gc=False):
    """Takes back what was not shipped, and frees its stock."""

    reason: Annotated[Name, Meta(examples=["out of season"])]
    lines: Lines = None
    on: HappenedOn = None


@command("return_order", stream="order/{source}:{external_id}")
class ReturnOrder(_Step, frozen=True, kw_only=True, gc=False):
    """Puts delivered units back on hand in the order's warehouse."""

    reason: Annotated[Name, Meta(examples=["broken"])]
    lines: Annotated[
        Annotated[tuple[WantedBack, ...], Meta(min_length=1, max_length=MAX_LINES)] | None,
        Meta(description="All that is left when left out."),
    ] = None
    on: HappenedOn = None


OrderStep: TypeAlias = ConfirmOrder | ShipOrder | DeliverOrder | CancelOrder | ReturnOrder
OrderCommand: TypeAlias = PlaceOrder | OrderStep
