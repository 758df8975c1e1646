"""The specimen service, in this process and as a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from channel_service import Service
from channel_service.testing import Running, auth_settings, running
from qudao_local.ports import free_port

sys.path.insert(0, str(Path(__file__).parent))  # the specimen is a package of the tests, not an installed one

from specimen.app import SERVICE


@pytest.fixture
async def url(migrated: Callable[[Service], Awaitable[str]]) -> str:
    """A fresh database of the specimen."""
    return await migrated(SERVICE)


@pytest.fixture
async def client(url: str) -> AsyncIterator[Running]:
    async with running(SERVICE, database_url=url, max_body_bytes=4096) as client:
        yield client


def _auth() -> dict[str, str]:
    return {name.upper(): value for name, value in auth_settings().items()}


class Process:
    """The specimen as its own process, on a port of its own."""

    def __init__(self, url: str, log: Path, **settings: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = log
        given = {"DATABASE_URL": url, "PORT": str(self.port), "ROLE": "api", "DURABLE": "false", **_auth(), **settings}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("QUDAO_")},
            **{f"QUDAO_{name}": value for name, value in given.items() if value},
            "PYTHONPATH": str(Path(__file__).parent),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs to its end: for what refuses to start."""
        command = [sys.executable, "-m", "specimen", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)

    def start(self) -> "Process":
        """Starts it and returns when it is ready."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "specimen"], env=self.environment, stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        until = time.monotonic() + 60
        while not self._ready():
            assert self.process.poll() is None, self._said()
            assert time.monotonic() < until, self._said()
            time.sleep(0.05)
        return self

    def _said(self) -> str:
        return self.log.read_text() if self.log.is_file() else "nobody knows what"  # a device never ends

    def end(self) -> int:
        """SIGTERM, and the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def close(self) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            assert self.process.stdin is not None
            self.process.stdin.close()

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/health/ready").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def specimen(url: str, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """``specimen(**settings)``: a process over the test's database, not started yet; settings by name without prefix."""
    made: list[Process] = []

    def make(**settings: Any) -> Process:
        made.append(Process(url, tmp_path / f"specimen-{len(made)}.log", **settings))
        return made[-1]

    yield make
    for process in made:
        process.close()
