"""Around every request, in one pass over its head: its id, who calls and how often, its body's limits, its metrics, its line in the log,
and a problem instead of a crash.

One middleware, not one for each of these: each would wrap what is sent and received once more, for every request.
"""

import re
import time
import uuid
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import structlog
from channel_events.told import told
from channel_terms import Words
from prometheus_client import Counter, Gauge, Histogram
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channel_service import logs
from channel_service.auth.sign_in import caller_of
from channel_service.http.body import Body
from channel_service.http.conditional import not_modified
from channel_service.http.limits import Limits, Refusal
from channel_service.http.paths import keep_parts
from channel_service.lost import Stalled, is_away
from channel_service.problems.render import Render

REQUESTS = Counter(
    "qudao_http_requests_total", "Requests answered, by route template; 499: the client left first.", ["method", "route", "status"]
)
DURATION = Histogram(
    "qudao_http_request_duration_seconds",
    "From the request's head to the end of its answer.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_FLIGHT = Gauge("qudao_http_requests_in_flight", "Requests being answered now.")

UNMATCHED = "unmatched"
"""The route label of every path that is not ours: a label per invented path would fill the memory."""
CLIENT_LEFT = 499

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CALLERS_ID = re.compile(rb"[\x21-\x7e]{1,128}")
_HOST = re.compile(rb"[A-Za-z0-9._~!$&'()*+;=:%\[\]-]*")
_QUIET = ("/health/", "/metrics")
_HEADERS = frozenset(
    {b"host", b"authorization", b"x-request-id", b"if-none-match", b"content-length", b"content-type", b"content-encoding"}
)
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_KEPT_BY_NOBODY = (b"cache-control", b"no-store")
_KEPT_BY_ITS_CALLER = (b"cache-control", b"private, no-cache")
_log = structlog.get_logger("channel_service.http")

_NO_LONGER = b'event: end\ndata: {"reason":"token_expired"}\n\n'

Head = dict[bytes, list[bytes]]
"""Of a request's headers those that are looked at, by name."""


class Edge:
    """Outermost middleware. Logs hold neither bodies nor query values: both may hold names and prices.

    ``browsers`` stand between the answer and who is let in: they answer a browser that only asks whether it may.
    """

    def __init__(self, app: ASGIApp, render: Render, limits: Limits, max_body: int, browsers: Sequence[Middleware] = ()) -> None:
        self.app, self.render, self.limits, self.max_body = app, render, limits, max_body
        self._enter: ASGIApp = self._admit
        for one in browsers:
            self._enter = one.cls(self._enter, *one.args, **one.kwargs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        keep_parts(scope)
        head: Head = {}
        for name, value in scope["headers"]:
            if name in _HEADERS:
                head.setdefault(name, []).append(value)
        request_id = uuid.uuid4().hex
        # The server runs each request in a context of its own, so there is nothing to set back.
        logs.request_id.set(request_id)
        state = scope.setdefault("state", {})
        state["request_id"], state["head"] = request_id, head
        answer = state["answer"] = AnswerHead(scope, send, head, request_id)
        IN_FLIGHT.inc()
        try:
            if (why := _unfit(scope, head)) is not None:
                await self.render(scope, *why)(scope, receive, answer.send)
            else:
                await self._enter(scope, receive, answer.send)
        except (ClientDisconnect, NoLonger):
            answer.status = answer.status or CLIENT_LEFT
        except Exception as error:
            if answer.status:
                # Once the head is out, a connection that breaks off is the only way to say that the answer is not whole: the server
                # closes it when nothing more comes.
                _broken_off(scope, error)
            else:
                _log.exception("request failed", method=scope["method"], route=_route(scope))
                await self.render(scope, "internal", {})(scope, receive, answer.send)
        finally:
            IN_FLIGHT.dec()
            _observe(scope, head, answer.status, time.perf_counter() - began)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        """``send`` is the answer's own, or leads to it."""
        state = scope["state"]
        answer: AnswerHead = state["answer"]
        known, state["denied"] = await caller_of(scope, state["head"].get(b"authorization"))
        state["principal"] = None if known is None else known.principal
        if known is not None:
            answer.holds = partial(scope["app"].state.runtime.verifier.holds, known)
        refusal = self.limits.ask(scope, answer)
        if refusal is not None:
            await self._refuse(refusal, scope, receive, send)
            return
        await self.app(scope, Body(scope, receive, state["head"], self.max_body).receive, send)

    async def _refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        facts, headers = {"retry_after": refusal.seconds}, {"retry-after": str(refusal.seconds)}
        await self.render(scope, "too_many_requests", facts, headers)(scope, receive, send)


class NoLonger(Exception):
    """The token that the request came with is none any more."""


class AnswerHead:
    """What is sent for one request: what each answer says in its head is added here, and 304 takes its body away."""

    __slots__ = ("_head", "_id", "_is_stream", "_scope", "_send", "_silent", "holds", "more", "on_status", "status")

    def __init__(self, scope: Scope, send: Send, head: Head, request_id: str) -> None:
        self._scope, self._send, self._head, self._id = scope, send, head, request_id
        self.status = 0
        self.more: Sequence[tuple[bytes, bytes]] = ()
        """Headers that those add who looked at the request."""
        self.on_status: Any = None
        """Told the status, by who waits for it."""
        self.holds: Callable[[], bool] | None = None
        """Whether the token that the request came with is still one."""
        self._silent = self._is_stream = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if b"if-none-match" in self._head and self._scope["method"] in ("GET", "HEAD") and message["status"] == 200:
                message, self._silent = not_modified(message, self._head[b"if-none-match"])
            self.status = message["status"]
            self._is_stream = (b"content-type", b"text/event-stream; charset=utf-8") in message.get("headers", ())
            if self.on_status is not None:
                self.on_status(self.status)
            headers = [*message.get("headers", ()), *self.more, (b"x-request-id", self._id.encode()), _NOSNIFF]
            if b"authorization" in self._head and not any(name == b"cache-control" for name, _ in headers):
                # What depends on who asks is for nobody else: with an ETag its caller may keep it, and asks again each time.
                kept = any(name == b"etag" for name, _ in headers)
                headers.append(_KEPT_BY_ITS_CALLER if kept else _KEPT_BY_NOBODY)
            message = {**message, "headers": headers}
        elif message["type"] == "http.response.body":
            if self._silent:
                message = {**message, "body": b""}
            if message.get("more_body") and self.holds is not None and not self.holds():
                # It would go on, perhaps for hours, for somebody who is not let in any more.
                if self._is_stream:
                    await self._send({"type": "http.response.body", "body": _NO_LONGER, "more_body": False})
                raise NoLonger
        await self._send(message)


def _unfit(scope: Scope, head: Head) -> tuple[str, dict[str, Any]] | None:
    """Why nothing can be made of a request, as a problem's code and facts."""
    hosts = head.get(b"host", ())
    # Of two, a proxy before us may have looked at the other one (RFC 9112, 3.2).
    if len(hosts) > 1 or (not hosts and scope.get("http_version") != "1.0") or (hosts and not _HOST.fullmatch(hosts[0])):
        return "malformed_request", {}
    if b"%00" in scope.get("query_string", b"") or "\x00" in scope["path"]:
        # PostgreSQL has no NUL in its texts and would fail the query: that is the request's fault, not ours.
        return "invalid_request", {"errors": [{"field": "path or query", "problem": Words("holds a NUL character", "含有 NUL 字符")}]}
    return None


def _broken_off(scope: Scope, error: Exception) -> None:
    """Says why an answer is not whole: in a line where we know it, with a traceback where it is our bug."""
    facts = {"method": scope["method"], "route": _route(scope)}
    cause = error.__cause__ if isinstance(error, RuntimeError) and error.__cause__ is not None else error  # Starlette's wrapping
    if isinstance(cause, ClientDisconnect | NoLonger):
        return
    if isinstance(cause, Stalled) or is_away(cause):
        _log.warning("answer broken off", **facts, error=told(cause))
    else:
        _log.exception("request failed", **facts)


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", UNMATCHED)


def _observe(scope: Scope, head: Head, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    route = _route(scope)
    requests, duration = _series(method, route, status)
    requests.inc()
    duration.observe(seconds)
    given = head.get(b"x-request-id")
    callers = given[0].decode("ascii") if given and _CALLERS_ID.fullmatch(given[0]) else None
    logs.told_request(method, route, status, round(seconds * 1000, 2), callers, quiet=route.startswith(_QUIET))


@cache  # bounded by routes, methods and statuses; looking the labels up costs more than counting
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), DURATION.labels(method, route)
