"""How far the numbers are, and how long an event takes from being recorded by its service to being counted here."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from channel_events import View, progress_query
from channel_events.pure import Rejected
from channel_service import BRAND, Allow, ReadDep, RuntimeDep
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Reached(BaseModel):
    """Where a view is in one partition of a source."""

    view: str = Field(examples=["sales_v1"])
    source: str = Field(examples=["orders-inventory"])
    partition: int
    position: int = Field(description="Of the last event taken in, in its service's log.")
    state: str = Field(examples=["running"])


class Progress(BaseModel):
    items: list[Reached]


class Freshness(BaseModel):
    """Of the last 50,000 events at most that this process took in; of the kind of facts that takes longest."""

    since: datetime
    count: int
    p50_ms: float | None = Field(examples=[8.2])
    p99_ms: float | None = Field(examples=[31.0])


def progress_routes(counting: Sequence[View]) -> APIRouter:
    """Freshness is that of the views ``counting``."""
    router = APIRouter(prefix="/v1", tags=["progress"], dependencies=[Allow(*BRAND)])

    @router.get("/progress", summary="How far each view has come")
    async def progress(read: ReadDep) -> Progress:
        rows = await read.dicts(progress_query(), " order by q.subscription, q.source, q.partition")
        return Progress(items=[Reached(view=row["subscription"], **row) for row in rows])

    @router.get("/freshness", summary="From recorded to counted")
    async def freshness(
        runtime: RuntimeDep,
        since: Annotated[AwareDatetime, Query(description="Only events recorded from then on.", examples=["2026-11-24T04:00:00Z"])] = _EVER,
    ) -> Freshness:
        """Measured by the process that takes events in: one of the role `api` only answers `freshness_elsewhere`."""
        if runtime.worker is None:
            raise Rejected("freshness_elsewhere")
        ages = [one.recent.since(since) for one in runtime.worker.subscriptions if one.view in counting]
        count, p50, p99 = max(one.count for one in ages), _most(one.p50 for one in ages), _most(one.p99 for one in ages)
        return Freshness(since=since, count=count, p50_ms=p50, p99_ms=p99)

    return router


def _most(seconds: Iterable[float | None]) -> float | None:
    return max((round(1000 * one, 3) for one in seconds if one is not None), default=None)
