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
from channel_service.importing.describing import row_of
from channel_service.importing.importable import ImportSet

BATCH = 1000
Said = Callable[[Recorded], Any]
"""The command that says what an event tells; None for events that follow from others."""
_ENCODE = msgspec.json.Encoder().encode


def document_routes(said: Said, *, into: ImportSet) -> APIRouter:
    """``GET /v1/exports/documents``: the commands that say the history, as rows of the import ``into``, each with its event's id as key:
    a file that is played again, or goes on where another ended, adds nothing twice. ``said`` is pure."""
    router = APIRouter(tags=["exports"], dependencies=[Allow(Role.OPS, Role.AUDITOR)])

    @router.get(
        EXPORTS + "documents",
        summary="Export: the history, to import elsewhere",
        description=f"All that happened here, in order, as `POST /v1/imports/{into.name}` takes it. "
        "Played into an empty service it gives the same lists.",
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
            async with aclosing(documents(runtime.log, said, into, after, to)) as batches, aclosing(encoded(batches, encode)) as made:
                yield made

        return Export(request, f"{runtime.service.name}.ndjson", Format.NDJSON.media_type, parts)

    return router


async def documents(log: Log, said: Said, into: ImportSet, after: int, to: int) -> AsyncGenerator[Sequence[dict[str, Any]]]:
    """What the log says from ``after`` to ``to``, in batches."""
    while after < to:
        events = await log.read(after=after, limit=min(BATCH, to - after))
        if not events:
            return
        commands = ((event.id, command) for event in events if (command := said(event)) is not None)
        yield [row_of(into.kind_of(command), command, id_) for id_, command in commands]
        after = events[-1].position
