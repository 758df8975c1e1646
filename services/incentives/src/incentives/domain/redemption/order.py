"""An order as promotions look at it."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from channel_terms import Code, Currency, Label, Money, Quantity
from msgspec import Meta, Struct

from incentives.domain.facts import Line, Moment
from incentives.domain.words import ZERO


class OrderedLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of one SKU, and the discount that the line has anyway."""

    line_id: Annotated[Code, Meta(examples=["1"])]
    sku: Annotated[Code, Meta(examples=["PEN-01"])]
    quantity: Quantity
    unit_price: Annotated[Money, Meta(examples=["3.50"])]
    discount: Annotated[Money, Meta(description="Of the whole line.", examples=["0"])] = ZERO

    @property
    def net(self) -> Decimal:
        return max(self.unit_price * self.quantity - self.discount, ZERO)


class Ordered(Struct, frozen=True, kw_only=True):
    """What conditions may ask of it."""

    order_id: Annotated[Code, Meta(examples=["shop:1001"])]
    partner_id: Annotated[Code, Meta(examples=["p-1001"])]
    channel_type: Annotated[Code, Meta(examples=["store"])]
    currency: Currency
    lines: Annotated[tuple[OrderedLine, ...], Meta(min_length=1, max_length=2000)]
    segment: Label | None = None
    territory: Code | None = None
    sales_rep: Label | None = None
    source: Code | None = None
    warehouse: Code | None = None

    def as_line(self, line: OrderedLine, on: date, category: str, *, first: bool) -> Line:
        """The line as conditions know lines."""
        return Line(
            fact_id="",
            event_id="",
            order_id=self.order_id,
            line_id=line.line_id,
            moment=Moment.ORDERED,
            on=on,
            partner_id=self.partner_id,
            currency=self.currency,
            units=line.quantity,
            gross=line.unit_price * line.quantity,
            net=line.net,
            sku=line.sku,
            category=category,
            channel_type=self.channel_type,
            segment=self.segment or "",
            territory=self.territory or "",
            sales_rep=self.sales_rep or "",
            source=self.source or "",
            warehouse=self.warehouse or "",
            first_purchase=first,
        )
