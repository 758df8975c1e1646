"""The shorter way from a request to its endpoint: which route it is in one look, and all that routes of ours ask for in one step.

FastAPI compares a request with one route after the other, each twice, and solves every dependency by itself; with a dozen routers and
five dependencies that is half of what a small request costs. Here a table finds the route, and what is known without looking anything up
(caller, key, actor, clock, log) is handed over together. Whatever is not plain goes FastAPI's own way, with the same outcome
(test_each_request_finds_the_route_that_fastapi_would_find).
"""

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.convertors import StringConvertor
from starlette.types import ASGIApp, Receive, Scope, Send

from channel_service.auth.access import Access, admit, admitted
from channel_service.http.numerals import Numerals
from channel_service.http.parameters import Free, Parameters
from channel_service.http.paths import meant

GIVEN = "__qudao_given"
Get = Callable[[Request, Response], Any]
"""Gives what a dependency would, when it is looked at; a coroutine where that has to wait."""


class _Plain(NamedTuple):
    """A route whose path is made of words and single parts; ``order`` is its place among all."""

    order: int
    context: RouteContext
    app: ASGIApp


def shorten(app: FastAPI, known: Mapping[Any, Get]) -> None:
    """Has the routes of ``app``, which are all there, reached and given what they ask for in one step each.

    ``known`` are dependencies that ask for nothing themselves, by the function that FastAPI would call.
    """
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            _gather(context.dependant, known)
    app.router.middleware_stack = Straight(app)


def _gather(dependant: Dependant, known: Mapping[Any, Get]) -> None:
    """Makes one dependency of all that are known, in the place of the one that admits the caller: the first."""
    first = dependant.dependencies[0] if dependant.dependencies else None
    call = dependant.call
    if first is None or first.call is not admitted or call is None or not iscoroutinefunction(call):
        return
    found = [one for one in dependant.dependencies if one.call in known]
    others = [one for one in dependant.dependencies[1:] if one.call not in known and not isinstance(one.call, Access | Free)]
    parameters, numerals = Parameters(dependant), Numerals(dependant)
    gets = [(one.name, known[one.call], iscoroutinefunction(known[one.call])) for one in found if one.name is not None]

    async def given(request: Request, response: Response) -> dict[str, Any]:
        admit(request.scope)
        if request.scope["query_string"]:
            parameters.check(request)
        if numerals:
            numerals.check(request)
        return {name: await get(request, response) if waits else get(request, response) for name, get, waits in gets}

    @wraps(call)
    async def endpoint(**values: Any) -> Any:
        return await call(**values.pop(GIVEN), **values)

    first.call, first.name, first.request_param_name, first.response_param_name = given, GIVEN, "request", "response"
    dependant.dependencies[:] = [first, *others]
    dependant.call = endpoint


class Straight:
    """In front of FastAPI's router, which it asks about everything that is not plain."""

    def __init__(self, app: FastAPI) -> None:
        self._router = app.router.middleware_stack
        self._table: dict[tuple[str, int, str], list[_Plain]] = {}
        self._odd: list[tuple[int, RouteContext]] = []
        for order, context in enumerate(iter_route_contexts(app.routes)):
            if not isinstance(context.original_route, APIRoute) or not _is_plain(context):
                self._odd.append((order, context))
                continue
            parts = (context.path_format or "").split("/")
            for method in context.methods or ():
                key = method, len(parts), parts[2] if len(parts) > 2 else ""
                self._table.setdefault(key, []).append(_Plain(order, context, context.app))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A request that is traced goes the way that names its span.
        if scope["type"] != "http" or scope.get("root_path") or "fastapi.telemetry" in scope:
            await self._router(scope, receive, send)
            return
        path = scope["path"]
        parts = path.split("/")
        for plain in self._table.get((scope["method"], len(parts), parts[2] if len(parts) > 2 else ""), ()):
            if (match := plain.context.path_regex.match(path)) is None:
                continue
            if any(order < plain.order and context.path_regex.match(path) for order, context in self._odd):
                break
            scope["router"], scope["route"] = self, plain.context.original_route
            scope["endpoint"], scope["path_params"] = (
                plain.context.endpoint,
                {name: meant(value) for name, value in match.groupdict().items()},
            )
            await plain.app(scope, receive, send)
            return
        await self._router(scope, receive, send)


def _is_plain(context: RouteContext) -> bool:
    """Whether its parameters are texts, each a whole part of the path, and none is what the table looks at."""
    parts = (context.path_format or "").split("/")
    texts = all(isinstance(one, StringConvertor) for one in context.param_convertors.values())
    whole = all("{" not in part or (part[0] == "{" and part[-1] == "}" and part.count("{") == 1) for part in parts)
    return texts and whole and not (len(parts) > 2 and "{" in parts[2])
