"""Products and warehouses."""

from datetime import date

from channel_service import BRAND, Allow, Commands, Page, PageDep, ReadDep, Role, Search, SeenBy, fetch_page
from fastapi import APIRouter
from pydantic import BaseModel, Field

from orders_inventory.api.models import Sku, Warehouse
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.warehouse import DefineWarehouse
from orders_inventory.views.catalogue import CATALOGUE, products, warehouses

router = APIRouter(tags=["catalogue"], dependencies=[Allow(*BRAND)])
DEFINE = [Role.CHANNEL_MANAGER, Role.OPS]


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


Commands(router).put("/v1/products/{sku}", DefineProduct, allow=DEFINE, created=True, summary="Define a product")
Commands(router).put("/v1/warehouses/{warehouse}", DefineWarehouse, allow=DEFINE, created=True, summary="Define a warehouse")


@router.get("/v1/products", summary="All products, by SKU", dependencies=[SeenBy(CATALOGUE)])
async def list_products(read: ReadDep, page: PageDep, q: Search = None) -> Page[ProductOut]:
    query, key = products(q)
    return await fetch_page(read, query, page, key=[key], row=ProductOut.model_validate)


@router.get("/v1/warehouses", summary="All warehouses, by code", dependencies=[SeenBy(CATALOGUE)])
async def list_warehouses(read: ReadDep, page: PageDep, q: Search = None) -> Page[WarehouseOut]:
    query, key = warehouses(q)
    return await fetch_page(read, query, page, key=[key], row=WarehouseOut.model_validate)
