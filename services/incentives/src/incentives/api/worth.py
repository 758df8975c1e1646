"""What things are worth: exchange rates, and costs of products."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, Commands, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.application.taking_in import setting_cost, telling_rate
from incentives.domain.cost import SetCost
from incentives.domain.exchange_rate import TellExchangeRate
from incentives.views import costs, exchange_rates

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

_x, _c = exchange_rates.TABLE.sql.c, costs.TABLE.sql.c
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
