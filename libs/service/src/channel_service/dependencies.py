"""What a route may ask for, as annotated types."""

import hashlib
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from typing import Annotated

from channel_events.log import Log
from channel_events.pure import Actor, CommandKey
from fastapi import Depends, Header, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from channel_service.paging import PageRequest, page_request
from channel_service.runtime import Runtime


async def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _log(request: Request) -> Log:
    log: Log = request.app.state.runtime.log
    return log


async def _read(request: Request) -> AsyncIterator[AsyncConnection]:
    async with request.app.state.runtime.reading() as connection:
        yield connection


async def _actor(request: Request) -> Actor:
    return Actor("api", correlation=request.state.request_id)


async def _command_key(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="Makes a repeated request one: the same key with the same request gives the same answer, for ever.",
            examples=["4c1f0a4e-order-1001"],
        ),
    ] = None,
) -> CommandKey | None:
    if idempotency_key is None:
        return None
    scope = request.scope
    digest = hashlib.sha256(f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n")
    digest.update(await request.body())
    return CommandKey(idempotency_key, digest.digest())


async def _today(request: Request) -> date:
    return datetime.now(request.app.state.runtime.settings.zone).date()


def _random_id() -> str:
    return str(uuid.uuid4())


async def _new_id() -> Callable[[], str]:
    return _random_id


RuntimeDep = Annotated[Runtime, Depends(_runtime)]
LogDep = Annotated[Log, Depends(_log)]
ReadDep = Annotated[AsyncConnection, Depends(_read, scope="function")]
"""A connection in one read-only snapshot, given back before the answer is sent: a slow client holds none."""
By = Annotated[Actor, Depends(_actor)]
Key = Annotated[CommandKey | None, Depends(_command_key)]
Today = Annotated[date, Depends(_today)]
"""The business date of now: the day in the brand's time zone."""
NewId = Annotated[Callable[[], str], Depends(_new_id)]
PageDep = Annotated[PageRequest, Depends(page_request)]
