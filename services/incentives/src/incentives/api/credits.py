"""Who is credited: splits of orders, responsibilities for territories, superiors of sales reps."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, Commands, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.application.taking_in import setting_responsibility, splitting
from incentives.domain.credits import Counts
from incentives.domain.responsibility import SetResponsibility
from incentives.domain.split import SplitOrder
from incentives.domain.superior import SetSuperior, WithdrawSuperior
from incentives.domain.words import Payee
from incentives.views import responsibilities, splits, superiors

router = APIRouter(tags=["credits"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_WRITE = [Role.CHANNEL_MANAGER, Role.FINANCE]
_Text = Annotated[str, Field(min_length=1, max_length=100)]


class ShareRow(BaseModel):
    """A share of a split. A partner sees its own."""

    payee: Payee
    order_id: str = Field(examples=["shop:1001"])
    line_id: str = Field(description="Empty: all lines.", examples=["1"])
    payee_id: str = Field(examples=["p-1001"])
    share: Amount
    counts: Counts
    split_on: date


class ResponsibilityRow(BaseModel):
    payee: Payee
    territory: str = Field(examples=["CN-E"])
    payee_id: str = Field(examples=["p-1001"])
    first: date
    last: date | None = Field(description="Without it there is no end.")
    share: Amount
    counts: Counts
    set_on: date


class SuperiorRow(BaseModel):
    payee_id: str = Field(examples=["ann"])
    since: date
    above: str | None = Field(examples=["bob"])
    set_on: date


commands = Commands(router)
commands.put("/v1/splits/{payee}/{order_id}", SplitOrder, use=splitting, allow=_WRITE, created=True, summary="Split an order, or a line")
commands.put(
    "/v1/responsibilities/{payee}/{territory}/{payee_id}",
    SetResponsibility,
    use=setting_responsibility,
    allow=_WRITE,
    created=True,
    summary="Say who is responsible for a territory",
)
commands.put("/v1/superiors/{payee_id}", SetSuperior, allow=_WRITE, created=True, summary="Say who is above a sales rep")
commands.delete("/v1/superiors/{payee_id}", WithdrawSuperior, allow=_WRITE, summary="Withdraw who is above a sales rep")

_s, _r, _u = splits.TABLE.sql.c, responsibilities.TABLE.sql.c, superiors.TABLE.sql.c
SPLIT_LIST = Listing(
    splits.SPLITS,
    sa.select(splits.TABLE.sql),
    order=[_s.payee, _s.order_id, _s.line_id, _s.payee_id],
    filters=[same(_s.payee, Payee), same(_s.order_id, _Text), same(_s.payee_id, _Text)],
    search=splits.TABLE,
)
list_route(router, "/v1/splits", SPLIT_LIST, ShareRow, summary="Shares of split orders")
RESPONSIBILITY_LIST = Listing(
    responsibilities.RESPONSIBILITIES,
    sa.select(responsibilities.TABLE.sql),
    order=[_r.payee, _r.territory, _r.payee_id, _r.first],
    filters=[same(_r.payee, Payee), same(_r.territory, _Text), same(_r.payee_id, _Text)],
    search=responsibilities.TABLE,
)
list_route(router, "/v1/responsibilities", RESPONSIBILITY_LIST, ResponsibilityRow, summary="Responsibilities for territories")
SUPERIOR_LIST = Listing(
    superiors.SUPERIORS,
    sa.select(superiors.TABLE.sql),
    order=[_u.payee_id, _u.since],
    filters=[same(_u.payee_id, _Text), same(_u.above, _Text)],
    search=superiors.TABLE,
)
staff = APIRouter(tags=["credits"], dependencies=[Allow(*BRAND)])
list_route(staff, "/v1/superiors", SUPERIOR_LIST, SuperiorRow, summary="Who is above which sales rep")
