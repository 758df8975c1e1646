"""How many requests each caller may send: by partner, source, or person; and how many bad tokens a stranger.

In memory, so per process: with three processes a caller may send three times as many. That is enough to keep one caller
from taking the service from the others, and costs no round trip. The headers are those of the IETF's draft "RateLimit
header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers-10).
"""

import math
import time
from collections.abc import Callable, Mapping
from ipaddress import IPv6Address, ip_address
from typing import Any, NamedTuple, Protocol

from channel_events.pure import Rejected
from prometheus_client import Counter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channel_service.http.requests import Render
from channel_service.settings import Settings

LIMITED = Counter("qudao_http_requests_limited_total", "Requests answered with 429, by kind of caller.", ["kind"])
SIGN_IN = "sign-in"
_MANY = 50_000


class Rate(NamedTuple):
    """``per_second`` on average, ``burst`` at once; written ``50/500``."""

    per_second: float
    burst: int

    @classmethod
    def of(cls, text: str) -> "Rate":
        per_second, _, burst = text.partition("/")
        return cls(float(per_second), int(burst))


class Left(NamedTuple):
    """What a caller has left: requests, seconds until all of them are back, and to wait before the next (0: none)."""

    remaining: int
    reset: float
    wait: float


class Limiter:
    """GCRA: of each caller one time is kept, that at which all it has spent will be paid for. Callers at rest are forgotten."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._interval = 1 / rate.per_second
        self._tolerance = rate.burst * self._interval
        self._paid: dict[str, float] = {}
        self._clock = clock

    def spend(self, caller: str) -> Left:
        """Takes one request, unless there is none left: then it says how long to wait."""
        now = self._clock()
        debt = max(self._paid.get(caller, now) - now, 0.0)
        if (wait := debt + self._interval - self._tolerance) > 1e-9:
            return Left(0, debt, wait)
        debt += self._interval
        if len(self._paid) >= _MANY and caller not in self._paid:
            self._forget(now)
        self._paid[caller] = now + debt
        return Left(int((self._tolerance - debt) / self._interval + 1e-9), debt, 0.0)

    def wait(self, caller: str) -> float:
        """Seconds until one may be taken again."""
        return max(self._paid.get(caller, 0.0) - self._clock() + self._interval - self._tolerance, 0.0)

    def _forget(self, now: float) -> None:
        self._paid = {caller: paid for caller, paid in self._paid.items() if paid > now}
        if len(self._paid) >= _MANY:  # a flood from as many addresses: those that owe least are let off
            kept = sorted(self._paid.items(), key=lambda item: item[1])[_MANY // 2 :]
            self._paid = dict(kept)


class Caller(Protocol):
    """What is used of `channel_service.auth.Principal`."""

    subject: str
    partner_id: str | None
    source: str | None


def limiters(settings: Settings) -> Mapping[str, Limiter]:
    """By kind of caller."""
    rates = {"staff": settings.rate_staff, "partner": settings.rate_partner, "source": settings.rate_source, SIGN_IN: settings.rate_sign_in}
    return {kind: Limiter(Rate.of(rate)) for kind, rate in rates.items()}


def spend_source(request: Request, source: str) -> None:
    """For routes where machines sign instead of carrying a token: takes one of the source's requests.

    `Rejected` (``too_many_requests``) when it has none left. After the signature: nobody spends what is another's.
    """
    if left := request.app.state.limiters["source"].spend(source).wait:
        LIMITED.labels("source").inc()
        raise Rejected("too_many_requests", retry_after=math.ceil(left))


class Limits:
    """Answers 429 to callers who have sent too much, and tells all others what they have left. Inside of `SignIn`."""

    def __init__(self, app: ASGIApp, limiters: Mapping[str, Limiter], render: Render) -> None:
        self.app, self.limiters, self.render = app, limiters, render
        self._policies = {
            kind: f'"{kind}";q={one.rate.burst};w={math.ceil(one.rate.burst / one.rate.per_second)}'.encode()
            for kind, one in limiters.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state: Mapping[str, Any] = scope.get("state", {})
        caller: Caller | None = state.get("principal")
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif caller is not None:
            await self._known(scope, receive, send, caller)
        elif getattr(state.get("denied"), "code", "token_missing") != "token_missing":
            await self._stranger(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _known(self, scope: Scope, receive: Receive, send: Send, caller: Caller) -> None:
        kind, name = kind_of(caller)
        left = self.limiters[kind].spend(name)
        told = [
            (b"ratelimit-policy", self._policies[kind]),
            (b"ratelimit", f'"{kind}";r={left.remaining};t={math.ceil(left.reset)}'.encode()),
        ]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        if left.wait:
            await self._refuse(scope, receive, sending, kind, left.wait)
        else:
            await self.app(scope, receive, sending)

    async def _stranger(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A bad token is one of few: after those the address waits, whatever its next bad token is."""
        address = _address(scope)
        if wait := self.limiters[SIGN_IN].wait(address):
            await self._refuse(scope, receive, send, SIGN_IN, wait)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                self.limiters[SIGN_IN].spend(address)
            await send(message)

        await self.app(scope, receive, sending)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, kind: str, wait: float) -> None:
        LIMITED.labels(kind).inc()
        seconds = math.ceil(wait)
        answer = self.render(scope, "too_many_requests", {"retry_after": seconds}, {"retry-after": str(seconds)})
        await answer(scope, receive, send)


def kind_of(caller: Caller) -> tuple[str, str]:
    """Which limit counts for a caller, and the name it is counted under."""
    if caller.partner_id is not None:
        return "partner", caller.partner_id
    if caller.source is not None:
        return "source", caller.source
    return "staff", caller.subject


def _address(scope: Scope) -> str:
    """The client's address; of IPv6 the network of 64 bits, which is what one customer has."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    return str(IPv6Address(int(address) >> 64 << 64)) if address.version == 6 else host
