"""How long an event takes from being recorded by its service to being counted here."""

from datetime import UTC, datetime
from typing import Annotated

from channel_events import View
from channel_events.pure import Rejected
from channel_service import BRAND, Allow, RuntimeDep
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Freshness(BaseModel):
    """Of the last 50,000 events at most that this process took in."""

    since: datetime
    count: int
    p50_ms: float | None = Field(examples=[8.2])
    p99_ms: float | None = Field(examples=[31.0])


def freshness_routes(view: View) -> APIRouter:
    """The freshness of ``view``."""
    router = APIRouter(prefix="/v1/freshness", tags=["progress"], dependencies=[Allow(*BRAND)])

    @router.get("", summary="From recorded to counted")
    async def freshness(
        runtime: RuntimeDep,
        since: Annotated[AwareDatetime, Query(description="Only events recorded from then on.", examples=["2026-11-24T04:00:00Z"])] = _EVER,
    ) -> Freshness:
        """Measured by the process that takes events in: one of the role `api` only answers `freshness_elsewhere`."""
        if runtime.worker is None:
            raise Rejected("freshness_elsewhere")
        (subscription,) = (one for one in runtime.worker.subscriptions if one.view is view)
        ages = subscription.recent.since(since)
        return Freshness(since=since, count=ages.count, p50_ms=_ms(ages.p50), p99_ms=_ms(ages.p99))

    return router


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 3)
