"""Which plans are whose: a partner reads those that are assigned to it, and acknowledges versions of them."""

from datetime import date
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from channel_events import Rejected
from channel_service import BRAND, Allow, Caller, Code, Commands, Listing, LogDep, Principal, Role, RuntimeDep, Today, list_route, same
from fastapi import APIRouter, Path
from msgspec.structs import replace
from pydantic import BaseModel, Field

from incentives.api.as_caller import may_see
from incentives.api.plans import PlanId
from incentives.application.assignments import acknowledging, assigning, ending, find_assignment
from incentives.domain.assignment import AcknowledgePlan, AssignmentCommand, AssignPlan, EndAssignment
from incentives.domain.plan.state import Status
from incentives.domain.words import Payee
from incentives.views.assignments import ASSIGNMENTS, TABLE

router = APIRouter(tags=["assignments"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_WRITE = [Role.CHANNEL_MANAGER, Role.FINANCE]
PayeeId = Annotated[Code, Path(examples=["p-1001"])]
_Text = Annotated[str, Field(min_length=1, max_length=100)]


def as_caller(caller: Principal, command: AssignmentCommand) -> AssignmentCommand:
    """Who asks is who the token says; a partner speaks for itself alone."""
    if not may_see(caller, command.payee, caller.scope == command.payee_id):
        raise _unknown(command.plan_id, command.payee, command.payee_id)
    return replace(command, by=caller.subject)


def _unknown(plan_id: str, payee: Payee, payee_id: str) -> Rejected:
    return Rejected("assignment_unknown", plan_id=plan_id, payee=payee.value, payee_id=payee_id)


_PATH = "/v1/plans/{plan_id}/assignments/{payee}/{payee_id}"
commands = Commands(router)
commands.put(_PATH, AssignPlan, use=assigning, by_caller=as_caller, allow=_WRITE, created=True, summary="Assign a plan to a payee")
commands.post(f"{_PATH}/end", EndAssignment, use=ending, by_caller=as_caller, allow=_WRITE, summary="End an assignment")
commands.post(
    f"{_PATH}/acknowledge",
    AcknowledgePlan,
    use=acknowledging,
    by_caller=as_caller,
    allow=[*_WRITE, Role.PARTNER],
    summary="Acknowledge a version of an assigned plan",
)


class AcknowledgedVersion(BaseModel):
    """An approved version as the payee reads it."""

    version: int
    approved_on: date | None
    in_force: bool = Field(description="Whether lines of today are rated by it.")
    acknowledged_by: str | None = Field(description="Who said that the payee has read and accepted it.", examples=["lin"])
    acknowledged_on: date | None
    plan: dict[str, Any] = Field(examples=[{"title": "Dealers 2026", "rules": []}], description="The document, with every parameter said.")


class AssignmentOut(BaseModel):
    plan_id: str = Field(examples=["dealer-2026"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    versions: list[AcknowledgedVersion] = Field(description="The newest last.")


class AssignmentRow(BaseModel):
    plan_id: str = Field(examples=["dealer-2026"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    assigned_on: date
    ended_on: date | None
    acknowledged: int | None = Field(description="The version that was acknowledged last.")
    acknowledged_by: str | None
    acknowledged_on: date | None


@router.get(_PATH, summary="A plan as it is assigned to a payee")
async def get_assignment(
    plan_id: PlanId, payee: Payee, payee_id: PayeeId, log: LogDep, runtime: RuntimeDep, caller: Caller, today: Today
) -> AssignmentOut:
    """Its approved versions, and which of them were acknowledged. Always current."""
    if not may_see(caller, payee, await runtime.sees(caller, payee_id)):
        raise _unknown(plan_id, payee, payee_id)
    assignment, plan = await find_assignment(log, plan_id, payee, payee_id)
    current = plan.in_force(today)
    versions = []
    for one in (one for one in plan.versions if one.status is Status.APPROVED):
        said = assignment.acknowledged.get(one.version)
        versions.append(
            AcknowledgedVersion(
                version=one.version,
                approved_on=one.approved_on,
                in_force=one is current,
                acknowledged_by=said.by if said else None,
                acknowledged_on=said.on if said else None,
                plan=msgspec.to_builtins(one.plan),
            )
        )
    return AssignmentOut(plan_id=plan_id, payee=payee, payee_id=payee_id, versions=versions)


_c = TABLE.sql.c
ASSIGNMENT_LIST = Listing(
    ASSIGNMENTS,
    sa.select(TABLE.sql),
    order=[_c.plan_id, _c.payee, _c.payee_id],
    filters=[same(_c.plan_id, _Text), same(_c.payee_id, _Text), same(_c.payee, Payee)],
    search=TABLE,
)
list_route(router, "/v1/assignments", ASSIGNMENT_LIST, AssignmentRow, summary="Assignments by plan and payee")
