"""Products and warehouses."""

from datetime import date
from typing import Annotated

from channel_service import (
    BRAND,
    Allow,
    By,
    Dated,
    Key,
    Label,
    LogDep,
    Page,
    PageDep,
    ReadDep,
    Receipt,
    Role,
    Search,
    SeenBy,
    Text,
    Today,
    fetch_page,
)
from fastapi import APIRouter, Path, Response, status
from pydantic import BaseModel, Field

from orders_inventory.api.models import Sku, Warehouse
from orders_inventory.application.catalogue import define_product, define_warehouse
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.warehouse import DefineWarehouse
from orders_inventory.views.catalogue import CATALOGUE, products, warehouses

router = APIRouter(tags=["catalogue"], dependencies=[Allow(*BRAND)])
DEFINE = [Allow(Role.CHANNEL_MANAGER, Role.OPS)]


class ProductIn(Dated):
    name: Text = Field(examples=["Gel pen"])
    category: Label | None = Field(None, examples=["Writing"])
    subcategory: Label | None = Field(None, examples=["Pens"])


class WarehouseIn(Dated):
    name: Text = Field(examples=["Shanghai hub"])
    territory: Label | None = Field(None, examples=["CN-E"])


class ProductOut(BaseModel):
    sku: Sku
    name: str = Field(examples=["Gel pen"])
    category: str | None = Field(examples=["Writing"])
    subcategory: str | None = Field(examples=["Pens"])
    defined_on: date


class WarehouseOut(BaseModel):
    warehouse: Warehouse
    name: str = Field(examples=["Shanghai hub"])
    territory: str | None = Field(examples=["CN-E"])
    defined_on: date


@router.put(
    "/v1/products/{sku}",
    dependencies=DEFINE,
    summary="Define a product",
    responses={201: {"description": "It is new or changed.", "model": Receipt}},
)
async def put_product(
    sku: Annotated[Sku, Path()], body: ProductIn, log: LogDep, by: By, key: Key, today: Today, response: Response
) -> Receipt:
    """The same again changes nothing, another description replaces it."""
    command = DefineProduct(sku=sku, name=body.name, category=body.category, subcategory=body.subcategory, on=body.on or today)
    return _answer(response, Receipt.of(sku, await define_product(log, command, by, key)))


@router.put(
    "/v1/warehouses/{warehouse}",
    dependencies=DEFINE,
    summary="Define a warehouse",
    responses={201: {"description": "It is new or changed.", "model": Receipt}},
)
async def put_warehouse(
    warehouse: Annotated[Warehouse, Path()], body: WarehouseIn, log: LogDep, by: By, key: Key, today: Today, response: Response
) -> Receipt:
    """The same again changes nothing, another description replaces it."""
    command = DefineWarehouse(warehouse=warehouse, name=body.name, territory=body.territory, on=body.on or today)
    return _answer(response, Receipt.of(warehouse, await define_warehouse(log, command, by, key)))


@router.get("/v1/products", summary="All products, by SKU", dependencies=[SeenBy(CATALOGUE)])
async def list_products(read: ReadDep, page: PageDep, q: Search = None) -> Page[ProductOut]:
    query, key = products(q)
    return await fetch_page(read, query, page, key=[key], row=ProductOut.model_validate)


@router.get("/v1/warehouses", summary="All warehouses, by code", dependencies=[SeenBy(CATALOGUE)])
async def list_warehouses(read: ReadDep, page: PageDep, q: Search = None) -> Page[WarehouseOut]:
    query, key = warehouses(q)
    return await fetch_page(read, query, page, key=[key], row=WarehouseOut.model_validate)


def _answer(response: Response, receipt: Receipt) -> Receipt:
    response.status_code = status.HTTP_201_CREATED if receipt.changed else status.HTTP_200_OK
    return receipt
