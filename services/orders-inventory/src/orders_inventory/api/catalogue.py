"""Products and warehouses."""

from datetime import date

import sqlalchemy as sa
from channel_service import BRAND, Allow, Commands, Listing, Role, list_route
from fastapi import APIRouter
from pydantic import BaseModel, Field

from orders_inventory.api.models import Sku, Warehouse
from orders_inventory.application.cataloguing import defining_product, defining_warehouse
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.warehouse import DefineWarehouse
from orders_inventory.views.catalogue import CATALOGUE, PRODUCT_TABLE, WAREHOUSE_TABLE

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


Commands(router).put("/v1/products/{sku}", DefineProduct, use=defining_product, allow=DEFINE, created=True, summary="Define a product")
Commands(router).put(
    "/v1/warehouses/{warehouse}",
    DefineWarehouse,
    use=defining_warehouse,
    allow=DEFINE,
    created=True,
    summary="Define a warehouse",
)


PRODUCT_LIST = Listing(CATALOGUE, sa.select(PRODUCT_TABLE.sql), order=[PRODUCT_TABLE.sql.c.sku], search=PRODUCT_TABLE)
WAREHOUSE_LIST = Listing(CATALOGUE, sa.select(WAREHOUSE_TABLE.sql), order=[WAREHOUSE_TABLE.sql.c.warehouse], search=WAREHOUSE_TABLE)
list_route(router, "/v1/products", PRODUCT_LIST, ProductOut, summary="All products, by SKU")
list_route(router, "/v1/warehouses", WAREHOUSE_LIST, WarehouseOut, summary="All warehouses, by code")
