"""For tests of services: a service as it runs, without a process or a port of its own."""

import asyncio
import atexit
import base64
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from channel_events import Recorded, View, connect_as
from channel_events.subscription.compose import compose  # import-rule: what a subscription does, without its broker
from channel_events.subscription.write import write  # import-rule: what a subscription does, without its broker
from channel_events.timing import now
from channel_testing import recorded  # import-rule: a test kit itself
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey

from channel_service import logs
from channel_service.app import attach, create_app
from channel_service.auth import Role
from channel_service.http.patience import patient
from channel_service.partners import ChildrenAccessGranted, PartnerApplied, PartnerCopy
from channel_service.runtime import Runtime
from channel_service.service import Service
from channel_service.settings import load


class Issuer:
    """Who issues the tokens of tests."""

    issuer = "https://issuer.test"
    audience = "qudao-test"

    def __init__(self, folder: Path) -> None:
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.jwks = folder / "jwks.json"
        self.jwks.write_text(json.dumps({"keys": [self.key.as_dict(private=False)]}))

    def token(self, role: Role | str, *, subject: str | None = None, **claims: Any) -> str:
        """A token for ``role``; ``claims``, like ``partner_id``, add to it or replace."""
        now = int(time.time())
        said = {"iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + 3600, "sub": subject or str(role), "roles": [role]}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, {**said, **claims}, self.key, algorithms=["RS256"])


@cache
def issuer() -> Issuer:
    """One per process, since making a key takes a moment."""
    folder = Path(tempfile.mkdtemp(prefix="qudao-issuer-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Issuer(folder)


def auth_settings() -> dict[str, str]:
    """The fields of `channel_service.settings.Settings` that make a service trust `issuer`."""
    return {"auth_issuer": issuer().issuer, "auth_audience": issuer().audience, "auth_jwks": str(issuer().jwks)}


def bearer(role: Role | str = Role.BRAND_ADMIN, **claims: Any) -> dict[str, str]:
    """The header with a token of `issuer`; ``claims`` are those of `Issuer.token`."""
    return {"authorization": f"Bearer {issuer().token(role, **claims)}"}


class Running(httpx.AsyncClient):
    """A client of a running service's routes, a brand admin unless told otherwise; ``runtime`` is what the routes work with."""

    def __init__(self, app: FastAPI, runtime: Runtime, headers: dict[str, str]) -> None:
        super().__init__(transport=httpx.ASGITransport(app), base_url=f"http://{runtime.service.name}", headers=headers)
        self.app = app
        self.runtime = runtime

    def as_(self, role: Role | str, **claims: Any) -> "Running":
        """The same service, called by somebody else: ``client.as_("partner", partner_id="p-1")``."""
        return Running(self.app, self.runtime, bearer(role, **claims))

    def as_nobody(self) -> "Running":
        """The same service, called without a token."""
        return Running(self.app, self.runtime, {})


@asynccontextmanager
async def running(
    service: Service, *, database_url: str, kafka: str | None = None, topic_prefix: str = "qudao.", clock: Any = now, **settings: Any
) -> AsyncIterator[Running]:
    """``service`` over a migrated database, with its worker too when ``kafka`` names a broker.

    ``clock`` is that of its timers and senders, for a test to move. ``settings`` are fields of `channel_service.settings.Settings`.
    The server of the tests may run undurable.
    """
    role = "all" if kafka else "api"
    given: dict[str, Any] = {"database_url": database_url, "role": role, "topic_prefix": topic_prefix, "durable": False}
    given.setdefault("secrets_key", base64.b64encode(bytes(32)).decode())
    if kafka:
        given["kafka_bootstrap"] = kafka
    loaded = load(**{**given, **auth_settings(), **settings})
    logs.configure_for_tests()
    async with Runtime.open(service, loaded, clock) as runtime:
        app = attach(create_app(service, loaded), runtime)
        async with Running(app, runtime, bearer()) as client:
            yield client


@asynccontextmanager
async def listening(client: Running, patience: float = 10) -> AsyncIterator[str]:
    """The URL at which a running service also answers on a port of its own: for what needs a real server, like streams.
    ``patience`` is that with slow clients (``QUDAO_CLIENT_SECONDS``)."""
    server = uvicorn.Server(
        uvicorn.Config(client.app, http=patient(patience), port=0, lifespan="off", log_config=None, access_log=False, ws="none")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by this alone
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        client.runtime.ending.set()
        server.should_exit = True
        await serving


async def fold(database_url: str, view: View, events: Sequence[Recorded]) -> None:
    """``view`` takes in these events, as its subscription would, without a broker; who waits for a write is not told."""
    connection = await connect_as(database_url, "qudao-test")
    try:
        async with connection.transaction():
            for changes in compose(view, events):
                await write(connection, changes)
    finally:
        await connection.close()


async def sees_own_partners(service: Service, database_url: str) -> None:
    """``AssertionError`` unless a partner finds itself and its children by name, as the copy of ``service`` keeps them, and
    nobody else: the copy is wired in. ``database_url``: a database of the service, migrated and empty."""
    day = date(2026, 1, 5)
    events = [
        PartnerApplied("p-0", "Jade Group", "distributor", "CN", day),
        PartnerApplied("p-1", "Jade Store", "store", "CN", day, segment="Bike Shop", parent="p-0"),
        PartnerApplied("p-2", "Jade Corner", "store", "CN", day),
        ChildrenAccessGranted("p-0", day),
    ]
    kept = {"name": "Jade Store", "channel_type": "store", "segment": "Bike Shop", "status": "applied", "applied_on": "2026-01-05"}
    [copy] = [view for view in service.views if isinstance(view, PartnerCopy)]
    await fold(database_url, copy, [recorded(one, position=number) for number, one in enumerate(events, 1)])
    async with running(service, database_url=database_url) as client:
        me = client.as_("partner", partner_id="p-0")
        listed, child, other = [(await me.get(f"/v1/partners{path}")).json() for path in ("?q=jade", "/p-1", "/p-2")]
    found = ([row["partner_id"] for row in listed["items"]], child, other["code"], other["retryable"])
    row = {"partner_id": "p-1", "territory": "CN", "parent": "p-0"} | {name: kept[name] for name in copy.kept}
    if found != (["p-0", "p-1"], row, "partner_unknown", True):
        raise AssertionError(found)
