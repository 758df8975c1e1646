"""The OpenAPI document, told who may call what."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from channel_service.auth.access import Access

_SCHEME = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def with_access(app: FastAPI, original: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """``original`` with the scheme of tokens, which gives /docs its button to authorize, and each operation's roles (``x-roles``)."""

    def openapi() -> dict[str, Any]:
        described = original()
        described.setdefault("components", {})["securitySchemes"] = {"token": _SCHEME}
        for context in iter_route_contexts(app.routes):
            route = context.original_route
            if isinstance(route, APIRoute) and route.include_in_schema:
                access: Access = app.state.access[id(route)]
                for method in context.methods or ():
                    operation = described["paths"][context.path_format][method.lower()]
                    if access.open_because is None:
                        operation["security"] = [{"token": []}]
                        operation["x-roles"] = sorted(access.roles)
        return described

    return openapi
