"""Middleware: whose token a request carries, and nothing read of a body by who is not let in."""

from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channel_service.auth.access import Denied, admit
from channel_service.auth.principal import Principal
from channel_service.auth.verifier import BadToken, ExpiredToken, Verifier

REFUSED = Counter("qudao_tokens_refused_total", "Tokens that were not accepted, by reason.", ["reason"])
_MISSING = "Bearer"
_INVALID = 'Bearer error="invalid_token"'


class SignIn:
    """Sets ``request.state.principal``: the caller, or None. Then ``request.state.denied`` is the refusal that routes
    which are not open answer with: `token_missing`, `token_invalid`, `token_expired`.

    Whether a bad token matters is the route's to say, so an open one answers whatever is sent along.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["principal"], state["denied"] = await _caller(scope)
        await self.app(scope, receive, send)


class AdmitFirst:
    """Innermost middleware: who is not let in makes us read nothing. FastAPI reads and parses a body before its dependencies run."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = False

        async def receiving() -> Message:
            nonlocal asked
            if not asked and "route" in scope:
                asked = True
                admit(scope)
            return await receive()

        await self.app(scope, receiving if scope["type"] == "http" else receive, send)


async def _caller(scope: Scope) -> tuple[Principal | None, Denied | None]:
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    if not given:
        return None, Denied(401, "token_missing", _MISSING)
    kind, _, token = given[0].partition(b" ")
    # Of two headers, a proxy before us may have looked at the other one.
    if len(given) > 1 or kind.lower() != b"bearer":
        return _refused("form")
    verifier: Verifier | None = scope["app"].state.runtime.verifier
    if verifier is None:  # a worker: it has no routes that ask who calls
        return None, None
    try:
        return await verifier.principal(token.strip()), None
    except ExpiredToken:
        REFUSED.labels("expired").inc()
        return None, Denied(401, "token_expired", _INVALID)
    except BadToken as bad:
        return _refused(bad.reason)


def _refused(reason: str) -> tuple[None, Denied]:
    REFUSED.labels(reason).inc()
    return None, Denied(401, "token_invalid", _INVALID, reason=reason)
