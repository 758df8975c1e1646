"""The OpenAPI document: FastAPI's, with problems described as what they are."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from channel_service.problems import COMMON, ProblemCatalogue
from channel_service.problems.render import MEDIA_TYPE

# "default" also keeps FastAPI from listing its own 422, which is application/json and never sent here.
PROBLEM_ANSWERS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457); `code` is stable and tells which.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


def document(app: FastAPI, own: ProblemCatalogue) -> Callable[[], dict[str, Any]]:
    """A replacement for ``app.openapi`` that adds the schema of problems with all codes the service may answer."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        described = original()
        described.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _problem_schema(COMMON | own)
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
