"""The installed services as processes of this machine."""

import http
import http.client
import json
import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channel_operate import installed

from qudao_local.server import Foreign, Server


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


SERVICES = tuple(ServiceKind(one.name) for one in installed())

OWNER_URLS = "QUDAO_OWNER_URLS"
"""For the migrations only: a JSON object with the owner's URL of each module's database."""


class Service(Server):
    """One service process. It is known by a token that its ``/health/ready`` gives back as ``instance``."""

    grace = 40  # requests under way have 20 s
    patience = 60

    def __init__(self, kind: ServiceKind, port: int, log: Path, settings: Mapping[str, str]) -> None:
        super().__init__(kind.name, port, log)
        self.kind = kind
        self._settings = settings
        self._instance = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str | Path]:
        self._instance = uuid.uuid4().hex
        return [sys.executable, "-m", self.kind.module]

    def environment(self) -> Mapping[str, str]:
        return environment({**self._settings, "HOST": "127.0.0.1", "PORT": str(self.port), "INSTANCE": self._instance})

    def ready(self) -> bool:
        try:
            status, answer = health(self.port)
        except OSError:
            return False
        if status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            return False
        if not isinstance(answer, dict) or answer.get("instance") != self._instance:
            raise Foreign(f"what answers on port {self.port} is not the process that was started")
        return status == http.HTTPStatus.OK


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process of a service: ours without those of PostgreSQL's clients, ``settings`` as ``QUDAO_*``."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {"QUDAO_LOG_FORMAT": "console", **inherited, **{f"QUDAO_{name}": value for name, value in settings.items()}}


def health(port: int, timeout: float = 2) -> tuple[int, Any]:
    """Status and JSON body of ``/health/ready``, the body None when it is no JSON; `OSError` when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read(100_000))
    except (ValueError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()
