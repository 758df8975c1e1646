"""Stock: what came in, what is there, and the movements that explain it."""

from datetime import date, datetime
from typing import Literal

import sqlalchemy as sa
from channel_service import BRAND, Allow, Commands, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from orders_inventory.api.models import Sku, Warehouse
from orders_inventory.application.stocking import counting, receiving, writing_off
from orders_inventory.domain.stock import CountStock, ReceiveStock, WriteOffStock
from orders_inventory.views.stock import BALANCE_TABLE, MOVEMENT_TABLE, STOCK_LEVELS, TOLD_TABLE

router = APIRouter(tags=["stock"], dependencies=[Allow(*BRAND)])


class Balance(BaseModel):
    """``available`` is on hand and not promised to an order. Received - shipped + returned + adjusted is on hand."""

    warehouse: Warehouse
    sku: Sku
    on_hand: int
    reserved: int
    available: int
    received: int
    shipped: int
    returned: int
    adjusted: int = Field(description="By counts, less what was written off.")


class Movement(BaseModel):
    """What one event added to ``on_hand`` and ``reserved``; ``/v1/events/{event_id}`` shows the event."""

    position: int
    event_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    kind: Literal["received", "adjusted", "written_off", "reserved", "released", "shipped", "returned"]
    on_hand: int
    reserved: int
    order_id: str | None = Field(examples=["shop:1001"])
    reference: str | None = Field(examples=["DN-4711"])
    reason: str | None = Field(description="Of an adjustment, or of a loss.")
    occurred_on: date
    recorded_at: datetime


def _balance(c: ReceiveStock | CountStock | WriteOffStock) -> str:
    return f"{c.warehouse}/{c.sku}"


commands = Commands(router)
commands.post("/v1/stock-receipts", ReceiveStock, use=receiving, allow=[Role.OPS], created=True, id=_balance, summary="Receive stock")
commands.post("/v1/stock-counts", CountStock, use=counting, allow=[Role.OPS], id=_balance, summary="Count stock")
commands.post("/v1/stock-write-offs", WriteOffStock, use=writing_off, allow=[Role.OPS], created=True, id=_balance, summary="Write off")


_level, _moved, _told = BALANCE_TABLE.sql.c, MOVEMENT_TABLE.sql.c, TOLD_TABLE.sql.c

BALANCE_LIST = Listing(
    STOCK_LEVELS,
    sa.select(*_level, (_level.on_hand - _level.reserved).label("available")),
    order=[_level.warehouse, _level.sku],
    filters=[same(_level.warehouse, Warehouse), same(_level.sku, Sku)],
)
MOVEMENT_LIST = Listing(
    STOCK_LEVELS,
    sa.select(*_moved, *(one for one in _told if one.name != "position")).join(TOLD_TABLE.sql, _told.position == _moved.position),
    order=[_moved.position],
    newest=True,
    filters=[same(_moved.warehouse, Warehouse), same(_moved.sku, Sku)],
)
"""Of one balance."""
list_route(router, "/v1/stock", BALANCE_LIST, Balance, summary="Balances")
list_route(
    router, "/v1/stock/{warehouse}/{sku}/movements", MOVEMENT_LIST, Movement, summary="Movements of a SKU in a warehouse, newest first"
)
