"""Estimates: how far it is to what pays more, and what an order will earn that is open, or not even placed."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from channel_events import Rejected
from channel_service import BRAND, Allow, Amount, Caller, Code, LogDep, Role, RuntimeDep, SeenBy, Today
from channel_service.commands import Form, Unfit  # import-rule: a struct as a command's door reads it, though nothing is commanded
from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from incentives.api.as_caller import may_see
from incentives.api.earnings import Exact, PayeeId
from incentives.api.plans import PlanId, VersionNumber
from incentives.application.earnings import exact, rated_plan, said
from incentives.application.estimates import Estimate, OfRule, estimated, missing
from incentives.domain.calculation import Entry
from incentives.domain.draft_order import DraftOrder
from incentives.domain.facts import Base
from incentives.domain.plan.document import PlanDocument
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
        values: dict[str, Any] = {name: getattr(one, name) for name in names}
        return cls(**values, counted=exact(one.rated), ahead=exact(one.ahead or one.rated), missing=exact(missing(one)))


class OrderEarns(BaseModel):
    """What the order adds to an entry, once all of it is shipped, delivered and paid; also to what earlier orders earn."""

    entry_id: str = Field(examples=["dealer-2026~1~volume~~p-1001~2026-01-01"])
    rule_id: str = Field(examples=["volume"])
    part: str = Field(examples=["quarterly"])
    first: date = Field(examples=["2026-01-01"])
    last: date = Field(examples=["2026-03-31"])
    amount: Amount
    en: list[str] = Field(description="How the whole entry would come to its amount.", examples=[["tier 2 is reached: 2% of all 100000"]])
    zh: list[str] = Field(examples=[["达到第 2 档：全额 100000 按 2% 计"]])

    @classmethod
    def of(cls, one: OfRule) -> "OrderEarns":
        en, zh = said(one.entry)
        names: dict[str, Any] = {name: getattr(one.entry, name) for name in ("entry_id", "rule_id", "part", "first", "last")}
        return cls(**names, amount=one.amount, en=en, zh=zh)


class EstimateOut(BaseModel):
    """As the facts are now, if what is left of the order were done today. No promise."""

    plan_id: str = Field(examples=["dealer-2026"])
    version: int
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    currency: str = Field(examples=["CNY"])
    next_tiers: list[NextTier]
    order_id: str | None = Field(description="None of one that is not placed.", examples=["shop:1001"])
    amount: Amount = Field(description="What the order earns, all rules together.")
    order: list[OrderEarns]

    @classmethod
    def of(cls, found: Estimate, **about: Any) -> "EstimateOut":
        order = [OrderEarns.of(one) for one in found.order]
        amount = sum((one.amount for one in found.order), Decimal(0))
        return cls(next_tiers=[NextTier.of(one) for one in found.near], order=order, amount=amount, **about)


_FORM = Form(DraftOrder)
_PATH = "/v1/plans/{plan_id}/versions/{version}/payees/{payee_id}/estimate"
if TYPE_CHECKING:
    DraftBody = BaseModel
else:
    DraftBody = _FORM.model


@router.get(
    _PATH,
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
    plan = await _plan(log, runtime, caller, (plan_id, version), payee_id)
    found = await estimated(runtime.reading_everything, (plan_id, version), plan, payee_id, order_id, today)
    about = {"plan_id": plan_id, "version": version, "payee": plan.payee, "payee_id": payee_id}
    return EstimateOut.of(found, **about, currency=plan.paid_in, order_id=order_id)


def _drafted(body: DraftBody) -> DraftOrder:
    try:
        return _FORM.read(body.model_dump())
    except Unfit as unfit:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in unfit.errors]) from None


@router.post(_PATH, dependencies=[SeenBy(MOVEMENTS)], summary="What an order would earn that is not placed yet")
async def estimate_draft(
    plan_id: PlanId,
    version: VersionNumber,
    payee_id: PayeeId,
    body: DraftBody,
    log: LogDep,
    runtime: RuntimeDep,
    caller: Caller,
    today: Today,
) -> EstimateOut:
    """As if it were placed, shipped, delivered and paid today, after all that happened until now. Nothing of it is kept."""
    plan, order = await _plan(log, runtime, caller, (plan_id, version), payee_id), _drafted(body)
    if not await runtime.sees(caller, order.partner_id):
        raise Rejected("partner_unknown", partner_id=order.partner_id)
    found = await estimated(runtime.reading_everything, (plan_id, version), plan, payee_id, order, today)
    about = {"plan_id": plan_id, "version": version, "payee": plan.payee, "payee_id": payee_id}
    return EstimateOut.of(found, **about, currency=plan.paid_in, order_id=None)


async def _plan(log: LogDep, runtime: RuntimeDep, caller: Caller, name: tuple[str, int], payee_id: str) -> PlanDocument:
    """For a payee whose earnings the caller may see."""
    plan = await rated_plan(log, *name)
    if not may_see(caller, plan.payee, await runtime.sees(caller, payee_id)):
        raise Rejected("plan_unknown", plan_id=name[0], version=name[1])
    return plan
