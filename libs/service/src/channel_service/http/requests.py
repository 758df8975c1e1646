"""Around every request: its id, its metrics, its line in the log, and a problem instead of a crash."""

import re
import time
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import structlog
from prometheus_client import Counter, Gauge, Histogram
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channel_service import logs
from channel_service.problems.words import Words

REQUESTS = Counter("qudao_http_requests_total", "Requests answered, by route template.", ["method", "route", "status"])
DURATION = Histogram(
    "qudao_http_request_duration_seconds",
    "From the request's head to the end of its answer.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_FLIGHT = Gauge("qudao_http_requests_in_flight", "Requests being answered now.")

UNMATCHED = "unmatched"
"""The route label of every path that is not ours: a label per invented path would fill the memory."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,128}")
_QUIET = ("/health/", "/metrics")
_log = structlog.get_logger("channel_service.http")


class Render(Protocol):
    """Makes the response of a problem from its code and facts."""

    def __call__(self, scope: Scope, code: str, facts: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response: ...


class Requests:
    """Outermost middleware. Logs hold neither bodies nor query values: both may hold names and prices."""

    def __init__(self, app: ASGIApp, render: Render) -> None:
        self.app = app
        self.render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = _request_id(scope)
        # The server runs each request in a context of its own, so there is nothing to set back.
        logs.request_id.set(request_id)
        scope.setdefault("state", {})["request_id"] = request_id
        header = (b"x-request-id", request_id.encode())
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        IN_FLIGHT.inc()
        try:
            if b"%00" in scope.get("query_string", b"") or "\x00" in scope["path"]:
                await self._refuse_nul(scope, receive, sending)
            else:
                await self.app(scope, receive, sending)
        except Exception:
            _log.exception("request failed", method=scope["method"], route=_route(scope))
            # Once the head is out, a broken connection is the only way to say that the answer is not whole.
            if status:
                raise
            await self.render(scope, "internal", {})(scope, receive, sending)
        finally:
            IN_FLIGHT.dec()
            _observe(scope, status, time.perf_counter() - began)

    async def _refuse_nul(self, scope: Scope, receive: Receive, send: Send) -> None:
        # PostgreSQL has no NUL in its texts and would fail the query: that is the request's fault, not ours.
        errors = [{"field": "path or query", "problem": Words("holds a NUL character", "含有 NUL 字符")}]
        await self.render(scope, "invalid_request", {"errors": errors})(scope, receive, send)


def _request_id(scope: Scope) -> str:
    """The caller's X-Request-Id when it is short and visible, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return uuid.uuid4().hex


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", UNMATCHED)


def _observe(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    route = _route(scope)
    requests, duration = _series(method, route, status)
    requests.inc()
    duration.observe(seconds)
    say = _log.debug if route.startswith(_QUIET) else _log.info
    say("request", method=method, route=route, status=status, ms=round(seconds * 1000, 2))


@cache  # bounded by routes, methods and statuses; looking the labels up costs more than counting
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), DURATION.labels(method, route)
