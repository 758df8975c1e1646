"""Importing files of any length: the answer streams while the file is read."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Annotated, Any

import msgspec
from channel_events import Rejected
from channel_service import By, RuntimeDep, Today, unlimited_body
from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect

from orders_inventory.api.streaming import MAX_UNSENT, Duplex
from orders_inventory.application.imports import CsvReader, Import, NdjsonReader, PartnersOf, Reader, RowResult, Summary
from orders_inventory.application.rehearsal import Rehearsal, known_key
from orders_inventory.domain.order import OrderingPartner
from orders_inventory.views.partners import known_partners

router = APIRouter(prefix="/v1/imports", tags=["imports"])
NDJSON = "application/x-ndjson"
CSV = "text/csv"
READERS: Mapping[str, type[Reader]] = {NDJSON: NdjsonReader, CSV: CsvReader}
_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {kind: {"schema": {"type": "string"}} for kind in READERS}}}
_ENCODE = msgspec.json.Encoder().encode


@router.post(
    "/orders",
    summary="Import products, warehouses, receipts, orders, cancellations, returns",
    openapi_extra=_BODY,
    responses={200: {"description": "A line per row that was not simply accepted, progress, and a summary.", "content": {NDJSON: {}}}},
)
@unlimited_body
async def import_orders(
    request: Request,
    runtime: RuntimeDep,
    by: By,
    today: Today,
    dry_run: Annotated[bool, Query(description="Decide everything, write nothing.")] = False,
) -> Duplex:
    """Good rows go on when others are refused, and a file imported again adds nothing. The README describes the documents."""
    reader = _reader(request)
    deciding = Rehearsal(runtime.log, known_key(runtime.reading)) if dry_run else runtime.log
    run = Import(deciding, _partners_of(runtime), by, today, dry_run=dry_run)
    return Duplex(lambda answer: _lines(run, reader, request, answer), NDJSON)


def _reader(request: Request) -> Reader:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in READERS:
        raise Rejected("media_type_unsupported", media_type=media_type)
    return READERS[media_type]()


def _partners_of(runtime: RuntimeDep) -> PartnersOf:
    async def partners_of(ids: Iterable[str]) -> Mapping[str, OrderingPartner]:
        if not (wanted := list(ids)):
            return {}
        async with runtime.reading() as connection:
            return await known_partners(connection, wanted)

    return partners_of


async def _lines(run: Import, reader: Reader, request: Request, answer: Duplex) -> AsyncIterator[bytes]:
    unlisted = 0
    try:
        async for result in run.results(reader, request.stream()):
            if isinstance(result, RowResult) and answer.unsent > MAX_UNSENT:
                unlisted += 1
                continue
            if isinstance(result, Summary):
                result.summary.unlisted = unlisted
            yield _ENCODE(result) + b"\n"
    except ClientDisconnect:
        return
