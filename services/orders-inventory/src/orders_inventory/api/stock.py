"""Stock: what came in, what is there, and the movements that explain it."""

from datetime import date, datetime
from typing import Annotated, Literal

from channel_service import BRAND, Allow, Commands, Page, PageDep, ReadDep, Role, SeenBy, fetch_page
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from orders_inventory.api.models import Sku, Warehouse
from orders_inventory.application.stocking import counting, receiving
from orders_inventory.domain.stock import CountStock, ReceiveStock
from orders_inventory.views.stock import STOCK_LEVELS, balances, movements

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


def _balance(c: ReceiveStock | CountStock) -> str:
    return f"{c.warehouse}/{c.sku}"


commands = Commands(router)
commands.post("/v1/stock-receipts", ReceiveStock, use=receiving, allow=[Role.OPS], created=True, id=_balance, summary="Receive stock")
commands.post("/v1/stock-counts", CountStock, use=counting, allow=[Role.OPS], id=_balance, summary="Count stock")


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
