"""``PUT``, ``GET`` and ``DELETE /v1/partners/{partner_id}/files/{sha256}``, and the list of all.

A file is of a partner, and its id is the hash of its content: whatever somebody knows or guesses of another partner's files, its own
address tells of its own files only, and what is there already of another's changes no answer.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import structlog
from channel_events import On, Rejected
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from channel_service.auth import BRAND, Allow, Role, only_for_itself
from channel_service.dependencies import By, Caller, RuntimeDep
from channel_service.files.deciding import KEPT_FILES, EraseFile
from channel_service.files.holding import Holding
from channel_service.files.keeping import Offered, keep
from channel_service.files.kinds import KINDS
from channel_service.files.state import loose_until
from channel_service.files.storing import Store, is_whole, parts
from channel_service.files.taking_in import size_of, take_in
from channel_service.files.tending import LOOSE_DAYS, look_at
from channel_service.files.view import KEPT, KEPT_FILES_VIEW, TABLE
from channel_service.http.body import unlimited_body
from channel_service.http.conditional import quoted
from channel_service.listing import Listing, list_route, same
from channel_service.models import Code, Text
from channel_service.receipts import Receipt

_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_FILE = "/v1/partners/{partner_id}/files/{sha256}"
PartnerId = Annotated[Code, Path(examples=["p-1001"])]
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="Of its content, in hexadecimal digits.", examples=[_HASH])]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_TAKEN = {"requestBody": {"required": True, "content": {one: {**_BINARY, "example": "(the file, byte for byte)"} for one in KINDS}}}
_GIVEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, byte for byte, as an attachment. Its hash was worked out anew before anything of it was sent.",
        "content": dict.fromkeys(KINDS, _BINARY),
    }
}
_log = structlog.get_logger("channel_service.files")


class FileReceipt(Receipt):
    """What keeping a file did; ``id`` is its hash."""

    size: int = Field(description="In bytes.", examples=[48_213])
    media_type: str = Field(examples=["application/pdf"])
    loose_until: date | None = Field(description="From that day on it is removed, unless something names it; null when something does.")


class FileRow(BaseModel):
    partner_id: str = Field(examples=["p-1001"])
    sha256: str = Field(examples=[_HASH])
    size: int = Field(description="In bytes.", examples=[48_213])
    media_type: str = Field(examples=["application/pdf"])
    kept_by: str = Field(examples=["ann"])
    kept_on: date
    named_by: str | None = Field(description="What named it last; null while nothing does.", examples=["fund_claim/mdf-2026/fair-1/stand"])


def file_routes(*, puts: Iterable[Role]) -> APIRouter:
    """Partners' files are put by those who have one of the roles ``puts``, partners for themselves, and erased by them while nothing names
    them; they are read by who sees what is the partner's.

    The service has `KEPT_FILES`, `KEPT_FILES_VIEW`, `TENDING`, `MEASURES`, `FILE_PROBLEMS` and `GRANTS` among what it is made of, and
    `TABLES` in a revision.
    """
    router = APIRouter(tags=["files"], dependencies=[Allow(*BRAND, Role.PARTNER)])
    about: dict[int | str, dict[str, Any]] = {201: {"description": "It is kept now.", "model": FileReceipt}}
    own = [Allow(*puts), Depends(for_itself)]
    putting = {"dependencies": own, "responses": about, "openapi_extra": _TAKEN, "summary": "Keep a file"}
    router.put(_FILE, status_code=200, **putting)(put_file)  # type: ignore[arg-type]
    router.get(_FILE, response_class=Response, responses=_GIVEN, summary="A file")(get_file)
    router.delete(_FILE, dependencies=own, summary="Erase a file")(erase_file)
    c = TABLE.sql.c
    listed = Listing(KEPT_FILES_VIEW, KEPT, order=[c.partner_id, c.sha256], filters=[same(c.partner_id, Code), same(c.sha256, Code)])
    list_route(router, "/v1/files", listed, FileRow, summary="Files that are kept")
    return router


async def for_itself(partner_id: PartnerId, sha256: Sha256, caller: Caller) -> None:
    """A dependency, and so asked before anything but the address of a request is looked at."""
    only_for_itself(caller, partner_id)


@unlimited_body
async def put_file(
    partner_id: PartnerId, sha256: Sha256, request: Request, response: Response, runtime: RuntimeDep, caller: Caller, by: By
) -> FileReceipt:
    """The same again changes nothing. What is not named by anything is removed after a while."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in KINDS:
        raise Rejected("file_kind_unsupported", media_type=media_type, kinds=", ".join(KINDS))
    most, holding = runtime.settings.max_file_bytes, Holding.of(request.app.state)
    async with holding.place(caller, size := size_of(request, most), most):
        taken = await take_in(request, size)
        appended, file = await keep(runtime, holding, Offered(partner_id, sha256, media_type), taken, by)
    response.status_code = 201 if appended.events else 200
    until = None if file.named else loose_until(file, LOOSE_DAYS)
    return FileReceipt.of(sha256, appended, size=file.size, media_type=file.media_type, loose_until=until)


async def get_file(partner_id: PartnerId, sha256: Sha256, request: Request, runtime: RuntimeDep, caller: Caller) -> Response:
    """To save, not to show in a browser."""
    # Whose it is comes first: of another partner's files it makes no difference whether one is there, not even in time.
    file = (await runtime.log.state(KEPT_FILES, partner_id)).kept(sha256) if await runtime.sees(caller, partner_id) else None
    if file is None or file.copy_id is None:
        raise Rejected("file_unknown", partner_id=partner_id, sha256=sha256)
    async with Holding.of(request.app.state).checking():
        whole = await is_whole(runtime.fetch, file.copy_id)
    if not whole:
        _log.error("a file that was asked for is damaged", partner=partner_id, sha256=sha256)
        await look_at(Store(runtime.settings.database_url), [file.copy_id])
        raise Rejected("file_damaged", sha256=sha256)
    return StreamingResponse(
        parts(runtime.fetch, file.copy_id, file.size),
        headers={
            "content-type": file.media_type,
            "content-length": str(file.size),
            "content-disposition": f'attachment; filename="{sha256[:16]}{KINDS[file.media_type].ending}"',
            "content-security-policy": "default-src 'none'; sandbox",
            "etag": quoted(sha256),
        },
    )


async def erase_file(
    partner_id: PartnerId,
    sha256: Sha256,
    runtime: RuntimeDep,
    caller: Caller,
    by: By,
    reason: Annotated[Text, Query(examples=["a wrong file"])],
) -> Receipt:
    """For what must not be kept: its bytes go at once, its hash and the reason stay. What something rests on only an admin of the brand
    erases."""
    though_named = Role.BRAND_ADMIN in caller.roles
    erasing = EraseFile(partner_id=partner_id, sha256=sha256, reason=reason, by=by.subject, though_named=though_named)
    appended = await runtime.log.execute(On(KEPT_FILES, partner_id, erasing), by=by)
    await Store(runtime.settings.database_url).drop([event.data.copy_id for event in appended.events])
    return Receipt.of(sha256, appended)
