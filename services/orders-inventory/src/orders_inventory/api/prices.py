"""Price lists: setting a price, and what holds when."""

from datetime import date
from typing import Annotated

from channel_service import BRAND, Allow, Amount, Commands, Day, Filter, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from orders_inventory.api.models import Sku
from orders_inventory.application.stocking import pricing
from orders_inventory.domain.price import SetPrice, WithdrawPrice
from orders_inventory.views.prices import PRICES, ROWS, TABLE, holds_on

router = APIRouter(prefix="/v1/prices", tags=["prices"], dependencies=[Allow(*BRAND)])


class PriceOut(BaseModel):
    price_list: str = Field(examples=["retail"])
    currency: str = Field(examples=["CNY"])
    sku: str = Field(examples=["PEN-01"])
    valid_from: date
    valid_until: date | None = Field(description="The day of the next price, on which this one no longer holds.")
    unit_price: Amount
    set_on: date


Commands(router).put(
    "/{price_list}/{currency}/{sku}",
    SetPrice,
    use=pricing,
    allow=[Role.CHANNEL_MANAGER, Role.OPS],
    created=True,
    summary="Set a price",
)
Commands(router).delete(
    "/{price_list}/{currency}/{sku}",
    WithdrawPrice,
    allow=[Role.CHANNEL_MANAGER, Role.OPS],
    summary="Withdraw a price that lies ahead",
)


_c = TABLE.sql.c
PRICE_LIST = Listing(
    PRICES,
    ROWS,
    order=[_c[name] for name in TABLE.key],
    filters=[
        same(_c.price_list, Annotated[str, Field(min_length=1, max_length=40, examples=["retail"])]),
        same(
            _c.currency,
            Annotated[str, Field(min_length=1, max_length=20, description="ISO 4217, by its three letters.", examples=["CNY"])],
        ),
        same(_c.sku, Sku),
        Filter(
            name="as_of", kind=Day, where=holds_on, description="Only what holds on this day; past and planned prices too when left out."
        ),
    ],
)
list_route(router, "", PRICE_LIST, PriceOut, summary="Prices by list, currency, SKU and day")
