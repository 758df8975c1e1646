"""The door for platforms: what is signed rightly is kept, before anything of it is read."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any

from channel_events import Actor, Rejected
from channel_service import (
    AnyParameters,
    BodyRefused,
    Open,
    RuntimeDep,
    Sealer,
    spend_source,
    spend_unsigned,
    too_many,
    unlimited_body,
    unsigned_waits,
)
from fastapi import APIRouter, Path, Request, Response, status
from pydantic import BaseModel, Field

from orders_inventory.api import push_metrics as metrics
from orders_inventory.api.sources import SECRETS
from orders_inventory.application.platforms import CONNECTORS
from orders_inventory.application.pushes import MAX_BYTES, receive_push
from orders_inventory.application.source_keys import SourceKeys
from orders_inventory.connectors import Delivery

router = APIRouter(
    prefix="/v1/pushes",
    tags=["pushes"],
    dependencies=[
        Open("the platform signs every push"),
        AnyParameters("what a platform adds to the address that it was given must not lose what it sends"),
    ],
)


class PushKept(BaseModel):
    """It is kept; what it says is decided afterwards, and ``GET /v1/pushes/{source}/{push}`` tells what became of it."""

    push: str | None = Field(description="Null for a ping.", examples=["0d1f2e3c4b5a69788796a5b4c3d2e1f001122334"])
    duplicate: bool = Field(description="Whether it was kept before: the same again has no effect.")


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"As the platform signs and sends it, at most {MAX_BYTES} bytes.",
        "content": {"application/json": {"schema": {}, "example": {"id": 727, "status": "processing"}}},
    }
}
_KEPT_BEFORE: dict[int | str, dict[str, Any]] = {200: {"description": "It was kept before, or is a ping.", "model": PushKept}}


@router.post("/{source}", summary="Push", status_code=202, responses=_KEPT_BEFORE, openapi_extra=_BODY)
@unlimited_body
async def push(
    source: Annotated[str, Path(max_length=100, examples=["shop"])], request: Request, runtime: RuntimeDep, response: Response
) -> PushKept:
    """Signed by the platform's own rules with a secret of the source, over the raw body: see the how-to pages.

    Once kept it is never lost: what cannot be applied is parked with a reason, and applied when what it lacks is there.
    """
    told = _Told(source)
    try:
        kept = await _keep(source, request, runtime, told)
    finally:
        told.count()
    if kept.push is None or kept.duplicate:
        response.status_code = status.HTTP_200_OK
    return kept


class _Told:
    """What the metrics will be told of one request. An id that no source has is no label: anybody can invent as many as he likes."""

    def __init__(self, source: str) -> None:
        self._began = time.perf_counter()
        self._source = source
        self.known = False
        self.outcome = "error"

    def count(self) -> None:
        label = self._source if self.known else metrics.UNKNOWN
        metrics.REQUESTS.labels(label, self.outcome).inc()
        metrics.DURATION.labels(label).observe(time.perf_counter() - self._began)
        if self.outcome == "accepted":
            metrics.LAST_EVENT.labels(label).set_to_current_time()


async def _keep(source: str, request: Request, runtime: RuntimeDep, told: _Told) -> PushKept:
    signed, waits = _claims_to_be_signed(request), unsigned_waits(request)
    told.outcome = "limited"
    if waits and not signed:
        raise too_many(waits)
    told.outcome = "error"
    delivery = Delivery(dict(request.headers), await _body(request, told))
    if not signed:
        spend_unsigned(request)
        told.outcome = "ping"
        # Answered alike for each source, those that are not here as well: who greets learns nothing.
        if any(one.is_ping(delivery) for one in CONNECTORS.values()):
            return PushKept(push=None, duplicate=False)
        told.outcome = "rejected_signature"
        raise Rejected("push_unsigned")
    keys, now = _keys(request, runtime), datetime.now(UTC)
    # Of an address that waits only what a secret in memory signed goes on: nothing is looked up for it.
    found = await keys.signer(source, delivery, now, look=not waits)
    if found is None:
        told.known, told.outcome = keys.known(source) is not None, "limited" if waits else "rejected_signature"
        if waits:
            raise too_many(waits)
        spend_unsigned(request)
        raise Rejected("push_unsigned")
    connector, secret_id = found
    told.known, told.outcome = True, "limited"
    spend_source(request, source)
    told.outcome = "error"
    by = Actor(f"source/{source}", correlation=request.state.request_id)
    try:
        push_id, appended = await receive_push(runtime.log, source, connector, delivery, secret_id, now, by)
    except Rejected as refusal:
        told.outcome = "rejected_signature" if refusal.code == "push_unsigned" else "rejected_body"
        raise
    told.outcome = "accepted" if appended.events else "duplicate"
    return PushKept(push=push_id, duplicate=not appended.events)


def _claims_to_be_signed(request: Request) -> bool:
    return any(request.headers.get(one.signature) for one in CONNECTORS.values())


async def _body(request: Request, told: _Told) -> bytes:
    """The raw bytes, and never more of them than are kept."""
    declared = request.headers.get("content-length", "0")
    pieces: list[bytes] = []
    size = int(declared) if declared.isdecimal() else 0
    if size <= MAX_BYTES:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            pieces.append(piece)
            if size > MAX_BYTES:
                break
    if size > MAX_BYTES:
        told.outcome = "rejected_body"
        raise BodyRefused("body_too_large", 413, limit=MAX_BYTES)
    return b"".join(pieces)


def _keys(request: Request, runtime: RuntimeDep) -> SourceKeys:
    """One for all requests of the process."""
    state = request.app.state
    if not hasattr(state, "source_keys"):

        async def opened(source: str, names: Any) -> dict[str, str]:
            return await SECRETS.opened(runtime.fetch, Sealer.of(runtime.settings), source, names)

        state.source_keys = SourceKeys(runtime.log, opened)
    keys: SourceKeys = state.source_keys
    return keys
