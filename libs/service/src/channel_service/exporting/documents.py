"""A service's history as documents that its import takes, a JSON line each: to move to another installation, or back to a file."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Annotated, Any

import msgspec
from channel_events.log import Log
from channel_events.pure import Recorded
from fastapi import APIRouter, Query, Request

from channel_service.auth import Allow, Role
from channel_service.dependencies import RuntimeDep
from channel_service.exporting.answer import Export
from channel_service.exporting.encoders import Ndjson
from channel_service.exporting.formats import Format, answers
from channel_service.exporting.lists import EXPORTS, encoded

BATCH = 1000
Document = Callable[[Recorded], dict[str, Any] | None]
_ENCODE = msgspec.json.Encoder().encode


def document_routes(document: Document, *, into: str) -> APIRouter:
    """``GET /v1/exports/documents``; ``document`` is pure, ``into`` the route that takes what it says."""
    router = APIRouter(tags=["exports"], dependencies=[Allow(Role.OPS, Role.AUDITOR)])

    @router.get(
        EXPORTS + "documents",
        summary="Export: the history, to import elsewhere",
        description=f"All that happened here, in order, as `POST {into}` takes it. Played into an empty service it gives the same lists.",
        status_code=200,
        responses=answers(Format.NDJSON),
    )
    async def export_documents(
        request: Request,
        runtime: RuntimeDep,
        after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Only what was recorded behind this position.")] = 0,
    ) -> Export:
        to, encode = await runtime.log.head(), Ndjson(_ENCODE)

        @asynccontextmanager
        async def parts() -> AsyncIterator[AsyncIterator[bytes]]:
            async with aclosing(documents(runtime.log, document, after, to)) as batches, aclosing(encoded(batches, encode)) as made:
                yield made

        return Export(request, f"{runtime.service.name}.ndjson", Format.NDJSON.media_type, parts)

    return router


async def documents(log: Log, document: Document, after: int, to: int) -> AsyncGenerator[Sequence[dict[str, Any]]]:
    """What the log says from ``after`` to ``to``, in batches."""
    while after < to:
        events = await log.read(after=after, limit=min(BATCH, to - after))
        if not events:
            return
        yield [said for event in events if (said := document(event)) is not None]
        after = events[-1].position
