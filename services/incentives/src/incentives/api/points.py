"""Points and rewards: programmes, what payees have, earn and redeem."""

from datetime import date
from typing import Annotated, Any

import sqlalchemy as sa
from channel_events import Rejected
from channel_service import (
    BRAND,
    Allow,
    Amount,
    By,
    Caller,
    Code,
    Commands,
    Key,
    Listing,
    LogDep,
    Receipt,
    Role,
    RuntimeDep,
    StrictModel,
    list_route,
    same,
    set_etag,
)
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from incentives.api.as_caller import by_caller, by_itself, may_see
from incentives.application.points import (
    account_key,
    cancelling,
    earned_by_plan,
    earning,
    find_account,
    giving,
    offering,
    redeeming_points,
)
from incentives.domain.points.commands import CancelReward, GivePoints, RedeemPoints
from incentives.domain.points_programme import OpenPointsProgramme
from incentives.domain.reward import OfferReward
from incentives.domain.words import Payee
from incentives.views.points import ACCOUNT, MOVEMENT, POINTS_VIEW, PROGRAMME, REWARDS

router = APIRouter(tags=["points"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_FINANCE, _MANAGE = [Role.FINANCE], [Role.CHANNEL_MANAGER, Role.FINANCE]
_Text = Annotated[str, Field(min_length=1, max_length=100)]
_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
ProgrammeId = Annotated[str, Path(min_length=1, max_length=40, pattern=_ID, examples=["club"])]
PayeeId = Annotated[Code, Path(examples=["p-1001"])]

commands = Commands(router)
_made: dict[str, Any] = {"by_caller": by_caller, "created": True}
commands.put("/v1/points-programmes/{programme_id}", OpenPointsProgramme, allow=_FINANCE, **_made, summary="Open a programme")
commands.put("/v1/rewards/{reward_id}", OfferReward, use=offering, allow=_MANAGE, **_made, summary="Offer a reward")
_ONE = "/v1/points/{programme_id}/{payee}/{payee_id}"
commands.post(_ONE + "/give", GivePoints, use=giving, by_caller=by_caller, allow=_FINANCE, summary="Give points by hand")
_own: dict[str, Any] = {"by_caller": by_itself, "allow": [*_MANAGE, Role.PARTNER]}
commands.post(_ONE + "/redeem", RedeemPoints, use=redeeming_points, **_own, summary="Redeem points for a reward")
_cancel: dict[str, Any] = {"by_caller": by_caller, "allow": _MANAGE, "summary": "Cancel a redemption"}
commands.post(_ONE + "/redemptions/{reference}/cancel", CancelReward, use=cancelling, **_cancel)


class ByPlan(StrictModel):
    """A version of a plan in the programme's currency."""

    plan_id: str = Field(min_length=1, max_length=40, pattern=_ID, examples=["dealer-2026"])
    version: int = Field(ge=1, le=1_000_000, examples=[1])


class LotOut(BaseModel):
    points: int
    expires_on: date | None = Field(description="The last day on which they hold; for ever when there is none.")


class PointsOut(BaseModel):
    programme_id: str = Field(examples=["club"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    balance: int
    owed: int = Field(description="Taken back when they were not there any more; set off against the next ones.")
    lots: list[LotOut] = Field(description="Those that go first are used first.")


class AccountRow(BaseModel):
    programme_id: str = Field(examples=["club"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    balance: int
    owed: int
    expires_next: date | None


class PointsMovementRow(BaseModel):
    event_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    programme_id: str = Field(examples=["club"])
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    what: str = Field(examples=["redeemed"], description="earned, taken_back, redeemed, given_back, expired.")
    points: int = Field(description="Less than 0 where they went.")
    balance: int = Field(description="Behind it.")
    reference: str | None = Field(examples=["r-17"])
    reward_id: str | None = Field(examples=["bike-tour"])
    occurred_on: date


class ProgrammeRow(BaseModel):
    programme_id: str = Field(examples=["club"])
    title: str = Field(examples=["Partner club"])
    currency: str = Field(examples=["CNY"])
    value: Amount
    per_unit: Amount
    holds_days: int | None


class RewardRow(BaseModel):
    reward_id: str = Field(examples=["bike-tour"])
    programme_id: str = Field(examples=["club"])
    title: str = Field(examples=["A day with the team"])
    points: int
    units: int | None = Field(description="How many there are in all; any number when there is none.")
    taken: int


@router.post(_ONE + "/earn", dependencies=[Allow(*_FINANCE)], summary="Give what a plan has earned, in points")
async def earn_points(
    programme_id: ProgrammeId,
    payee: Payee,
    payee_id: PayeeId,
    plan: ByPlan,
    log: LogDep,
    runtime: RuntimeDep,
    caller: Caller,
    by: By,
    key: Key,
) -> Receipt:
    """The difference between what the version pays as the facts are now, and what was given for it so far: asked again it gives
    nothing again, and after a return it takes back."""
    reading = runtime.reading(caller.scope)
    command = await earned_by_plan(log, reading, programme_id, payee, payee_id, (plan.plan_id, plan.version), caller.subject)
    return Receipt.of(account_key(programme_id, payee, payee_id), await log.use(earning, command, by=by, key=key))


@router.get(_ONE, summary="A payee's points")
async def get_points(
    programme_id: ProgrammeId, payee: Payee, payee_id: PayeeId, log: LogDep, runtime: RuntimeDep, caller: Caller, response: Response
) -> PointsOut:
    """Always current."""
    if not may_see(caller, payee, await runtime.sees(caller, payee_id)):
        raise Rejected("points_unknown", programme_id=programme_id, payee=payee.value, payee_id=payee_id)
    account, tag = await find_account(log, programme_id, payee, payee_id)
    set_etag(response, tag)
    lots = [LotOut(points=one.points, expires_on=one.expires_on) for one in account.lots]
    whose: dict[str, Any] = {"programme_id": programme_id, "payee": payee, "payee_id": payee_id}
    return PointsOut(**whose, balance=account.balance, owed=account.owed, lots=lots)


_a, _m, _p, _r = (one.sql.c for one in (ACCOUNT, MOVEMENT, PROGRAMME, REWARDS))
ACCOUNT_LIST = Listing(
    POINTS_VIEW, sa.select(ACCOUNT.sql), order=[_a.account_id], filters=[same(_a.payee, Payee), same(_a.payee_id, _Text)], search=ACCOUNT
)
list_route(router, "/v1/points", ACCOUNT_LIST, AccountRow, summary="Payees' points")
MOVEMENT_LIST = Listing(
    POINTS_VIEW, sa.select(MOVEMENT.sql), order=[_m.event_id], filters=[same(_m.payee, Payee), same(_m.payee_id, _Text)], search=MOVEMENT
)
list_route(router, "/v1/points-movements", MOVEMENT_LIST, PointsMovementRow, summary="What happened to points")
PROGRAMME_LIST = Listing(POINTS_VIEW, sa.select(PROGRAMME.sql), order=[_p.programme_id], search=PROGRAMME)
list_route(router, "/v1/points-programmes", PROGRAMME_LIST, ProgrammeRow, summary="Programmes of points")
REWARD_LIST = Listing(POINTS_VIEW, sa.select(REWARDS.sql), order=[_r.reward_id], search=REWARDS)
list_route(router, "/v1/rewards", REWARD_LIST, RewardRow, summary="Rewards")
