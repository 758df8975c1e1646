"""A refusal as ``application/problem+json`` (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Scope

from channel_service.problems.catalogue import COMMON, Problem, ProblemCatalogue

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "1"


def language(scope: Scope) -> str:
    """``zh`` or ``en``, as the request's Accept-Language prefers (RFC 9110, 12.5.4); English when it says nothing."""
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return _preferred(value.decode("latin-1"))
    return "en"


def _preferred(header: str) -> str:
    best, best_quality = "en", 0.0
    for item in header.split(","):
        tag, _, parameter = item.strip().partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        main = tag.strip().partition("-")[0].lower()
        if main in {"zh", "en"} and quality > best_quality:
            best, best_quality = main, quality
    return best


def problem_response(
    scope: Scope, catalogue: ProblemCatalogue, code: str, facts: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    """The answer for a refusal. A code without an entry stays a refusal: 409, with its code and no text.

    The fact ``errors``, a list of ``{field, problem}``, is a member of its own.
    """
    problem = catalogue.get(code) or COMMON.get(code) or Problem(code, 409, code, code)
    chosen = language(scope)
    body: dict[str, Any] = {
        "type": f"urn:qudao:problem:{code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail(chosen, facts),
        "code": code,
        "retryable": problem.retryable,
        "instance": scope.get("path", ""),
        "request_id": scope.get("state", {}).get("request_id"),
        "facts": {name: value for name, value in facts.items() if name != "errors"},
    }
    if "errors" in facts:
        body["errors"] = facts["errors"]
    sent = {"content-language": chosen, **(headers or {})}
    if problem.retryable:
        sent.setdefault("retry-after", RETRY_AFTER_SECONDS)
    return Response(msgspec.json.encode(body, enc_hook=str), problem.status, sent, MEDIA_TYPE)
