"""Stock: what came in, what is there, and the movements that explain it."""

from datetime import date, datetime
from typing import Annotated, Literal

from channel_service import (
    BRAND,
    Allow,
    By,
    Dated,
    Key,
    LogDep,
    Page,
    PageDep,
    Quantity,
    ReadDep,
    Receipt,
    Role,
    SeenBy,
    Text,
    Today,
    fetch_page,
)
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from orders_inventory.api.models import Sku, Warehouse
from orders_inventory.application.catalogue import count_stock, receive_stock
from orders_inventory.domain.stock import CountStock, ReceiveStock
from orders_inventory.views.stock import STOCK_LEVELS, balances, movements

router = APIRouter(tags=["stock"], dependencies=[Allow(*BRAND)])


class StockReceipt(Dated):
    warehouse: Warehouse
    sku: Sku
    quantity: Quantity
    reference: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(None, examples=["DN-4711"])


class StockCount(Dated):
    warehouse: Warehouse
    sku: Sku
    counted: int = Field(strict=True, ge=0, le=1_000_000_000, description="Units that lie there, promised ones among them.", examples=[488])
    reason: Text = Field("stock count", examples=["yearly count"])
    reference: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(None, examples=["COUNT-2026-05"])


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
    adjusted: int = Field(description="By counts.")


class Movement(BaseModel):
    """What one event added to ``on_hand`` and ``reserved``; ``/v1/events/{event_id}`` shows the event."""

    position: int
    event_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    kind: Literal["received", "adjusted", "reserved", "released", "shipped", "returned"]
    on_hand: int
    reserved: int
    order_id: str | None = Field(examples=["shop:1001"])
    reference: str | None = Field(examples=["DN-4711"])
    reason: str | None = Field(description="Of an adjustment.")
    occurred_on: date
    recorded_at: datetime


@router.post("/v1/stock-receipts", dependencies=[Allow(Role.OPS)], summary="Receive stock", status_code=201)
async def post_receipt(body: StockReceipt, log: LogDep, by: By, key: Key, today: Today) -> Receipt:
    """Send an Idempotency-Key: a repeat is no second delivery then."""
    command = ReceiveStock(warehouse=body.warehouse, sku=body.sku, quantity=body.quantity, reference=body.reference, on=body.on or today)
    return Receipt.of(f"{body.warehouse}/{body.sku}", await receive_stock(log, command, by, key))


@router.post("/v1/stock-counts", dependencies=[Allow(Role.OPS)], summary="Count stock")
async def post_count(body: StockCount, log: LogDep, by: By, key: Key, today: Today) -> Receipt:
    """The difference to what is known is an event with its reason; a count that agrees changes nothing."""
    command = CountStock(
        warehouse=body.warehouse,
        sku=body.sku,
        counted=body.counted,
        reason=body.reason,
        reference=body.reference,
        on=body.on or today,
    )
    return Receipt.of(f"{body.warehouse}/{body.sku}", await count_stock(log, command, by, key))


@router.get("/v1/stock", summary="Balances", dependencies=[SeenBy(STOCK_LEVELS)])
async def list_stock(
    read: ReadDep, page: PageDep, warehouse: Annotated[Warehouse | None, Query()] = None, sku: Annotated[Sku | None, Query()] = None
) -> Page[Balance]:
    query, key = balances(warehouse, sku)
    return await fetch_page(read, query, page, key=key, row=Balance.model_validate)


@router.get(
    "/v1/stock/{warehouse}/{sku}/movements",
    summary="Movements of a SKU in a warehouse, newest first",
    dependencies=[SeenBy(STOCK_LEVELS)],
)
async def list_movements(
    warehouse: Annotated[Warehouse, Path()], sku: Annotated[Sku, Path()], read: ReadDep, page: PageDep
) -> Page[Movement]:
    query, key = movements(warehouse, sku)
    return await fetch_page(read, query, page, key=[key], row=Movement.model_validate, descending=True)
