"""Why a line of an order earns nothing."""

from functools import partial
from typing import Annotated

from channel_events import Rejected
from channel_service import BRAND, Allow, Caller, LogDep, Role, RuntimeDep, SeenBy, Today
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from incentives.application.explaining import OfPlan, why_not
from incentives.domain.why_not import Why
from incentives.domain.words import Payee
from incentives.views.movements import MOVEMENTS

router = APIRouter(tags=["earnings"], dependencies=[Allow(*BRAND, Role.PARTNER)])
OrderLine = Annotated[
    str, Query(min_length=3, max_length=201, pattern="^.+/[^/]+$", description="Order, slash, line.", examples=["shop:1001/1"])
]


class ReasonOut(BaseModel):
    """What one rule makes of the line for one payee."""

    why: Why
    en: str = Field(examples=["no payment for it is here yet"])
    zh: str = Field(examples=["尚未收到回款"])
    plan_id: str | None = Field(description="Null where there is no plan at all.", examples=["dealer-2026"])
    version: int | None
    rule_id: str | None = Field(description="Null where it is the whole plan's.", examples=["volume"])
    payee: Payee | None = Field(description="Whom the plan pays; or who has a share of that.")
    payee_id: str | None = Field(examples=["p-1001"])
    entry_id: str | None = Field(
        description="In which the line counts: ``/v1/explain/{entry_id}``.", examples=["dealer-2026~1~volume~~p-1001~2026-01-01"]
    )

    @classmethod
    def of(cls, one: OfPlan) -> "ReasonOut":
        plan, reason = one.plan, one.reason
        return cls(
            why=reason.why,
            en=reason.words.en,
            zh=reason.words.zh,
            plan_id=None if plan is None else plan.plan_id,
            version=None if plan is None else plan.version,
            rule_id=reason.rule_id or None,
            payee=None if plan is None else reason.payee or plan.document.payee,
            payee_id=reason.payee_id or None,
            entry_id=reason.entry_id or None,
        )


class WhyNot(BaseModel):
    order_id: str = Field(examples=["shop:1001"])
    line_id: str = Field(examples=["1"])
    reasons: list[ReasonOut] = Field(
        description="For each rule of each version of each plan one for everybody whom it credits with the line, and one for who sold "
        "it; behind one that is shared one for each who has a share."
    )


@router.get("/v1/why-not", dependencies=[SeenBy(MOVEMENTS)], summary="Why a line of an order earns nothing")
async def get_why_not(order_line: OrderLine, log: LogDep, runtime: RuntimeDep, caller: Caller, today: Today) -> WhyNot:
    """Or where that is what it earns: counted in an entry, posted in a period, on a statement."""
    order_id, _, line_id = order_line.rpartition("/")
    if "\x00" in order_line:
        raise Rejected("order_line_unknown", order_id=order_id.replace("\x00", ""), line_id=line_id.replace("\x00", ""))
    reading, sees = partial(runtime.reading, caller.scope), await runtime.visible(caller)
    found = await why_not(log, runtime.reading_everything, reading, order_id, line_id, sees, today)
    return WhyNot(order_id=order_id, line_id=line_id, reasons=[ReasonOut.of(one) for one in found])
