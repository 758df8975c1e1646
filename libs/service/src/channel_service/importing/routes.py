"""The routes of imports: the answer streams while the file is read."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from functools import partial
from typing import Annotated, Any

import msgspec
from channel_events import Rejected
from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect

from channel_service.auth import Allow, Role
from channel_service.dependencies import By, RuntimeDep
from channel_service.http.body import check_encoding, unlimited_body
from channel_service.importing.csv import CsvReader
from channel_service.importing.describing import rows_of, sheet_of
from channel_service.importing.duplex import MAX_UNSENT, Duplex
from channel_service.importing.importable import ImportSet
from channel_service.importing.ndjson import NdjsonReader
from channel_service.importing.results import RowResult, Summary
from channel_service.importing.rows import RowReader
from channel_service.importing.run import Import
from channel_service.problems import COMMON, ProblemCatalogue
from channel_service.problems.render import language
from channel_service.problems.words import spoken

NDJSON = "application/x-ndjson"
CSV = "text/csv"
READERS: Mapping[str, Callable[[ImportSet], RowReader]] = {NDJSON: NdjsonReader, CSV: CsvReader}
_ANSWER = {"description": "A line per row that was not simply accepted, progress, and a summary.", "content": {NDJSON: {}}}
TAKES = "takes"
"""The attribute of an endpoint that holds the `ImportSet` it takes in."""
_ENCODE = msgspec.json.Encoder(enc_hook=str).encode


def import_routes(*sets: ImportSet, roles: Iterable[Role] = (Role.OPS,)) -> APIRouter:
    """``POST /v1/imports/<name>`` for each set, by those who have one of ``roles``."""
    router = APIRouter(prefix="/v1/imports", tags=["imports"], dependencies=[Allow(*roles)])
    for what in sets:
        router.add_api_route(
            f"/{what.name}",
            _endpoint(what),
            methods=["POST"],
            operation_id=f"import_{what.name}",
            summary=what.summary,
            openapi_extra={"requestBody": {"required": True, "content": {NDJSON: rows_of(what), CSV: sheet_of(what)}}},
            responses={
                200: {"description": "A line per row that was not simply accepted, progress, and a summary.", "content": {NDJSON: {}}}
            },
        )
    return router


def _endpoint(what: ImportSet) -> Any:
    @unlimited_body
    async def endpoint(
        request: Request,
        runtime: RuntimeDep,
        by: By,
        dry_run: Annotated[bool, Query(description="Decide everything, write nothing.")] = False,
    ) -> Duplex:
        """Good rows go on when others are refused, and a file imported again adds nothing. `docs/how-to/import-and-export.md`
        describes the rows."""
        reader = _reader(request, what)
        deciding = runtime.log.rehearse() if dry_run else runtime.log
        say = partial(_say, COMMON | runtime.service.problems, language(request.scope))
        run = Import(deciding, by, today=runtime.today, say=say, dry_run=dry_run, failed=runtime.writes.failed)
        return Duplex(lambda answer: _lines(run, reader, request, answer), NDJSON)

    setattr(endpoint, TAKES, what)
    return endpoint


def sets_of(router: APIRouter) -> list[ImportSet]:
    """What the routes of ``router`` take in, if any of them does."""
    endpoints = (getattr(route, "endpoint", None) for route in router.routes)
    return [getattr(endpoint, TAKES) for endpoint in endpoints if hasattr(endpoint, TAKES)]


def _reader(request: Request, what: ImportSet) -> RowReader:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in READERS:
        raise Rejected("media_type_unsupported", media_type=media_type)
    check_encoding(request.headers.get("content-encoding", "").encode("latin-1"))
    return READERS[media_type](what)


def _say(problems: ProblemCatalogue, chosen: str, code: str, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    told: dict[str, Any] = spoken(dict(facts), chosen)
    problem = problems.get(code)
    return (code if problem is None else problem.detail(chosen, told)), told


async def _lines(run: Import, reader: RowReader, request: Request, answer: Duplex) -> AsyncIterator[bytes]:
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
