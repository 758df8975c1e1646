"""Price lists: setting a price, and what holds when."""

from datetime import date
from typing import Annotated

from channel_service import (
    BRAND,
    Allow,
    Amount,
    By,
    Dated,
    Day,
    Key,
    LogDep,
    Money,
    Page,
    PageDep,
    ReadDep,
    Receipt,
    Role,
    SeenBy,
    Today,
    fetch_page,
)
from fastapi import APIRouter, Path, Query, Response, status
from pydantic import BaseModel, Field

from orders_inventory.api.models import Sku
from orders_inventory.application.prices import set_price
from orders_inventory.domain.price import SetPrice
from orders_inventory.views.prices import KEY, PRICES, Wanted, listed

router = APIRouter(prefix="/v1/prices", tags=["prices"], dependencies=[Allow(*BRAND)])
PriceList = Annotated[str, Field(min_length=1, max_length=40, examples=["retail"])]
CurrencyCode = Annotated[str, Field(min_length=1, max_length=20, description="ISO 4217, by its three letters.", examples=["CNY"])]


class PriceIn(Dated):
    unit_price: Money = Field(examples=["3.50"])
    valid_from: Day | None = Field(None, description="The first day on which it holds; today when left out.")


class PriceOut(BaseModel):
    price_list: str = Field(examples=["retail"])
    currency: str = Field(examples=["CNY"])
    sku: str = Field(examples=["PEN-01"])
    valid_from: date
    valid_until: date | None = Field(description="The day of the next price, on which this one no longer holds.")
    unit_price: Amount
    set_on: date


@router.put(
    "/{price_list}/{currency}/{sku}",
    dependencies=[Allow(Role.CHANNEL_MANAGER, Role.OPS)],
    summary="Set a price",
    responses={201: {"description": "It is new or changed.", "model": Receipt}},
)
async def put_price(
    price_list: Annotated[PriceList, Path()],
    currency: Annotated[CurrencyCode, Path()],
    sku: Annotated[Sku, Path()],
    body: PriceIn,
    log: LogDep,
    by: By,
    key: Key,
    today: Today,
    response: Response,
) -> Receipt:
    """The same again changes nothing; another price from the same day on replaces that one. Orders keep the prices they carry."""
    command = SetPrice(
        price_list=price_list,
        currency=currency,
        sku=sku,
        unit_price=body.unit_price,
        valid_from=body.valid_from or today,
        on=body.on or today,
    )
    receipt = Receipt.of(f"{price_list}/{currency}/{sku}", await set_price(log, command, by, key))
    response.status_code = status.HTTP_201_CREATED if receipt.changed else status.HTTP_200_OK
    return receipt


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
