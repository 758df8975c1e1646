"""What a route declares about its callers: ``dependencies=[Allow(Role.OPS)]``. A route that declares nothing is refused at start."""

from collections.abc import Collection, Mapping
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.types import Scope

from channel_service.auth.principal import Principal, Role


class Denied(HTTPException):
    """Not let in. An HTTPException, since FastAPI lets only those through while it reads a body."""

    def __init__(self, status: int, code: str, challenge: str, **facts: Any) -> None:
        super().__init__(status, code, {"www-authenticate": challenge})
        self.code = code
        self.facts = facts


class Access:
    """Who may call a route: ``roles``, or anybody at all because of ``open_because``."""

    def __init__(self, roles: frozenset[Role], open_because: str | None = None) -> None:
        self.roles = roles
        self.open_because = open_because

    async def __call__(self) -> None:
        """Nothing: it only declares. `admitted` does the work, before any other dependency."""


def Allow(*roles: Role) -> Any:  # noqa: N802 - read as a declaration: dependencies=[Allow(Role.OPS)]
    """Callers with one of the roles, and brand admins. On a route it replaces what its router declares."""
    return Depends(Access(frozenset({*roles, Role.BRAND_ADMIN})))


def Open(why: str) -> Any:  # noqa: N802 - like Allow
    """Anybody, without a token."""
    if not why:
        raise ValueError("an open route says why it may be open")
    return Depends(Access(frozenset(), why))


def declared(app: FastAPI) -> Mapping[int, Access]:
    """What the routes of ``app`` declare, by the route's ``id()``; `TypeError` with all that declare nothing.

    The document that FastAPI itself serves is open: it says what any reader of the source code knows.
    """
    found: dict[int, Access] = {}
    missing = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            if context.path != app.openapi_url:
                missing.append(str(context.path))
            continue
        said = [one.call for one in route.dependant.dependencies if isinstance(one.call, Access)]
        if said:
            found[id(route)] = said[-1]  # the router's come first
        else:
            missing.append(f"{', '.join(sorted(route.methods or ()))} {context.path}")
    if missing:
        raise TypeError(f"routes without Allow(...) or Open(...): {'; '.join(missing)}")
    return found


def admit(scope: Scope) -> None:
    """Lets the caller of the route that was found for ``scope`` pass; `Denied` otherwise."""
    access: Access = scope["app"].state.access[id(scope["route"])]
    if access.open_because is None:
        admit_one_of(scope, access.roles)


def admit_one_of(scope: Scope, roles: Collection[Role]) -> None:
    """Lets a caller with one of the roles pass; `Denied` otherwise."""
    state = scope["state"]
    principal: Principal | None = state["principal"]
    if principal is None:
        raise state["denied"]
    if principal.roles.isdisjoint(roles):
        raise Denied(403, "forbidden", 'Bearer error="insufficient_scope"', needs=", ".join(sorted(roles)))


def only_for_itself(caller: Principal, partner_id: str) -> None:
    """For commands that partners may give, too: `Denied` for one that commands in another's name, also one it may see."""
    if caller.scope not in {None, partner_id}:
        raise Denied(403, "not_yours", 'Bearer error="insufficient_scope"', partner_id=partner_id)


async def admitted(request: Request) -> None:
    """The application's first dependency."""
    admit(request.scope)
