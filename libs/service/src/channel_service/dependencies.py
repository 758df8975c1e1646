"""What a route may ask for, as annotated types."""

import hashlib
import re
import uuid
from collections.abc import Callable
from datetime import date
from inspect import iscoroutinefunction
from typing import Annotated, Any

from channel_events.log import Log
from channel_events.pure import Actor, CommandKey
from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant

from channel_service.auth.principal import Principal
from channel_service.http.conditional import expected, set_etag
from channel_service.http.lean import Get
from channel_service.paging import PageRequest, page_request
from channel_service.problems.refusals import invalid
from channel_service.reading import Read
from channel_service.runtime import Runtime

IDEMPOTENCY_KEY = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


KNOWN: dict[Any, Get] = {}
"""What is known of a request without asking anybody, by the function that FastAPI calls for it: see `channel_service.http.lean`."""


def _known(get: Get) -> Any:
    """The dependency that gives it."""

    async def known(request: Request, response: Response) -> Any:
        found = get(request, response)
        return await found if iscoroutinefunction(get) else found

    KNOWN[known] = get
    return Depends(known)


def _log(request: Request, response: Response) -> Log:
    log: Log = request.app.state.runtime.log
    return log.for_caller(expected(request.headers.getlist("if-match")), lambda appended: set_etag(response, appended.tag))


def _read(request: Request, _: Response) -> Read:
    return Read(request.app.state.runtime.reads, request.state.principal.scope)


def _actor(request: Request, _: Response) -> Actor:
    return Actor(request.state.principal.subject, correlation=request.state.request_id)


async def _command_key(request: Request, _: Response) -> CommandKey | None:
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
    return any(KNOWN.get(one.call) is _command_key or takes_key(one) for one in dependant.dependencies)


def _today(request: Request, _: Response) -> date:
    today: date = request.app.state.runtime.today()
    return today


def _random_id() -> str:
    return str(uuid.uuid4())


RuntimeDep = Annotated[Runtime, _known(lambda request, _: request.app.state.runtime)]
LogDep = Annotated[Log, _known(_log)]
"""The log for this request: commands are decided on its If-Match, and its answer carries the ETag of the thing commanded."""
ReadDep = Annotated[Read, _known(_read)]
"""Reads what the caller may see, each statement in a snapshot of its own. For more statements in one there is `Runtime.reading`."""
Caller = Annotated[Principal, _known(lambda request, _: request.state.principal)]
"""Who calls, on a route that is not open."""
By = Annotated[Actor, _known(_actor)]
Key = Annotated[CommandKey | None, _known(_command_key)]
Today = Annotated[date, _known(_today)]
"""The business date of now: the day in the brand's time zone."""
NewId = Annotated[Callable[[], str], _known(lambda _, __: _random_id)]
PageDep = Annotated[PageRequest, Depends(page_request)]
