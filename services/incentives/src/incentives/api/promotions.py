"""Promotions and their coupons; what orders redeem of them, and what of that comes back."""

from datetime import date
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from channel_events import Rejected
from channel_service import BRAND, Allow, Amount, Commands, Listing, LogDep, Role, list_route, same, set_etag
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from incentives.api.as_caller import by_caller
from incentives.application.promotions import issuing, redeeming, rolling_back
from incentives.application.promotions_reading import find_promotion
from incentives.domain.coupon import IssueCoupon
from incentives.domain.promotion.commands import DefinePromotion, EndPromotion, PausePromotion, StartPromotion
from incentives.domain.promotion.decide import PromotionStatus
from incentives.domain.redemption.commands import RedeemPromotions, RollBackRedemption
from incentives.views.promotions import COST, COUPONS, PROMOTIONS, REDEEMED, TABLE

router = APIRouter(tags=["promotions"], dependencies=[Allow(*BRAND)])
redeemed = APIRouter(tags=["promotions"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_WRITE, _APPROVE = [Role.CHANNEL_MANAGER, Role.FINANCE], [Role.FINANCE]
_Text = Annotated[str, Field(min_length=1, max_length=100)]
PromotionId = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", examples=["spring-2026"])]

commands = Commands(router)
_ONE, _ORDER = "/v1/promotions/{promotion_id}", "/v1/redemptions/{order_id}"
commands.put(_ONE, DefinePromotion, by_caller=by_caller, allow=_WRITE, created=True, summary="Define a promotion")
commands.post(_ONE + "/start", StartPromotion, by_caller=by_caller, allow=_APPROVE, summary="Approve and start it")
commands.post(_ONE + "/pause", PausePromotion, by_caller=by_caller, allow=_WRITE, summary="Pause it")
commands.post(_ONE + "/end", EndPromotion, by_caller=by_caller, allow=_WRITE, summary="End it")
commands.put("/v1/coupons/{coupon}", IssueCoupon, use=issuing, by_caller=by_caller, allow=_WRITE, created=True, summary="Issue a coupon")
_redeem: dict[str, Any] = {"by_caller": by_caller, "allow": [*_WRITE, Role.OPS]}
commands.post(_ORDER, RedeemPromotions, use=redeeming, **_redeem, summary="Redeem what an order can redeem")
commands.post(_ORDER + "/roll-back", RollBackRedemption, use=rolling_back, **_redeem, summary="Roll back with units that came back")


class PromotionRow(BaseModel):
    promotion_id: str = Field(examples=["spring-2026"])
    title: str = Field(examples=["Spring pens"])
    currency: str = Field(examples=["CNY"])
    status: PromotionStatus
    first: date
    last: date
    spend: Amount = Field(description="What orders redeemed, less what was rolled back.")
    uses: int = Field(description="Orders that redeemed it, less those that were rolled back wholly.")
    changed_by: str = Field(examples=["ann"])
    changed_on: date


class SpentOut(BaseModel):
    """A budget, and what is used up of it."""

    channel_type: str | None = Field(examples=["store"], description="All when there is none.")
    spend: Amount | None
    uses: int | None
    spent: Amount
    used: int


class PromotionOut(BaseModel):
    promotion_id: str = Field(examples=["spring-2026"])
    status: PromotionStatus
    writers: list[str] = Field(examples=[["ann"]], description="None of them may start it.")
    budgets: list[SpentOut]
    terms: dict[str, Any] = Field(examples=[{"title": "Spring pens"}], description="With every parameter said; defining takes the same.")


class RedemptionRow(BaseModel):
    """What an order redeemed of a promotion; ``reason`` says why it did not, where that is so."""

    order_id: str = Field(examples=["shop:1001"])
    promotion_id: str = Field(examples=["spring-2026"])
    partner_id: str = Field(examples=["p-1001"])
    channel_type: str | None = Field(examples=["store"])
    currency: str | None = Field(examples=["CNY"])
    coupon: str | None = Field(examples=["SPRING-7Q4K"])
    amount: Amount
    rolled_back: Amount
    reason: str | None = Field(examples=["budget_exhausted"])
    occurred_on: date


class CostRow(BaseModel):
    """What a payer bears of a promotion, less what was rolled back."""

    promotion_id: str = Field(examples=["spring-2026"])
    payer: str = Field(examples=["brand"])
    currency: str = Field(examples=["CNY"])
    amount: Amount


class CouponRow(BaseModel):
    coupon: str = Field(examples=["SPRING-7Q4K"])
    promotion_id: str = Field(examples=["spring-2026"])
    partner_id: str | None = Field(examples=["p-1001"], description="Who alone may use it.")
    uses: int | None = Field(description="How many orders may use it; any number when null.")
    used: int
    last: date | None


@router.get("/v1/promotions/{promotion_id}", summary="One promotion")
async def get_promotion(promotion_id: PromotionId, log: LogDep, response: Response) -> PromotionOut:
    """Always current."""
    found, tag = await find_promotion(log, promotion_id)
    if found.terms is None:
        raise Rejected("promotion_unknown", promotion_id=promotion_id)
    set_etag(response, tag)
    both = zip(found.terms.budgets, found.spent, strict=True)
    budgets = [
        SpentOut(channel_type=one.channel_type, spend=one.spend, uses=one.uses, spent=used.spend, used=used.uses) for one, used in both
    ]
    terms = msgspec.to_builtins(found.terms)
    return PromotionOut(promotion_id=promotion_id, status=found.status, writers=list(found.writers), budgets=budgets, terms=terms)


_t, _r, _c, _k = (one.sql.c for one in (TABLE, REDEEMED, COST, COUPONS))
PROMOTION_LIST = Listing(
    PROMOTIONS,
    sa.select(TABLE.sql),
    order=[_t.promotion_id],
    filters=[same(_t.status, PromotionStatus), same(_t.currency, _Text)],
    search=TABLE,
)
list_route(router, "/v1/promotions", PROMOTION_LIST, PromotionRow, summary="Promotions")
COST_LIST = Listing(PROMOTIONS, sa.select(COST.sql), order=[_c.promotion_id, _c.payer], filters=[same(_c.promotion_id, _Text)], search=COST)
list_route(router, "/v1/promotion-costs", COST_LIST, CostRow, summary="Who bears what of promotions")
COUPON_LIST = Listing(PROMOTIONS, sa.select(COUPONS.sql), order=[_k.coupon], filters=[same(_k.promotion_id, _Text)], search=COUPONS)
list_route(router, "/v1/coupons", COUPON_LIST, CouponRow, summary="Coupons")
REDEMPTION_LIST = Listing(
    PROMOTIONS,
    sa.select(REDEEMED.sql),
    order=[_r.order_id, _r.promotion_id],
    filters=[same(_r.partner_id, _Text), same(_r.promotion_id, _Text), same(_r.order_id, _Text)],
    search=REDEEMED,
)
list_route(redeemed, "/v1/redemptions", REDEMPTION_LIST, RedemptionRow, summary="What orders redeemed of promotions")
