"""Every exception that may reach HTTP, as a problem."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import asyncpg
import structlog
from channel_events.log import LogFailure, StreamUnreadable
from channel_events.pure import Rejected
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from channel_service.auth.access import Denied
from channel_service.auth.principal import Principal
from channel_service.http.body import UNPARSABLE, BodyRefused, syntax_error
from channel_service.http.conditional import quoted
from channel_service.lost import AWAY, is_away
from channel_service.problems.catalogue import COMMON, ProblemCatalogue
from channel_service.problems.render import Render, language, problem_response
from channel_service.problems.validation import findings

_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_log = structlog.get_logger("channel_service.problems")


def renderer(own: ProblemCatalogue) -> Render:
    """Renders a service's own problems and the common ones."""
    catalogue = COMMON | own

    def render(scope: Any, code: str, facts: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
        if catalogue.get(code) is None:
            _log.error("problem is in no catalogue", code=code)
        return problem_response(scope, catalogue, code, facts, headers)

    return render


def install(app: FastAPI, render: Render) -> None:
    """Registers the handlers; before the first request, since later ones are ignored."""
    handlers: dict[type[Exception], Callable[..., Response]] = {
        Rejected: _rejected,
        LogFailure: _log_failure,
        StreamUnreadable: _unreadable,
        RequestValidationError: _invalid,
        HTTPException: _http,
        **dict.fromkeys((*AWAY, DBAPIError, asyncpg.PostgresError), _database),
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, _asynchronous(partial(handler, render)))


def _asynchronous(handler: Callable[..., Response]) -> Callable[[Request, Exception], Any]:
    # A plain function would be run in a thread.
    async def handle(request: Request, error: Exception) -> Response:
        return handler(request, error)

    return handle


def _rejected(render: Render, request: Request, error: Rejected) -> Response:
    facts = error.facts
    if error.code == "precondition_failed" and not _sees_all(request):
        # Whose the thing is that was asked for is not known here. It answers as if it were not there: then no tag tells of it.
        facts = {**facts, "current": None}
    return render(request.scope, error.code, facts, _headers(error.code, facts))


def _sees_all(request: Request) -> bool:
    principal: Principal | None = getattr(request.state, "principal", None)
    return principal is not None and principal.scope is None


def _headers(code: str, facts: Mapping[str, Any]) -> Mapping[str, str] | None:
    """What a refusal says in headers as well."""
    if code == "precondition_failed" and (tag := facts["current"]):
        return {"etag": quoted(tag)}
    if code == "too_many_requests":
        return {"retry-after": str(facts["retry_after"])}
    return None


def _log_failure(render: Render, request: Request, error: LogFailure) -> Response:
    request.app.state.runtime.writes.failed(error)
    return render(request.scope, error.code, {}, {"retry-after": str(error.retry_after)})


def _unreadable(render: Render, request: Request, error: StreamUnreadable) -> Response:
    return render(request.scope, error.code, error.facts)


def _invalid(render: Render, request: Request, error: RequestValidationError) -> Response:
    errors = error.errors()
    if errors and errors[0]["type"] == "json_invalid":
        one = errors[0]
        return render(request.scope, "malformed_json", {"reason": syntax_error(one["ctx"]["error"], one["loc"][-1])})
    return render(request.scope, "invalid_request", {"errors": findings(errors, language(request.scope))})


def _http(render: Render, request: Request, error: HTTPException) -> Response:
    if isinstance(error, BodyRefused | Denied):
        facts, code = error.facts, error.code
    elif error.status_code == 400:  # FastAPI's own word for a body that json.loads gave up on
        facts, code = {"reason": UNPARSABLE}, "malformed_json"
    else:
        facts, code = {}, _BY_STATUS.get(error.status_code, "invalid_request")
    return render(request.scope, code, facts, error.headers)


def _database(render: Render, request: Request, error: Exception) -> Response:
    """A database that cannot be reached is not our bug, and a repeat may help; anything else of it is."""
    if not is_away(error):
        raise error
    _log.warning("database unavailable", error=type(error).__name__)
    return render(request.scope, "unavailable", {})
