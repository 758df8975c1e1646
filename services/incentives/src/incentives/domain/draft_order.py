"""Orders that nobody has placed yet: what they would earn is asked before they are."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from channel_terms import Code, Currency, Label, Money, Quantity, Wrong
from msgspec import Meta, Struct

from incentives.domain.movements import Movement, What
from incentives.domain.words import ZERO

DRAFT = "draft"
"""Of the order; those that are placed have a colon in theirs."""


class DraftLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sku: Annotated[Code, Meta(examples=["PEN-01"])]
    quantity: Quantity
    unit_price: Annotated[Money, Meta(examples=["12.50"])]
    discount: Annotated[Money, Meta(description="Of the whole line, at most quantity x unit_price.", examples=["0"])] = ZERO

    def __post_init__(self) -> None:
        if self.discount > self.unit_price * self.quantity:
            raise Wrong("the discount is more than the line", "折扣超过整行金额")


class DraftOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As it would be placed today. What else an order is stamped with is the partner's: its type, segment and territory."""

    partner_id: Annotated[Code, Meta(description="Who would place it.", examples=["p-1001"])]
    currency: Currency
    sales_rep: Annotated[Label | None, Meta(examples=["ann"])] = None
    source: Annotated[Label, Meta(examples=["direct"])] = "direct"
    warehouse: Annotated[Code | None, Meta(examples=["sh"])] = None
    lines: Annotated[tuple[DraftLine, ...], Meta(min_length=1, max_length=200)]


class Stamp(Struct, frozen=True, kw_only=True):
    """What an order is stamped with that the partner places on the day."""

    channel_type: str
    segment: str | None
    territory: str


def placed(order: DraftOrder, stamp: Stamp, today: date) -> Iterator[Movement]:
    """As if it were told."""
    for at, line in enumerate(order.lines, 1):
        yield Movement(
            event_id=DRAFT,
            order_id=DRAFT,
            line_id=str(at),
            what=What.PLACED,
            occurred_on=today,
            placed_on=today,
            units=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            currency=order.currency,
            partner_id=order.partner_id,
            sales_rep=order.sales_rep or "",
            sku=line.sku,
            channel_type=stamp.channel_type,
            segment=stamp.segment or "",
            territory=stamp.territory,
            source=order.source,
            warehouse=order.warehouse or "",
        )
