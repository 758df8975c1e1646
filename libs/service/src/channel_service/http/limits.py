"""How many requests each caller may send: by partner, source, or person; and how many bad tokens a stranger.

In memory, so per process: with three processes a caller may send three times as many. That is enough to keep one caller
from taking the service from the others, and costs no round trip. The headers are those of the IETF's draft "RateLimit
header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers-10).
"""

import math
from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any, NamedTuple, Protocol

from channel_events.pure import Rejected
from prometheus_client import Counter
from starlette.requests import Request
from starlette.types import Scope

from channel_service.rates import Limiter, Rate
from channel_service.settings import Settings

LIMITED = Counter("qudao_http_requests_limited_total", "Requests answered with 429, by kind of caller.", ["kind"])
SIGN_IN = "sign-in"


class Caller(Protocol):
    """What is used of `channel_service.auth.Principal`."""

    @property
    def subject(self) -> str: ...
    @property
    def partner_id(self) -> str | None: ...
    @property
    def source(self) -> str | None: ...


def limiters(settings: Settings) -> Mapping[str, Limiter]:
    """By kind of caller."""
    rates = {"staff": settings.rate_staff, "partner": settings.rate_partner, "source": settings.rate_source, SIGN_IN: settings.rate_sign_in}
    return {kind: Limiter(Rate.of(rate)) for kind, rate in rates.items()}


def spend_source(request: Request, source: str) -> None:
    """For routes where machines sign instead of carrying a token: takes one of the source's requests.

    `Rejected` (``too_many_requests``) when it has none left. After the signature: nobody spends what is another's.
    """
    if left := request.app.state.limiters["source"].spend(source).wait:
        raise too_many(left, "source")


def unsigned_waits(request: Request) -> float:
    """For the same routes: the seconds for which this address has to wait, since too much of what it sent was not signed; 0 for none."""
    waits: float = request.app.state.limiters[SIGN_IN].wait(address_of(request.scope))
    return waits


def spend_unsigned(request: Request) -> None:
    """Counts one request that was not signed, like a bad token."""
    request.app.state.limiters[SIGN_IN].spend(address_of(request.scope))


def too_many(seconds: float, kind: str = SIGN_IN) -> Rejected:
    """The refusal (``too_many_requests``) for who has to wait."""
    LIMITED.labels(kind).inc()
    return Rejected("too_many_requests", retry_after=math.ceil(seconds))


class Refusal(NamedTuple):
    """To come again in so many seconds."""

    seconds: int


class LimitedAnswer(Protocol):
    """What is used of `channel_service.http.edge.AnswerHead`."""

    more: Sequence[tuple[bytes, bytes]]
    on_status: Any


class Limits:
    """Refuses callers who have sent too much, and tells all others what they have left."""

    def __init__(self, limiters: Mapping[str, Limiter]) -> None:
        self.limiters = limiters
        self._policies = {
            kind: (b"ratelimit-policy", f'"{kind}";q={one.rate.burst};w={math.ceil(one.rate.burst / one.rate.per_second)}'.encode())
            for kind, one in limiters.items()
        }

    def ask(self, scope: Scope, answer: LimitedAnswer) -> Refusal | None:
        """Before a request is looked at any further: takes one from its caller, and has the answer say what is left."""
        state = scope["state"]
        caller: Caller | None = state.get("principal")
        if caller is not None:
            return self._known(caller, answer)
        if getattr(state.get("denied"), "code", "token_missing") != "token_missing":
            return self._stranger(address_of(scope), answer)
        return None

    def _known(self, caller: Caller, answer: LimitedAnswer) -> Refusal | None:
        kind, name = kind_of(caller)
        left = self.limiters[kind].spend(name)
        answer.more = (self._policies[kind], (b"ratelimit", b'"%b";r=%d;t=%d' % (kind.encode(), left.remaining, math.ceil(left.reset))))
        return _refusal(kind, left.wait)

    def _stranger(self, address: str, answer: LimitedAnswer) -> Refusal | None:
        """A bad token is one of few: after those the address waits, whatever its next bad token is."""

        def spend(status: int) -> None:
            if status == 401:
                self.limiters[SIGN_IN].spend(address)

        answer.on_status = spend
        return _refusal(SIGN_IN, self.limiters[SIGN_IN].wait(address))


def _refusal(kind: str, wait: float) -> Refusal | None:
    if not wait:
        return None
    LIMITED.labels(kind).inc()
    return Refusal(math.ceil(wait))


def kind_of(caller: Caller) -> tuple[str, str]:
    """Which limit counts for a caller, and the name it is counted under."""
    if caller.partner_id is not None:
        return "partner", caller.partner_id
    if caller.source is not None:
        return "source", caller.source
    return "staff", caller.subject


def address_of(scope: Scope) -> str:
    """The client's address; of IPv6 the network of 64 bits, which is what one customer has."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    return str(IPv6Address(int(address) >> 64 << 64)) if address.version == 6 else host
