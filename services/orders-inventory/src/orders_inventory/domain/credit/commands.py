"""What may be asked of a credit note."""

from enum import StrEnum
from typing import Annotated, TypeAlias

from channel_events.pure import command
from channel_terms import HappenedOn, Label, Money, Name, Reference
from msgspec import Meta, Struct

from orders_inventory.domain.order.commands import MAX_LINES, AsKnown, NewLine
from orders_inventory.domain.words import CurrencyCode, OrderNumber, PartnerId, Sku, SourceName, WarehouseCode


class Note(StrEnum):
    """In whose favour an amount is corrected."""

    CREDIT = "credit"
    """The partner's: less was sold than the orders say."""
    DEBIT = "debit"
    """Ours: more was."""


class _Credit(Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    source: SourceName = "direct"
    external_id: Annotated[
        OrderNumber | None, Meta(description="The note's own number there; one is given when left out.", examples=["CN-17"])
    ] = None
    partner_id: PartnerId
    currency: CurrencyCode
    reason: Annotated[Name, Meta(examples=["bought last year"])]
    sale: Annotated[
        Reference | None, Meta(description="What the note says of the sale it belongs to; that need not be here.", examples=["2025-0815"])
    ] = None
    sales_rep: Annotated[Label | None, Meta(examples=["ann"])] = None
    on: HappenedOn = None


@command("return_goods", stream="credit/{source}:{external_id}")
class ReturnGoods(_Credit, frozen=True, kw_only=True, gc=False):
    """Goods came back whose sale is not here: it is older than the data, or not known. Of a sale that is here, return the order.

    Without ``external_id`` send an Idempotency-Key: then a repeat is the same note.
    """

    warehouse: Annotated[
        WarehouseCode | None, Meta(description="Where they lie again; when left out they are on no stock.", examples=["sh"])
    ] = None
    lines: Annotated[tuple[NewLine, ...], Meta(min_length=1, max_length=MAX_LINES)]


class BringGoods(ReturnGoods, frozen=True, kw_only=True, gc=False):
    """Goods that came back to another installation."""

    known_as: AsKnown | None = None


@command("correct_amount", stream="credit/{source}:{external_id}")
class CorrectAmount(_Credit, frozen=True, kw_only=True, gc=False):
    """Money only: a credit or debit note without goods. Without ``external_id`` send an Idempotency-Key: then a repeat is the same note."""

    note: Annotated[Note, Meta(description="A credit lowers what was sold, a debit raises it.", examples=["credit"])]
    amount: Annotated[Money, Meta(description="By how much; more than 0.", examples=["25.00"])]
    sku: Annotated[Sku | None, Meta(description="The product it is about, if it is about one.")] = None


class BringCorrection(CorrectAmount, frozen=True, kw_only=True, gc=False):
    """An amount that was corrected in another installation."""

    known_as: AsKnown | None = None


CreditCommand: TypeAlias = ReturnGoods | CorrectAmount
