"""Price lists: setting a price, and what holds when."""

from datetime import date
from typing import Annotated

from channel_service import BRAND, Allow, Amount, Commands, Day, Page, PageDep, ReadDep, Role, SeenBy, fetch_page
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from orders_inventory.api.models import Sku
from orders_inventory.application.stocking import pricing
from orders_inventory.domain.price import SetPrice
from orders_inventory.views.prices import KEY, PRICES, Wanted, listed

router = APIRouter(prefix="/v1/prices", tags=["prices"], dependencies=[Allow(*BRAND)])
PriceList = Annotated[str, Field(min_length=1, max_length=40, examples=["retail"])]
CurrencyCode = Annotated[str, Field(min_length=1, max_length=20, description="ISO 4217, by its three letters.", examples=["CNY"])]


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


@router.get("", summary="Prices by list, currency, SKU and day", dependencies=[SeenBy(PRICES)])
async def list_prices(
    read: ReadDep,
    page: PageDep,
    price_list: Annotated[PriceList | None, Query()] = None,
    currency: Annotated[CurrencyCode | None, Query()] = None,
    sku: Annotated[Sku | None, Query()] = None,
    as_of: Annotated[Day | None, Query(description="Only what holds on this day; past and planned prices too when left out.")] = None,
) -> Page[PriceOut]:
    query = listed(Wanted(price_list=price_list, currency=currency, sku=sku, as_of=as_of))
    return await fetch_page(read, query, page, key=KEY, row=PriceOut.model_validate)
