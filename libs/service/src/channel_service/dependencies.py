"""What a route may ask for, as annotated types."""

import hashlib
import re
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from typing import Annotated

from channel_events.log import Log
from channel_events.pure import Actor, CommandKey
from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from sqlalchemy.ext.asyncio import AsyncConnection

from channel_service.auth.principal import Principal
from channel_service.http.conditional import expected, set_etag
from channel_service.paging import PageRequest, page_request
from channel_service.problems.refusals import invalid
from channel_service.runtime import Runtime

IDEMPOTENCY_KEY = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


async def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _log(request: Request, response: Response) -> Log:
    log: Log = request.app.state.runtime.log
    return log.for_caller(expected(request.headers.getlist("if-match")), lambda appended: set_etag(response, appended.tag))


async def _read(request: Request) -> AsyncIterator[AsyncConnection]:
    async with request.app.state.runtime.reading(request.state.principal.scope) as connection:
        yield connection


async def _principal(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


async def _actor(request: Request) -> Actor:
    return Actor(request.state.principal.subject, correlation=request.state.request_id)


async def _command_key(request: Request) -> CommandKey | None:
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise invalid(IDEMPOTENCY_KEY, "must be 1 to 200 visible ASCII characters", "应为 1 至 200 个可见 ASCII 字符")
    scope = request.scope
    digest = hashlib.sha256(f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n")
    digest.update(await request.body())
    return CommandKey(key, digest.digest())


def takes_key(dependant: Dependant) -> bool:
    """Whether a route takes an Idempotency-Key; for the OpenAPI document."""
    return any(one.call is _command_key or takes_key(one) for one in dependant.dependencies)


async def _today(request: Request) -> date:
    return datetime.now(request.app.state.runtime.settings.zone).date()


def _random_id() -> str:
    return str(uuid.uuid4())


async def _new_id() -> Callable[[], str]:
    return _random_id


RuntimeDep = Annotated[Runtime, Depends(_runtime)]
LogDep = Annotated[Log, Depends(_log)]
"""The log for this request: commands are decided on its If-Match, and its answer carries the ETag of the thing commanded."""
ReadDep = Annotated[AsyncConnection, Depends(_read, scope="function")]
"""A connection in one read-only snapshot, given back before the answer is sent: a slow client holds none."""
Caller = Annotated[Principal, Depends(_principal)]
"""Who calls, on a route that is not open."""
By = Annotated[Actor, Depends(_actor)]
Key = Annotated[CommandKey | None, Depends(_command_key)]
Today = Annotated[date, Depends(_today)]
"""The business date of now: the day in the brand's time zone."""
NewId = Annotated[Callable[[], str], Depends(_new_id)]
PageDep = Annotated[PageRequest, Depends(page_request)]
