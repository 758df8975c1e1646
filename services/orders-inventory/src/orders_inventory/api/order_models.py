"""What answers about orders are made of."""

from datetime import date
from typing import Self

from channel_service import Amount
from pydantic import BaseModel, ConfigDict, Field

from orders_inventory.api.models import Sku
from orders_inventory.domain.order import Line, Order, OrderPlaced, Status


class OrderLineOut(BaseModel):
    """A line as placed, and its units by what became of them."""

    line_id: str = Field(examples=["1"])
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
