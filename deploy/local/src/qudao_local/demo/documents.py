"""What is sent through the doors: the masters one by one, the history as import documents. Money is in the scenario's currency."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class Territory(Struct, frozen=True):
    """A node of the territory tree; a parent comes before its children."""

    territory: str
    name: str
    parent: str | None = None
    on: date | None = None


class Partner(Struct, frozen=True, omit_defaults=True):
    """A partner that applies, is approved and activated on one day; a parent comes before its children."""

    partner_id: str
    name: str
    channel_type: str
    territory: str
    on: date
    segment: str | None = None
    parent: str | None = None


class Product(Struct, frozen=True, omit_defaults=True):
    sku: str
    name: str
    category: str | None = None
    subcategory: str | None = None
    on: date | None = None


class Warehouse(Struct, frozen=True, omit_defaults=True):
    warehouse: str
    name: str
    territory: str | None = None
    on: date | None = None


class Line(Struct, frozen=True, omit_defaults=True):
    """An order line; ``unit_price`` before discount, ``discount`` the whole line's."""

    line_id: str
    sku: str
    quantity: int
    unit_price: Decimal
    discount: Decimal = Decimal(0)


class LineQuantity(Struct, frozen=True, omit_defaults=True):
    """Units of a line that are taken back or shipped; of a return ``unit_price`` is what is given back for each, where it has its own."""

    line_id: str
    quantity: int
    unit_price: Decimal | None = None


class History(Struct, frozen=True, omit_defaults=True):
    """What has already happened to an order; a day that is missing has not come."""

    confirmed_on: date | None = None
    shipped_on: date | None = None
    delivered_on: date | None = None


class Order(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="order"):
    source: str
    external_id: str
    partner_id: str
    currency: str
    warehouse: str
    on: date
    lines: list[Line]
    sales_rep: str | None = None
    territory: str | None = None
    history: History | None = None


class _Step(Struct, frozen=True, omit_defaults=True):
    source: str
    external_id: str
    on: date
    reference: str


class Confirmation(_Step, frozen=True, omit_defaults=True, tag_field="kind", tag="confirmation"):
    """An order may be shipped."""


class Shipment(_Step, frozen=True, omit_defaults=True, tag_field="kind", tag="shipment"):
    """All that is left of an order was handed over."""


class Delivery(_Step, frozen=True, omit_defaults=True, tag_field="kind", tag="delivery"):
    """All that was under way arrived."""


class Cancellation(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="cancellation"):
    """Units taken back before they were shipped; no lines means all that is left."""

    source: str
    external_id: str
    on: date
    reason: str
    lines: list[LineQuantity] | None = None
    reference: str | None = None


class Return(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="return"):
    """Units that came back after delivery; no lines means all that was delivered."""

    source: str
    external_id: str
    on: date
    reason: str
    lines: list[LineQuantity] | None = None
    reference: str | None = None


class Receipt(Struct, frozen=True, tag_field="kind", tag="receipt"):
    warehouse: str
    sku: str
    quantity: int
    reference: str
    on: date


class Count(Struct, frozen=True, tag_field="kind", tag="count"):
    """What lay there at the end of the day."""

    warehouse: str
    sku: str
    counted: int
    reason: str
    reference: str
    on: date


class WriteOff(Struct, frozen=True, tag_field="kind", tag="write_off"):
    """Units that are lost."""

    warehouse: str
    sku: str
    quantity: int
    reason: str
    reference: str
    on: date


class _Note(Struct, frozen=True, omit_defaults=True, kw_only=True):
    source: str
    external_id: str
    partner_id: str
    currency: str
    on: date
    reason: str
    sale: str | None = None
    sales_rep: str | None = None


class GoodsReturn(_Note, frozen=True, omit_defaults=True, kw_only=True, tag_field="kind", tag="goods_return"):
    """Units that came back without an order here."""

    lines: list[Line]
    warehouse: str | None = None


class AmountCorrection(_Note, frozen=True, omit_defaults=True, kw_only=True, tag_field="kind", tag="amount_correction"):
    """Money only; ``note``: ``credit`` lowers what was sold, ``debit`` raises it."""

    note: str
    amount: Decimal
    sku: str | None = None


StockDocument = Receipt | Count | WriteOff
NoteDocument = Return | GoodsReturn | AmountCorrection
Document = Order | Confirmation | Shipment | Delivery | Cancellation | Return | GoodsReturn | AmountCorrection | Receipt | Count | WriteOff


class Step(Struct, frozen=True):
    """What happens to an order beside its own document and history, like a shipment of some of the lines.

    ``action`` is ``ship`` or ``deliver``; the steps of one order are made in their order.
    """

    order_id: str
    action: str
    on: date
    lines: list[LineQuantity] | None = None
    shipment: int | None = None
