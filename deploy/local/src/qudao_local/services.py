"""The installed services as processes of this machine."""

import http
import http.client
import json
import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channel_operate import installed

from qudao_local import guard
from qudao_local.forked import Nursery, NurseryGone
from qudao_local.server import Answer, Foreign, Server, Silent


@dataclass(frozen=True)
class ServiceKind:
    """A service by the name of its package's folder; module, database and runtime role share the other spelling."""

    name: str
    migrates: bool = True
    """Whether its module has tables to bring up to date before it starts."""

    @property
    def module(self) -> str:
        return self.name.replace("-", "_")

    @property
    def database(self) -> str:
        return self.module

    @property
    def owner(self) -> str:
        """The role that owns the tables and migrates them; the service itself runs as role ``database``."""
        return f"{self.database}_owner"


PATIENCE = 5.0
"""Seconds for an answer about itself: longer than a service waits for its database before it says so."""

SERVICES = tuple(ServiceKind(one.name) for one in installed())

OWNER_URLS = "QUDAO_OWNER_URLS"
"""For the migrations only: a JSON object with the owner's URL of each module's database."""


class Service(Server):
    """One service process. It is known by a token that its ``/health/ready`` gives back as ``instance``."""

    grace = 40  # requests under way have 20 s
    patience = 60

    def __init__(self, kind: ServiceKind, port: int, log: Path, settings: Mapping[str, str], nursery: Nursery | None = None) -> None:
        super().__init__(kind.name, port, log)
        self.kind = kind
        self._settings = settings
        self._nursery = nursery

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str | Path]:
        self.token = uuid.uuid4().hex
        return [sys.executable, "-m", self.kind.module]

    def environment(self) -> Mapping[str, str]:
        return environment({**self._settings, "HOST": "127.0.0.1", "PORT": str(self.port), "INSTANCE": self.token})

    def begin(self) -> guard.Child:
        """From the nursery, which spares it the imports; by itself where there is none, or none any more."""
        if self._nursery:
            self.command()
            settings = {**self.environment(), "QUDAO_END_WITH_STDIN": "true"}
            with suppress(NurseryGone):
                return self._nursery.fork(self.kind.module, log=self.log, environment=settings, grace=self.grace)
        return super().begin()

    def ask(self) -> Answer:
        """What ``/health/ready`` says: the checks that fail, or the troubles of a service that works all the same."""
        try:
            status, answer = asked(self.port, "/health/ready")
        except OSError:
            # Readiness asks what the service stands on, which may be what is slow; whether the process lives asks nothing.
            return self._alive()
        told = answer if isinstance(answer, dict) else {}
        if status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            failing = told.get("checks") or {"it": told.get("detail") or f"answers with {status}"}
            return Answer(works=False, said=_in_words({name: state for name, state in failing.items() if state != "ok"}))
        if told.get("instance") != self.token:
            raise Foreign(f"what answers on port {self.port} is not the process that was started")
        unwell = {name: state for name, state in (told.get("senders") or {}).items() if state != "ok"}
        return Answer(works=status == http.HTTPStatus.OK, said=_in_words(unwell | (told.get("troubles") or {})))

    def _alive(self) -> Answer:
        try:
            status, _ = asked(self.port, "/health/live")
        except OSError as error:
            raise Silent(str(error)) from None
        return Answer(works=False, said=f"is alive ({status}), but what it needs has not answered within {PATIENCE:g} s")


def _in_words(states: Mapping[str, object]) -> str:
    return "; ".join(f"{name}: {state}" for name, state in states.items())


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process of a service: ours without those of PostgreSQL's clients, ``settings`` as ``QUDAO_*``."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {"QUDAO_LOG_FORMAT": "console", **inherited, **{f"QUDAO_{name}": value for name, value in settings.items()}}


def asked(port: int, path: str) -> tuple[int, Any]:
    """Status and JSON body of the answer, the body None when it is no JSON; `OSError` when nobody answers in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read(100_000))
    except (ValueError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()
