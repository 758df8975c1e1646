"""A statement as a file, for the checker that stands alone."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Annotated

from channel_events import Rejected
from channel_service import BRAND, Allow, Caller, LogDep, Role, RuntimeDep
from channel_service.exporting import Export
from fastapi import APIRouter, Path, Request

from incentives.application.statement_export import require_statement, statement_lines
from incentives.application.statements import partner_of

router = APIRouter(tags=["statements"], dependencies=[Allow(*BRAND, Role.PARTNER)])
StatementId = Annotated[str, Path(min_length=1, max_length=200, examples=["partner~p-1001~2026-01"])]
_NDJSON = "application/x-ndjson"
_ANSWER: dict[int | str, dict[str, object]] = {
    200: {"description": "JSON lines: what it is, then the entries.", "content": {_NDJSON: {"schema": {"type": "string"}}}}
}


@router.get("/v1/statements/{statement_id}/file", summary="A statement as a file that can be checked alone", responses=_ANSWER)
async def get_statement_file(statement_id: StatementId, request: Request, log: LogDep, runtime: RuntimeDep, caller: Caller) -> Export:
    """Every entry of the payee's ledger, from the first to the statement's own, with what each came of: `statement-checker` works all of it
    out again, without this service."""
    partner_id = partner_of(statement_id)
    if caller.scope is not None and (partner_id is None or not await runtime.sees(caller, partner_id)):
        raise Rejected("statement_unknown", statement_id=statement_id)
    await require_statement(log, statement_id)

    @asynccontextmanager
    async def parts() -> AsyncIterator[AsyncIterator[bytes]]:
        async with aclosing(statement_lines(log, statement_id)) as made:
            yield made

    return Export(request, "statement.ndjson", _NDJSON, parts)
