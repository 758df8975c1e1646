"""The whole log as a file: every event, public and private, as CloudEvents (a JSON line each) or as Parquet.

Read in short steps, each from where the last one ended: positions are gapless and in commit order, and what is written never
changes, so this needs no snapshot. For the same reason an export that broke off goes on behind the last position received.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from channel_service.auth import Allow, Role
from channel_service.dependencies import RuntimeDep
from channel_service.exporting.answer import Export
from channel_service.exporting.encoders import FileEncoder, Ndjson
from channel_service.exporting.formats import Format, FormatQuery, answers, chosen
from channel_service.exporting.lists import EXPORTS, encoded

BATCH = 1000
OFFERED = (Format.NDJSON, Format.PARQUET)
_MOST = 2**63 - 1
_ROWS = sa.text(
    "select position, id::text as id, stream, version, type, data::text as data, occurred_on, recorded_at, recorded_on, partition, "
    "previous_position, previous_id::text as previous_id, actor, reason, correlation, causation, trace "
    "from event where position > :after and position <= :to order by position limit :limit"
)
_ENCODE = msgspec.json.Encoder(enc_hook=str).encode

EXPORTERS = frozenset({Role.AUDITOR, Role.BRAND_ADMIN})
"""Who sees the whole log, with what is private in it."""
router = APIRouter(tags=["exports"], dependencies=[Allow(*EXPORTERS)])


@router.get(EXPORTS + "events", summary="Export: the whole log", operation_id="export_events", status_code=200, responses=answers(*OFFERED))
async def export_log(
    request: Request,
    runtime: RuntimeDep,
    format_: FormatQuery = None,
    after: Annotated[int, Query(ge=0, le=_MOST, description="Only events behind this position.")] = 0,
    to: Annotated[int, Query(ge=0, le=_MOST, description="Up to this position; up to the last event of now when left out.")] = _MOST,
) -> Export:
    """All events in the order they were recorded. Broken off, it goes on with `after` = the last `position` received."""
    chosen_ = chosen(format_, request, OFFERED)
    to = min(to, await runtime.log.head())
    name, encode = runtime.service.name, _encoder(runtime.service.name, chosen_)

    @asynccontextmanager
    async def parts() -> AsyncIterator[AsyncIterator[bytes]]:
        async with aclosing(events(runtime.reading_everything, after, to)) as batches, aclosing(encoded(batches, encode)) as made:
            yield made

    return Export(request, f"{name}-events.{chosen_}", chosen_.media_type, parts)


async def events(reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]], after: int, to: int) -> AsyncGenerator[Sequence[Any]]:
    """The rows of the log in batches; no connection is held while one is sent."""
    while after < to:
        async with reading() as connection:
            batch = (await connection.execute(_ROWS, {"after": after, "to": to, "limit": BATCH})).all()
        if not batch:
            return
        yield batch
        after = batch[-1].position


def _encoder(service: str, format_: Format) -> FileEncoder:
    if format_ is Format.NDJSON:
        return Ndjson(lambda row: cloud_event(service, row))
    from channel_service.exporting.parquet import Parquet, log_columns

    return Parquet(log_columns())


def cloud_event(service: str, row: Any) -> bytes:
    """CloudEvents 1.0 in structured mode, as `contracts/` shows it; attributes that an event has not are left out."""
    attributes = {
        "specversion": "1.0",
        "id": row.id,
        "source": service,
        "type": f"{service.replace('-', '_')}.{row.type}",
        "subject": row.stream,
        "time": row.recorded_at.isoformat(),
        "datacontenttype": "application/json",
        "partitionkey": row.stream,
        "position": str(row.position),
        "previousposition": _text(row.previous_position),
        "previousid": row.previous_id,
        "streamversion": str(row.version),
        "recordedon": row.recorded_on.isoformat(),
        "actor": row.actor,
        "occurredon": _text(row.occurred_on),
        "reason": row.reason,
        "correlation": row.correlation,
        "causation": row.causation,
        "traceparent": row.trace,
    }
    said = {name: value for name, value in attributes.items() if value is not None}
    return _ENCODE(said | {"data": msgspec.Raw(row.data.encode())})


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
