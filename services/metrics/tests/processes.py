"""Metrics as a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
from channel_service.testing import auth_settings
from qudao_local.ports import free_port


class Process:
    """``python -m metrics --role api``, ready when made; ``settings`` are ``QUDAO_`` variables."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / f"metrics-{port}.log"
        variables = {"QUDAO_DATABASE_URL": database_url, "QUDAO_PORT": str(port), "QUDAO_ROLE": "api", "QUDAO_DURABLE": "false"}
        variables |= {f"QUDAO_{name.upper()}": value for name, value in auth_settings().items()}
        given = {f"QUDAO_{name}": value for name, value in settings.items()}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "metrics"], env={**os.environ, **variables, **given}, stdout=log, stderr=subprocess.STDOUT
            )
        self._wait()

    def kill(self) -> None:
        """At once, as a crash does."""
        self.process.kill()
        self.process.wait()

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while not self._ready():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False
