"""What requests and answers about orders are made of."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from channel_service import Amount, Dated, Label, Money, Quantity, StrictModel, Text
from pydantic import BaseModel, ConfigDict, Field

from orders_inventory.api.models import Sku, Warehouse
from orders_inventory.domain.order import Line, NewLine, Order, OrderingPartner, OrderPlaced, PlaceOrder, Status, Wanted

LineId = Annotated[str, Field(min_length=1, max_length=64, examples=["1"])]
CurrencyCode = Annotated[str, Field(max_length=20, description="ISO 4217, by its three letters.", examples=["CNY"])]


class OrderLineIn(StrictModel):
    line_id: LineId | None = Field(None, description="Its number in the order when left out.")
    sku: Sku
    quantity: Quantity
    unit_price: Money
    discount: Money = Field(Decimal(0), description="Of the whole line, at most quantity x unit_price.")
    currency: CurrencyCode | None = Field(None, description="When given, it must be the order's.")


class NewOrder(Dated):
    source: str = Field("direct", max_length=40, description="Where the number comes from.", examples=["shop"])
    external_id: str | None = Field(None, max_length=100, description="Its number there; one is given when left out.", examples=["1001"])
    partner_id: str = Field(min_length=1, max_length=100, examples=["p-1001"])
    currency: CurrencyCode
    warehouse: Warehouse
    sales_rep: Label | None = None
    lines: list[OrderLineIn] = Field(min_length=1, max_length=2000)

    def command(self, external_id: str, partner: OrderingPartner | None, today: date) -> PlaceOrder:
        return PlaceOrder(
            source=self.source,
            external_id=external_id,
            partner_id=self.partner_id,
            partner=partner,
            sales_rep=self.sales_rep,
            currency=self.currency,
            warehouse=self.warehouse,
            on=self.on,
            today=today,
            lines=tuple(NewLine(ln.sku, ln.quantity, ln.unit_price, ln.line_id, ln.discount, ln.currency) for ln in self.lines),
        )


class Part(StrictModel):
    line_id: LineId
    quantity: Quantity | None = Field(None, description="All that is left of the line when left out.")


class _Parts(Dated):
    lines: list[Part] | None = Field(default=None, min_length=1, max_length=2000, description="All that is left when left out.")

    def wanted(self) -> list[Wanted] | None:
        return None if self.lines is None else [Wanted(part.line_id, part.quantity) for part in self.lines]


class Shipping(_Parts):
    pass


SHIP_ALL = Shipping()


class Delivery(Dated):
    shipment: int | None = Field(default=None, ge=1, le=1_000_000, strict=True, description="All that are under way when left out.")


DELIVER_ALL = Delivery()


class TakingBack(_Parts):
    reason: Text = Field(examples=["out of season"])


class OrderLineOut(BaseModel):
    """A line as placed, and its units by what became of them."""

    line_id: LineId
    sku: Sku
    quantity: int
    unit_price: Amount
    discount: Amount
    cancelled: int
    shipped: int
    delivered: int
    returned: int

    @classmethod
    def of(cls, line: Line) -> Self:
        placed = line.placed
        return cls(
            line_id=placed.line_id,
            sku=placed.sku,
            quantity=placed.quantity,
            unit_price=placed.unit_price,
            discount=placed.discount,
            cancelled=line.cancelled,
            shipped=line.shipped,
            delivered=line.delivered,
            returned=line.returned,
        )


class ShipmentOut(BaseModel):
    number: int
    delivered: bool


class _Header(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    order_id: str = Field(examples=["shop:1001"])
    source: str = Field(examples=["shop"])
    external_id: str = Field(examples=["1001"])
    partner_id: str = Field(examples=["p-1001"])
    channel_type: str = Field(description="Of the partner when the order was placed, like segment and territory.", examples=["retailer"])
    segment: str | None = Field(examples=["Stationery"])
    territory: str = Field(examples=["CN-E"])
    sales_rep: str | None = Field(examples=["ann"])
    currency: str = Field(examples=["CNY"])
    warehouse: str = Field(examples=["sh"])
    imported: bool


class OrderDetail(_Header):
    """An order as it is now."""

    status: Status
    placed_on: date
    confirmed_on: date | None
    flags: list[str] = Field(examples=[["partner_suspended"]])
    lines: list[OrderLineOut]
    shipments: list[ShipmentOut]

    @classmethod
    def of(cls, placed: OrderPlaced, order: Order, status: Status) -> Self:
        return cls(
            **_Header.model_validate(placed).model_dump(),
            status=status,
            placed_on=placed.occurred_on,
            confirmed_on=order.confirmed_on,
            flags=list(placed.flags),
            lines=[OrderLineOut.of(line) for line in order.lines.values()],
            shipments=[ShipmentOut(number=one.number, delivered=one.delivered) for one in order.shipments],
        )


class OrderRow(_Header):
    """An order in the list, with its units by what became of them."""

    status: Status
    placed_on: date
    confirmed_on: date | None
    flagged: bool
    lines: int
    units: int
    cancelled: int
    shipped: int
    delivered: int
    returned: int
    gross: Amount
    discount: Amount
