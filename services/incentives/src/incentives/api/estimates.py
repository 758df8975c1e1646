"""Estimates: how far it is to what pays more, and what an open order will earn."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from channel_events import Rejected
from channel_service import BRAND, Allow, Amount, Caller, Code, LogDep, Role, RuntimeDep, SeenBy, Today
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from incentives.api.as_caller import may_see
from incentives.api.earnings import Exact, PayeeId
from incentives.api.plans import PlanId, VersionNumber
from incentives.application.earnings import exact, rated_plan
from incentives.application.estimates import Estimate, estimated, missing
from incentives.domain.calculation import Entry
from incentives.domain.facts import Base
from incentives.domain.words import Payee
from incentives.views.movements import MOVEMENTS

router = APIRouter(tags=["earnings"], dependencies=[Allow(*BRAND, Role.PARTNER)])


class NextTier(BaseModel):
    """What a rule counts in the window of today, and from where on it pays more."""

    entry_id: str = Field(examples=["dealer-2026~1~volume~~p-1001~2026-01-01"])
    rule_id: str = Field(examples=["volume"])
    part: str = Field(examples=["quarterly"])
    first: date = Field(examples=["2026-01-01"])
    last: date = Field(examples=["2026-03-31"])
    base: Base
    counted: Exact
    ahead: Exact = Field(description="The base from which on more is paid.")
    missing: Exact

    @classmethod
    def of(cls, one: Entry) -> "NextTier":
        names = ("entry_id", "rule_id", "part", "first", "last", "base")
        said: dict[str, Any] = {name: getattr(one, name) for name in names}
        return cls(**said, counted=exact(one.rated), ahead=exact(one.ahead or one.rated), missing=exact(missing(one)))


class OrderEarns(BaseModel):
    """What the order adds to an entry, once all of it is shipped, delivered and paid; also to what earlier orders earn."""

    model_config = ConfigDict(from_attributes=True)

    entry_id: str = Field(examples=["dealer-2026~1~volume~~p-1001~2026-01-01"])
    rule_id: str = Field(examples=["volume"])
    part: str = Field(examples=["quarterly"])
    first: date = Field(examples=["2026-01-01"])
    last: date = Field(examples=["2026-03-31"])
    amount: Amount


class EstimateOut(BaseModel):
    """As the facts are now, if what is left of the order were done today. No promise."""

    plan_id: str = Field(examples=["dealer-2026"])
    version: int
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    currency: str = Field(examples=["CNY"])
    next_tiers: list[NextTier]
    order_id: str | None = Field(examples=["shop:1001"])
    amount: Amount = Field(description="What the order earns, all rules together.")
    order: list[OrderEarns]

    @classmethod
    def of(cls, found: Estimate, **about: Any) -> "EstimateOut":
        order = [OrderEarns.model_validate(one) for one in found.order]
        amount = sum((one.amount for one in found.order), Decimal(0))
        return cls(next_tiers=[NextTier.of(one) for one in found.near], order=order, amount=amount, **about)


@router.get(
    "/v1/plans/{plan_id}/versions/{version}/payees/{payee_id}/estimate",
    dependencies=[SeenBy(MOVEMENTS)],
    summary="What a payee misses for the next tier, and what an open order will earn",
)
async def get_estimate(
    plan_id: PlanId,
    version: VersionNumber,
    payee_id: PayeeId,
    log: LogDep,
    runtime: RuntimeDep,
    caller: Caller,
    today: Today,
    order_id: Annotated[Code | None, Query(description="An order that is not done yet.", examples=["shop:1001"])] = None,
) -> EstimateOut:
    """Worked out anew from the facts there are."""
    plan = await rated_plan(log, plan_id, version)
    if not may_see(caller, plan.payee, await runtime.sees(caller, payee_id)):
        raise Rejected("plan_unknown", plan_id=plan_id, version=version)
    found = await estimated(runtime.reading_everything, (plan_id, version), plan, payee_id, order_id, today)
    about = {"plan_id": plan_id, "version": version, "payee": plan.payee, "payee_id": payee_id}
    return EstimateOut.of(found, **about, currency=plan.paid_in, order_id=order_id)
