"""The services' HTTP doors as a careful client uses them: idempotency keys, and a retry of what may be retried."""

import asyncio
import copy
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

CONNECTIONS = 32
_PATIENCE = 30.0
"""Seconds for which a call is tried again: copies of another service's facts arrive within one."""
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
_ENCODE = msgspec.json.Encoder().encode


class Refused(Exception):
    """A door said no, for good or for longer than we wait."""

    def __init__(self, call: str, status: int, code: str, detail: str) -> None:
        super().__init__(f"{call}: {code} ({status}): {detail}")
        self.code = code


class Unreachable(Exception):
    """A service did not answer for as long as we wait."""


def _nobody(role: str, **_: str) -> str:
    raise ValueError(f"nobody issues tokens for {role} here")


class Doors:
    """Clients of the running services by name, for one caller; an async context manager. ``issue`` makes tokens for others: of a role
    and, where it needs one, of a ``partner_id``."""

    def __init__(
        self,
        urls: Mapping[str, str],
        transport: httpx.AsyncBaseTransport | None = None,
        patience: float = _PATIENCE,
        token: str | None = None,
        issue: Callable[..., str] = _nobody,
    ) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS + 4, max_keepalive_connections=CONNECTIONS + 4)
        self._clients = {
            name: httpx.AsyncClient(base_url=url, transport=transport, limits=limits, timeout=30, trust_env=False)
            for name, url in urls.items()
        }
        self._patience = patience
        self._issue = issue
        self.caller = {"authorization": f"Bearer {token}"} if token else {}
        """The header that says who asks."""

    def of(self, role: str, **who: str) -> Self:
        """The same doors for somebody else, by the same connections."""
        other = copy.copy(self)
        other.caller = {"authorization": f"Bearer {self._issue(role, **who)}"}
        return other

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        for client in self._clients.values():
            await client.aclose()

    def client(self, service: str) -> httpx.AsyncClient:
        return self._clients[service]

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """The JSON answer. Raises `Refused`, `Unreachable`."""
        return await self._call(service, "GET", path, params={name: value for name, value in params.items() if value is not None})

    async def put(self, service: str, path: str, body: Any) -> Any:
        """For what is idempotent by itself. Bytes are a document in YAML."""
        if isinstance(body, bytes):
            return await self._call(service, "PUT", path, content=body, headers={"content-type": "application/yaml"})
        return await self._call(service, "PUT", path, content=_ENCODE(body))

    async def post(self, service: str, path: str, body: Any, key: str) -> Any:
        """A command; with its key it may be sent any number of times."""
        return await self._call(service, "POST", path, content=_ENCODE(body), headers={"idempotency-key": key})

    async def _call(self, service: str, method: str, path: str, **request: Any) -> Any:
        client, call = self._clients[service], f"{method} {service}{path}"
        headers = {"content-type": "application/json", **self.caller, **request.pop("headers", {})}
        until, tried = time.monotonic() + self._patience, 0
        while True:
            try:
                answer = await client.request(method, path, headers=headers, **request)
            except httpx.TransportError as broken:
                failure: Exception = Unreachable(f"{call}: {type(broken).__name__}: {broken}")
            else:
                if answer.is_success:
                    return msgspec.json.decode(answer.content)
                problem = _problem(answer)
                failure = Refused(call, answer.status_code, str(problem.get("code")), str(problem.get("detail")))
                if not problem.get("retryable") and answer.status_code not in {502, 503, 504}:
                    raise failure
            if time.monotonic() > until:
                raise failure
            await asyncio.sleep(_PAUSES[min(tried, len(_PAUSES) - 1)])
            tried += 1


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        problem = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        problem = None
    return problem if isinstance(problem, dict) else {"code": "no_problem_details", "detail": answer.text[:200]}
