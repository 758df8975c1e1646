"""The OpenAPI document: FastAPI's, with problems described as what they are."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from channel_service.dependencies import IDEMPOTENCY_KEY, takes_key
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
        described = original()
        described.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _problem_schema(COMMON | service.problems)
        for route in keyed:
            for method in route.methods or ():
                parameters = described["paths"][route.path][method.lower()].setdefault("parameters", [])
                if _KEY_PARAMETER not in parameters:  # FastAPI keeps the document and hands it out again
                    parameters.append(_KEY_PARAMETER)
        return described

    return openapi


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
                "description": "With `invalid_request`: what is wrong with which field.",
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
