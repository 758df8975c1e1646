"""What-ifs: a version of a plan over what really happened, beside what was earned by that plan."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, Code, Commands, Listing, LogDep, Role, RuntimeDep, list_route, same
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from incentives.api.as_caller import by_caller
from incentives.application.what_ifs import compared_lines, requesting
from incentives.domain.what_if import RequestWhatIf, ResumeWhatIf, Stage, StopWhatIf
from incentives.domain.words import Payee
from incentives.views.what_ifs import COMPARED, TABLE, WHAT_IFS

router = APIRouter(tags=["what-ifs"], dependencies=[Allow(*BRAND)])
_WRITE = [Role.CHANNEL_MANAGER, Role.FINANCE]
_Text = Annotated[str, Field(min_length=1, max_length=100)]
_RunId = Annotated[Code, Path(examples=["dealer-2026-a"])]
_PayeeId = Annotated[Code, Path(examples=["p-1001"])]


class WhatIfRow(BaseModel):
    """A run, and how far it is. What it came to is there when it is finished."""

    run_id: str = Field(examples=["dealer-2026-a"])
    plan_id: str = Field(examples=["dealer-2026"])
    version: int
    first: date
    last: date
    stage: Stage
    done: int = Field(description="Payees that are compared.")
    total: int | None = Field(description="Of so many; not known before it began.")
    currency: str = Field(examples=["CNY"])
    earned: Amount | None = Field(description="By the approved versions of the plan on these days.")
    would: Amount | None = Field(description="By the version that was run.")
    asked_by: str = Field(examples=["ann"])
    asked_on: date


class ComparedRow(BaseModel):
    """What a payee earned, and what it would have."""

    run_id: str = Field(examples=["dealer-2026-a"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    earned: Amount
    would: Amount
    difference: Amount


class ComparedLineOut(BaseModel):
    """A line's part of what was and would be earned; both names are empty for what is of no line."""

    model_config = ConfigDict(from_attributes=True)

    order_id: str = Field(examples=["shop:1001"])
    line_id: str = Field(examples=["1"])
    earned: Amount
    would: Amount


class ComparedLines(BaseModel):
    run_id: str = Field(examples=["dealer-2026-a"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    lines_in_all: int
    lines: list[ComparedLineOut] = Field(description="By order and line, from ``skip`` on.")


commands = Commands(router)
commands.put(
    "/v1/what-ifs/{run_id}",
    RequestWhatIf,
    use=requesting,
    by_caller=by_caller,
    allow=_WRITE,
    created=True,
    summary="Run a version of a plan over the past",
)
commands.post("/v1/what-ifs/{run_id}/stop", StopWhatIf, by_caller=by_caller, allow=_WRITE, summary="Stop a run")
commands.post("/v1/what-ifs/{run_id}/resume", ResumeWhatIf, by_caller=by_caller, allow=_WRITE, summary="Resume a run")


@router.get("/v1/what-ifs/{run_id}/payees/{payee_id}", summary="Compare a payee line by line")
async def get_compared_lines(
    run_id: _RunId,
    payee_id: _PayeeId,
    log: LogDep,
    runtime: RuntimeDep,
    skip: Annotated[int, Query(ge=0, le=10_000_000, description="Lines that are left out before the first.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many lines at most.")] = 100,
) -> ComparedLines:
    """What it earns is split among the lines by what each counts, to the smallest unit; worked out of the facts as they are now."""
    payee, found = await compared_lines(log, runtime.reading_everything, run_id, payee_id)
    lines = [ComparedLineOut.model_validate(one) for one in found[skip : skip + limit]]
    return ComparedLines(run_id=run_id, payee=payee, payee_id=payee_id, lines_in_all=len(found), lines=lines)


_c, _p = TABLE.sql.c, COMPARED.sql.c
WHAT_IF_LIST = Listing(WHAT_IFS, sa.select(TABLE.sql), order=[_c.run_id], filters=[same(_c.plan_id, _Text), same(_c.stage, Stage)])
list_route(router, "/v1/what-ifs", WHAT_IF_LIST, WhatIfRow, summary="Runs of plans over the past")
COMPARED_LIST = Listing(
    WHAT_IFS,
    sa.select(COMPARED.sql),
    order=[_p.run_id, _p.payee_id],
    filters=[same(_p.run_id, _Text), same(_p.payee, Payee), same(_p.payee_id, _Text)],
)
list_route(router, "/v1/what-if-payees", COMPARED_LIST, ComparedRow, summary="What runs over the past found of each payee")
