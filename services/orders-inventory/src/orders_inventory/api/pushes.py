"""What became of what platforms pushed, and what people can do about it."""

from datetime import datetime
from typing import Annotated

from channel_events import Rejected
from channel_service import BRAND, Allow, By, Filter, Listing, LogDep, ReadDep, Receipt, Role, StrictModel, Text, list_route, same
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from orders_inventory.application.reactions import dismiss_push, redrive_push
from orders_inventory.views.pushes import PUSHES, ROWS, STATE, TABLE, State, begins, one, tally

router = APIRouter(prefix="/v1/pushes", tags=["pushes"], dependencies=[Allow(*BRAND)])
SETTLE = [Allow(Role.OPS)]
SourceId = Annotated[str, Path(max_length=100, examples=["shop"])]
PushId = Annotated[str, Path(max_length=100, examples=["5b2c1f"])]


class PushRow(BaseModel):
    """One push. ``parked`` tells why, since when, how often it was tried, and what it waits for, when that is known: then it is
    tried again by itself."""

    source: str = Field(examples=["shop"])
    push_id: str = Field(examples=["msg-1"])
    platform: str = Field(examples=["woocommerce"])
    state: State
    reason: str | None = Field(examples=["product_unknown"])
    entity: str | None = Field(description="What it is about.", examples=["order:727"])
    version: str | None
    received_at: datetime
    settled_at: datetime | None
    parked_since: datetime | None
    attempts: int | None
    waits_for: str | None = Field(examples=["product/PEN"])
    event_id: str = Field(description="``/v1/events/{id}`` shows what was sent.", examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])


class PushTally(BaseModel):
    """Received = applied + duplicate + superseded + ignored + dismissed + parked + received, which are not decided yet."""

    states: dict[str, int] = Field(examples=[{"applied": 120, "superseded": 3, "parked": 1}])


class Dismissal(StrictModel):
    reason: Text = Field(examples=["booked by hand"])


_c = TABLE.sql.c
PUSH_LIST = Listing(
    PUSHES,
    ROWS,
    order=[_c.position],
    newest=True,
    filters=[
        same(_c.source, Annotated[str, Field(max_length=40)]),
        Filter(name="state", kind=State, where=lambda state: state == STATE),
        Filter(
            name="q",
            kind=Annotated[str, Field(min_length=1, max_length=100)],
            where=begins,
            description="How the push's id or its entity begins.",
            examples=["order:727"],
        ),
    ],
)
list_route(router, "", PUSH_LIST, PushRow, summary="Pushes, newest first")


@router.get("/tally", summary="How many pushes are in each state")
async def tally_pushes(read: ReadDep, source: Annotated[str | None, Query(max_length=40)] = None) -> PushTally:
    return PushTally(states={row["state"]: row["pushes"] for row in await read.dicts(tally(source))})


@router.get("/{source}/{push_id}", summary="One push")
async def get_push(source: SourceId, push_id: PushId, read: ReadDep) -> PushRow:
    row = await read.first(one(source, push_id))
    if row is None:
        raise Rejected("push_unknown")
    return PushRow.model_validate(row)


class Redriven(BaseModel):
    """What became of another try: ``parked`` with its reason, or done; nothing was tried when the push was not parked."""

    tried: bool
    parked: bool
    reason: str | None


@router.post("/{source}/{push_id}/redrive", dependencies=SETTLE, summary="Try a parked push again")
async def redrive(source: SourceId, push_id: PushId, log: LogDep) -> Redriven:
    result = await redrive_push(log, source, push_id)
    reason = None if result is None else result.reason
    return Redriven(tried=result is not None, parked=reason is not None, reason=reason)


@router.post("/{source}/{push_id}/dismiss", dependencies=SETTLE, summary="Give a push up")
async def dismiss(source: SourceId, push_id: PushId, body: Dismissal, log: LogDep, by: By) -> Receipt:
    """It shall not be applied any more; nothing happens when it was settled before."""
    return Receipt.of(f"{source}/{push_id}", await dismiss_push(log, source, push_id, body.reason, by))
