"""Plans: written, tried, submitted, and approved by somebody else."""

from datetime import date
from typing import Annotated, Any

import msgspec
from channel_service import (
    BRAND,
    Allow,
    Amount,
    Commands,
    Day,
    Filter,
    Listing,
    LogDep,
    Principal,
    Role,
    Today,
    list_route,
    same,
    set_etag,
)
from fastapi import APIRouter, Path, Response
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field

from incentives.application.plans import find_plan, find_version
from incentives.domain.plan.commands import ApprovePlan, DraftPlan, PlanCommand, RetirePlan, SimulatePlan, SubmitPlan, WithdrawPlan
from incentives.domain.plan.document import Payee
from incentives.domain.plan.state import Status, Version
from incentives.views.plans import PLANS, ROWS, TABLE, in_force_on

router = APIRouter(prefix="/v1/plans", tags=["plans"], dependencies=[Allow(*BRAND)])
PlanId = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", examples=["dealer-2026"])]
VersionNumber = Annotated[int, Path(ge=1, le=1_000_000, examples=[1])]


def as_caller(caller: Principal, command: PlanCommand) -> PlanCommand:
    """Who asks is who the token says."""
    return replace(command, by=caller.subject)


_WRITE, _APPROVE = [Role.CHANNEL_MANAGER, Role.FINANCE], [Role.FINANCE]
commands = Commands(router)
commands.put("/{plan_id}", DraftPlan, by_caller=as_caller, allow=_WRITE, created=True, summary="Draft a version")
commands.post("/{plan_id}/simulate", SimulatePlan, by_caller=as_caller, allow=_WRITE, summary="Work out its examples")
commands.post("/{plan_id}/submit", SubmitPlan, by_caller=as_caller, allow=_WRITE, summary="Submit it for approval")
commands.post("/{plan_id}/approve", ApprovePlan, by_caller=as_caller, allow=_APPROVE, summary="Approve what somebody else submitted")
commands.post("/{plan_id}/withdraw", WithdrawPlan, by_caller=as_caller, allow=_APPROVE, summary="Withdraw a version that lies ahead")
commands.post("/{plan_id}/retire", RetirePlan, by_caller=as_caller, allow=_APPROVE, summary="Retire it")


class TriedOut(BaseModel):
    """An example, and what it came to."""

    model_config = ConfigDict(from_attributes=True)

    rule_id: str = Field(examples=["volume"])
    says: str = Field(examples=["two bikes of 1000"])
    pays: Amount = Field(description="What the example says is paid.")
    paid: Amount = Field(description="What is paid.")
    holds: bool


class VersionOut(BaseModel):
    """A version with its document."""

    plan_id: str = Field(examples=["dealer-2026"])
    version: int
    status: Status
    writers: list[str] = Field(examples=[["ann"]], description="Who wrote or submitted it; none of them may approve it.")
    approved_by: str | None = Field(examples=["bob"])
    approved_on: date | None
    tried: list[TriedOut] = Field(description="Its examples, as they came out when it was simulated last.")
    plan: dict[str, Any] = Field(
        examples=[{"title": "Dealers 2026", "rules": []}], description="The document, with every parameter said; drafting takes the same."
    )

    @classmethod
    def of(cls, plan_id: str, version: Version) -> "VersionOut":
        return cls(
            plan_id=plan_id,
            version=version.version,
            status=version.status,
            writers=list(version.writers),
            approved_by=version.approved_by,
            approved_on=version.approved_on,
            tried=[TriedOut.model_validate(one) for one in version.tried],
            plan=msgspec.to_builtins(version.plan),
        )


class PlanOut(BaseModel):
    """A plan with its versions, the newest last."""

    plan_id: str = Field(examples=["dealer-2026"])
    retired_on: date | None = Field(description="The last day on which it was in force.")
    in_force: int | None = Field(description="The version by which lines of today are rated.")
    versions: list[VersionOut]


class PlanRow(BaseModel):
    """A version in the list."""

    plan_id: str = Field(examples=["dealer-2026"])
    version: int
    title: str = Field(examples=["Dealers 2026"])
    status: Status
    payee: Payee
    currency: str = Field(examples=["CNY"])
    valid_from: date
    valid_until: date | None
    rules: int
    examples: int | None = Field(description="How many were tried when it was simulated last.")
    failing: int | None = Field(description="How many of them did not hold.")
    changed_by: str = Field(examples=["ann"])
    changed_on: date
    approved_by: str | None
    approved_on: date | None
    retired_on: date | None


@router.get("/{plan_id}", summary="One plan with its versions")
async def get_plan(plan_id: PlanId, log: LogDep, today: Today, response: Response) -> PlanOut:
    """Always current."""
    plan, tag = await find_plan(log, plan_id)
    set_etag(response, tag, dated=True)  # which version is in force depends on the day
    current = plan.in_force(today)
    return PlanOut(
        plan_id=plan_id,
        retired_on=plan.retired_on,
        in_force=None if current is None else current.version,
        versions=[VersionOut.of(plan_id, one) for one in plan.versions],
    )


@router.get("/{plan_id}/versions/{version}", summary="One version of a plan")
async def get_plan_version(plan_id: PlanId, version: VersionNumber, log: LogDep, response: Response) -> VersionOut:
    """Always current; once it is approved it never changes."""
    found, tag = await find_version(log, plan_id, version)
    set_etag(response, tag)
    return VersionOut.of(plan_id, found)


_c = TABLE.sql.c
PLAN_LIST = Listing(
    PLANS,
    ROWS,
    order=[_c.plan_id, _c.version],
    filters=[
        same(_c.status, Status),
        same(_c.payee, Payee),
        same(_c.currency, Annotated[str, Field(min_length=1, max_length=20, examples=["CNY"])]),
        Filter(name="in_force_on", kind=Day, where=in_force_on, description="Only versions by which lines of this day are rated."),
    ],
    search=TABLE,
)
"""Found by any part of the plan's id or title."""
list_route(router, "", PLAN_LIST, PlanRow, summary="Versions of plans")
