"""Whose token a request carries."""

from collections.abc import Sequence

from prometheus_client import Counter
from starlette.types import Scope

from channel_service.auth.access import Denied
from channel_service.auth.verifier import BadToken, ExpiredToken, SignedIn, Verifier

REFUSED = Counter("qudao_tokens_refused_total", "Tokens that were not accepted, by reason.", ["reason"])
_MISSING = "Bearer"
_INVALID = 'Bearer error="invalid_token"'


async def caller_of(scope: Scope, given: Sequence[bytes] | None) -> tuple[SignedIn | None, Denied | None]:
    """By the lines of Authorization: who calls, or None and the refusal that routes which are not open answer with: `token_missing`,
    `token_invalid`, `token_expired`.

    Whether a bad token matters is the route's to say, so an open one answers whatever is sent along.
    """
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
        return await verifier.verified(token.strip()), None
    except ExpiredToken:
        REFUSED.labels("expired").inc()
        return None, Denied(401, "token_expired", _INVALID)
    except BadToken as bad:
        return _refused(bad.reason)


def _refused(reason: str) -> tuple[None, Denied]:
    REFUSED.labels(reason).inc()
    return None, Denied(401, "token_invalid", _INVALID, reason=reason)
