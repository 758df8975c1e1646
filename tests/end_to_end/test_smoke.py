"""What asks after a rollout whether all is well says so when it is, and what is not well when it is not."""

import os
import subprocess
import sys

from qudao_checks.sources import ROOT
from qudao_local.ports import free_port

from .platform import Platform

SCRIPT = ROOT / "deploy/container/smoke.py"


def smoke(*services: str, commit: str = "unknown") -> tuple[int, list[str]]:
    command = [sys.executable, "-ISE", str(SCRIPT), *services]
    given = {**os.environ, "QUDAO_COMMIT": commit, "QUDAO_SMOKE_SECONDS": "10"}
    asked = subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=60)
    assert asked.stderr == ""
    return asked.returncode, asked.stdout.splitlines()


def test_a_platform_that_is_well_passes(platform: Platform) -> None:
    services = [f"{name}={url}" for name, url in platform.urls.items()]
    assert smoke(*services) == (0, [f"{name}: well" for name in platform.urls])


def test_what_is_not_well_is_named(platform: Platform) -> None:
    url = platform.urls["metrics"]
    status, said = smoke(f"metrics={url}", f"comms={url}", f"incentives=http://127.0.0.1:{free_port()}", commit="abc123")
    assert status == 1
    assert said[0] == "metrics: of commit unknown, not of abc123"
    assert said[1] == f"comms: metrics answers at {url}"
    assert said[2].startswith("incentives: URLError")
