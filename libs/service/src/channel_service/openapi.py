"""The OpenAPI document: FastAPI's, with problems described as what they are."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from channel_service.commands.door import BODY
from channel_service.dependencies import IDEMPOTENCY_KEY, takes_key
from channel_service.examples import NoExample, example_of
from channel_service.problems import COMMON, ProblemCatalogue
from channel_service.problems.render import MEDIA_TYPE
from channel_service.service import Service

# "default" also keeps FastAPI from listing its own 422, which is application/json and never sent here.
PROBLEM_ANSWERS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457); `code` is stable and tells which.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_WHY = {
    "409": "It cannot be done as things are; `code` tells why.",
    "412": "`precondition_failed`: it was changed since the ETag in If-Match.",
    "422": "`invalid_request`: `errors` tell which field, parameter or header is wrong; `parameter_unknown`: the address has a parameter "
    "that is not listed here; or another rule, which `code` tells.",
    "429": "`too_many_requests`: Retry-After tells in how many seconds to come again.",
}
_ETAG = {
    "description": "Names the thing as it is now.",
    "schema": {"type": "string"},
    "example": '"3-0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"',
}
_LINK = {"description": 'The next page, as rel="next" (RFC 8288); none on the last.', "schema": {"type": "string"}}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "Does it only if the thing is still as this ETag says, else 412. Several with commas: any of them; `*`: if it is there.",
    "schema": {"type": "string", "pattern": r'^(\*|"[!#-~]*"(, *"[!#-~]*")*)$'},
    "example": _ETAG["example"],
}
_KEY_PARAMETER = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "description": "Makes a repeated request one: the same key with the same request gives the same answer, for ever.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[\x21-\x7e]+$"},
    "example": "shop-order-1001",
}


def document(app: FastAPI, service: Service) -> Callable[[], dict[str, Any]]:
    """A replacement for ``app.openapi`` that knows what FastAPI cannot see: problems with their codes, and command keys,
    which are read by hand since FastAPI's way of reading a header costs a tenth of a whole request."""
    original = app.openapi
    keyed = [route for router in service.routers for route in router.routes if isinstance(route, APIRoute) and takes_key(route.dependant)]

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is not None:  # FastAPI keeps the document and hands it out again
            return app.openapi_schema
        described = original()
        described.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _problem_schema(COMMON | service.problems)
        _describe_bodies(keyed, described["components"]["schemas"])
        for route in keyed:
            for method in route.methods or ():
                operation = described["paths"][route.path][method.lower()]
                operation.setdefault("parameters", []).extend([_KEY_PARAMETER, _IF_MATCH])
                _answers(operation, ("409", "412"))
                _success(operation).setdefault("headers", {})["ETag"] = _ETAG
        for operation in (operation for methods in described["paths"].values() for operation in methods.values()):
            _answers(operation, ("422", "429"))
            if "cursor" in {one["name"] for one in operation.get("parameters", ())}:
                _success(operation).setdefault("headers", {})["Link"] = _LINK
            _exemplify(operation, described["components"]["schemas"])
        return described

    return openapi


def _describe_bodies(routes: Iterable[APIRoute], schemas: dict[str, Any]) -> None:
    """Adds the schemas of bodies that are read as commands: FastAPI does not see them. ``TypeError`` when two go by one name."""
    for route in routes:
        model = getattr(route.endpoint, BODY, None)
        if model is None:
            continue
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, schema in {**own.pop("$defs", {}), model.__name__: own}.items():
            if schemas.setdefault(name, schema) != schema:
                raise TypeError(f"two different bodies or answers are called {name}: {route.path}")


def _answers(operation: dict[str, Any], statuses: Iterable[str]) -> None:
    for status in statuses:
        operation["responses"].setdefault(status, {"description": _WHY[status], "content": _PROBLEM})


def _success(operation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    return found


def _exemplify(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Gives JSON bodies and answers an example where they have none."""
    bodies = [operation.get("requestBody", {})] + [one for status, one in operation["responses"].items() if status.startswith("2")]
    for content in (body.get("content", {}).get("application/json", {}) for body in bodies):
        if "schema" in content and not content.keys() & {"example", "examples"}:
            with suppress(NoExample):
                content["example"] = example_of(content["schema"], schemas)


def _problem_schema(catalogue: ProblemCatalogue) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "title": "Problem",
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "retryable", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": text,
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "For people, in the language that Accept-Language prefers (en, zh)."},
            "code": {
                "type": "string",
                "description": "\n".join(f"- `{p.code}` ({p.status}): {p.en}" for p in catalogue),
                "enum": [p.code for p in catalogue],
            },
            "retryable": {"type": "boolean", "description": "Whether the same request may succeed later."},
            "instance": text,
            "request_id": {"type": ["string", "null"]},
            "facts": {"type": "object", "additionalProperties": True},
            "errors": {
                "type": "array",
                "description": "What is wrong with which field or parameter.",
                "items": {"type": "object", "properties": {"field": text, "problem": text}, "required": ["field", "problem"]},
            },
        },
        "example": {
            "type": "urn:qudao:problem:invalid_request",
            "title": "Invalid request",
            "status": 422,
            "detail": "The request does not have the form this route asks for.",
            "code": "invalid_request",
            "retryable": False,
            "instance": "/v1/partners",
            "request_id": "2f1c0d6f9a5b4d6e8c7b6a5f4e3d2c1b",
            "facts": {},
            "errors": [{"field": "name", "problem": "Field required"}],
        },
    }
