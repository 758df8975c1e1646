"""How far the numbers are."""

from channel_events import progress_query
from channel_service import BRAND, Allow, ReadDep
from fastapi import APIRouter
from pydantic import BaseModel, Field

router = APIRouter(prefix="/v1/progress", tags=["progress"], dependencies=[Allow(*BRAND)])


class Reached(BaseModel):
    """Where a view is in one partition of a source."""

    view: str = Field(examples=["sales_v1"])
    source: str = Field(examples=["orders-inventory"])
    partition: int
    position: int = Field(description="Of the last event taken in, in its service's log.")
    state: str = Field(examples=["running"])


class Progress(BaseModel):
    items: list[Reached]


@router.get("", summary="How far each view has come")
async def progress(read: ReadDep) -> Progress:
    rows = (await read.execute(progress_query().order_by("subscription", "source", "partition"))).all()
    return Progress(
        items=[Reached(view=r.subscription, source=r.source, partition=r.partition, position=r.position, state=r.state) for r in rows]
    )
