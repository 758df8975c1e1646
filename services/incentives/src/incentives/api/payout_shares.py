"""Among whom what payees earn is shared."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Commands, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.domain.payout_share import SharePayout
from incentives.domain.words import Payee
from incentives.views.payout_shares import PAYOUT_SHARES, TABLE

router = APIRouter(tags=["credits"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_Text = Annotated[str, Field(min_length=1, max_length=100)]


class PayoutShareRow(BaseModel):
    """A share of what a payee earns. A partner sees its own."""

    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    plan_id: str = Field(description="Empty: all plans.", examples=["dealer-2026"])
    rule_id: str = Field(description="Empty: all rules of the plan.", examples=["volume"])
    since: date
    member: Payee
    member_id: str = Field(examples=["ann"])
    share: str = Field(description="1 is all of it.", examples=["1/3"])
    set_on: date


Commands(router).put(
    "/v1/payout-shares/{payee}/{payee_id}",
    SharePayout,
    allow=[Role.CHANNEL_MANAGER, Role.FINANCE],
    created=True,
    summary="Share what a payee earns",
)
_c = TABLE.sql.c
LIST = Listing(
    PAYOUT_SHARES,
    sa.select(TABLE.sql),
    order=[_c.payee, _c.payee_id, _c.plan_id, _c.rule_id, _c.since, _c.member, _c.member_id],
    filters=[same(_c.payee, Payee), same(_c.payee_id, _Text), same(_c.member, Payee), same(_c.member_id, _Text)],
    search=TABLE,
)
list_route(router, "/v1/payout-shares", LIST, PayoutShareRow, summary="Shares of what payees earn")
