"""What things are worth: exchange rates, costs of products, changes of their prices."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, Commands, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.application.taking_in import changing_price, setting_cost, telling_rate
from incentives.domain.cost import SetCost
from incentives.domain.exchange_rate import TellExchangeRate
from incentives.domain.price_change import ChangePrice
from incentives.views import costs, exchange_rates, price_changes

router = APIRouter(tags=["worth"], dependencies=[Allow(*BRAND, Role.PARTNER)])
staff = APIRouter(tags=["worth"], dependencies=[Allow(*BRAND)])
_WRITE = [Role.CHANNEL_MANAGER, Role.FINANCE]
_Text = Annotated[str, Field(min_length=1, max_length=100)]
_Currency = Annotated[str, Field(min_length=3, max_length=3, examples=["CNY"])]


class RateRow(BaseModel):
    """From the day on, until the next one's, one ``base`` is ``rate`` of ``quote``."""

    base: str = Field(examples=["USD"])
    quote: str = Field(examples=["CNY"])
    day: date
    rate: Amount


class CostRow(BaseModel):
    sku: str = Field(examples=["PEN-01"])
    currency: str = Field(examples=["CNY"])
    since: date
    unit_cost: Amount
    set_on: date


class PriceChangeRow(BaseModel):
    sku: str = Field(examples=["PEN-01"])
    currency: str = Field(examples=["CNY"])
    day: date = Field(description="The first with the new price.")
    before: Amount
    after: Amount


commands = Commands(router)
commands.put(
    "/v1/exchange-rates/{base}/{quote}/{day}",
    TellExchangeRate,
    use=telling_rate,
    allow=[Role.FINANCE],
    created=True,
    summary="Tell an exchange rate",
)
commands.put("/v1/costs/{sku}/{currency}", SetCost, use=setting_cost, allow=_WRITE, created=True, summary="Say what a unit costs")
commands.put(
    "/v1/price-changes/{sku}/{currency}/{day}",
    ChangePrice,
    use=changing_price,
    allow=_WRITE,
    created=True,
    summary="Record a change of a price",
)

_x, _c, _p = exchange_rates.TABLE.sql.c, costs.TABLE.sql.c, price_changes.TABLE.sql.c
RATE_LIST = Listing(
    exchange_rates.EXCHANGE_RATES,
    sa.select(exchange_rates.TABLE.sql),
    order=[_x.base, _x.quote, _x.day],
    filters=[same(_x.base, _Currency), same(_x.quote, _Currency)],
)
list_route(router, "/v1/exchange-rates", RATE_LIST, RateRow, summary="Exchange rates by currencies and day")
COST_LIST = Listing(
    costs.COSTS,
    sa.select(costs.TABLE.sql),
    order=[_c.sku, _c.currency, _c.since],
    filters=[same(_c.sku, _Text), same(_c.currency, _Currency)],
    search=costs.TABLE,
)
list_route(staff, "/v1/costs", COST_LIST, CostRow, summary="Costs by product, currency and day")
PRICE_CHANGE_LIST = Listing(
    price_changes.PRICE_CHANGES,
    sa.select(price_changes.TABLE.sql),
    order=[_p.sku, _p.currency, _p.day],
    filters=[same(_p.sku, _Text), same(_p.currency, _Currency)],
    search=price_changes.TABLE,
)
list_route(router, "/v1/price-changes", PRICE_CHANGE_LIST, PriceChangeRow, summary="Changes of prices by product and day")
