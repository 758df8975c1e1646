"""What became of each notice to a webhook: its tries, their ends, and trying again by hand what was given up."""

from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from channel_events import Rejected
from channel_service import BRAND, Allow, By, Code, Filter, Key, Listing, LogDep, Receipt, Role, list_route, same
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from comms.api.webhooks import MANAGE, its_own
from comms.senders.webhook import WEBHOOK_SENDER

router = APIRouter(
    prefix="/v1/webhooks/{webhook_id}/deliveries", tags=["webhooks"], dependencies=[Allow(*BRAND, Role.PARTNER), Depends(its_own)]
)
Status = Literal["waiting", "under_way", "sent", "given_up"]
_c = WEBHOOK_SENDER.table.sql.c
DELIVERY_LIST = Listing(
    WEBHOOK_SENDER.view,
    sa.select(WEBHOOK_SENDER.table.sql),
    order=[_c.wanted_at, _c.id],
    newest=True,
    filters=[Filter(name="webhook_id", kind=Code, where=lambda one: _c.target == one), same(_c.status, Status)],
)


class DeliveryRow(BaseModel):
    """One event on its way to one webhook. ``id`` is what it arrives under, at every try."""

    id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    event_type: str = Field(examples=["orders_inventory.order_placed"])
    event_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    status: Status = Field(examples=["waiting"])
    tries: int = Field(examples=[1])
    due_at: datetime | None = Field(description="When it is tried next; null when it is over.")
    reason: str | None = Field(description="Why the last try failed.", examples=["503"])
    answer: str | None = Field(examples=["204"])
    wanted_at: datetime = Field(examples=["2026-11-24T10:00:00Z"])
    ended_at: datetime | None


class Step(BaseModel):
    """A try that began, or how one ended."""

    type: str = Field(examples=["delivery_failed"])
    at: datetime = Field(examples=["2026-11-24T10:00:02Z"])
    facts: dict[str, Any] = Field(examples=[{"number": 1, "reason": "503", "again_at": "2026-11-24T10:00:05Z"}])


class DeliveryOut(BaseModel):
    id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    steps: list[Step]


list_route(router, "", DELIVERY_LIST, DeliveryRow, summary="Deliveries, newest first")


@router.get("/{delivery_id}", summary="One delivery, step by step")
async def get_delivery(webhook_id: Code, delivery_id: Code, log: LogDep) -> DeliveryOut:
    """Always current."""
    begun, *later = await _steps(log, webhook_id, delivery_id)
    steps = [Step(type=event.type, at=event.recorded_at, facts=msgspec.to_builtins(event.data)) for event in later]
    return DeliveryOut(id=begun.key, steps=steps)


@router.post("/{delivery_id}/redrive", dependencies=[Allow(*MANAGE)], summary="Try again what was given up")
async def redrive_delivery(webhook_id: Code, delivery_id: Code, log: LogDep, by: By, key: Key) -> Receipt:
    """As often as at first, under the same id. One that still waits is left to wait."""
    await _steps(log, webhook_id, delivery_id)
    return Receipt.of(delivery_id, await log.execute(WEBHOOK_SENDER.redrive(delivery_id), by=by, key=key))


async def _steps(log: LogDep, webhook_id: str, delivery_id: str) -> list[Any]:
    found = await log.stream(WEBHOOK_SENDER.deliveries, delivery_id)
    if not found or found[0].data.target != webhook_id:
        raise Rejected("delivery_unknown", delivery_id=delivery_id)
    return found
