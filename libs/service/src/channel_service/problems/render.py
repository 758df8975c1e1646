"""A refusal as ``application/problem+json`` (RFC 9457)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

import msgspec
from starlette.responses import Response
from starlette.types import Scope

from channel_service.problems.catalogue import COMMON, Problem, ProblemCatalogue
from channel_service.problems.words import spoken

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "1"
_RANGE = re.compile(r"([a-zA-Z]{1,8}|\*)(?:-[a-zA-Z0-9]{1,8})*\s*(?:;\s*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?")


class Render(Protocol):
    """Makes the response of a problem from its code and facts."""

    def __call__(self, scope: Scope, code: str, facts: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response: ...


def language(scope: Scope) -> str:
    """``zh`` or ``en``, as the request's Accept-Language prefers (RFC 9110, 12.5.4); English when it says nothing."""
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return _preferred(value.decode("latin-1"))
    return "en"


@lru_cache(200)
def _preferred(header: str) -> str:
    """Of the languages that are here the one with the highest weight; of equal ones the first named. ``*`` is English."""
    best, highest = "en", 0.0
    for item in header.split(","):
        if found := _RANGE.fullmatch(item.strip()):
            main, weight = found[1].lower().replace("*", "en"), float(found[2] or 1)
            if main in {"zh", "en"} and weight > highest:
                best, highest = main, weight
    return best


def problem_response(
    scope: Scope, catalogue: ProblemCatalogue, code: str, facts: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    """The answer for a refusal. A code without an entry stays a refusal: 409, with its code and no text.

    The fact ``errors``, a list of ``{field, problem}``, is a member of its own.
    """
    problem = catalogue.get(code) or COMMON.get(code) or Problem(code, 409, code, code)
    chosen = language(scope)
    facts = spoken(dict(facts), chosen)
    body = problem_body(problem, chosen, facts, scope.get("path", ""), scope.get("state", {}).get("request_id"))
    sent = {"content-language": chosen, **(headers or {})}
    if problem.retryable:
        sent.setdefault("retry-after", RETRY_AFTER_SECONDS)
    return Response(msgspec.json.encode(body, enc_hook=str), problem.status, sent, MEDIA_TYPE)


def problem_body(problem: Problem, language: str, facts: Mapping[str, Any], instance: str, request_id: str | None) -> dict[str, Any]:
    """The members of a problem."""
    body: dict[str, Any] = {
        "type": f"urn:qudao:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail(language, facts),
        "code": problem.code,
        "retryable": problem.retryable,
        "instance": instance,
        "request_id": request_id,
        "facts": {name: value for name, value in facts.items() if name != "errors"},
    }
    if "errors" in facts:
        body["errors"] = facts["errors"]
    return body
