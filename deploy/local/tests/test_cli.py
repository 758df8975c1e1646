"""The commands by hand, over the five real services."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from qudao_local.folder import Folder

from .conftest import eventually, processes_of

NOTHING_RUNS = 3


def _run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qudao_local", *words, "--data-dir", str(folder)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "QUDAO_PORT_BASE": "0", "COLUMNS": "200"}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    if pid := Folder(folder).launcher():
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not processes_of(folder)), processes_of(folder)


def test_the_whole_platform_comes_up_is_looked_at_and_goes_down(folder: Path) -> None:
    up = _run("up", "--detach", folder=folder)
    assert up.returncode == 0, up.stdout + up.stderr
    assert "left running" in up.stdout

    seen = _run("status", folder=folder)
    assert seen.returncode == 0, seen.stdout
    for part in Folder(folder).parts():
        assert f"{part.name} " in seen.stdout
        assert str(part.pid) in seen.stdout
    assert seen.stdout.count(" ready ") == 7

    again = _run("up", folder=folder)
    assert (again.returncode, again.stdout) == (1, "")
    assert f"already running on {folder}, pid {Folder(folder).launcher()}" in again.stderr

    logs = _run("logs", "metrics", folder=folder)
    assert logs.returncode == 0
    assert "started" in logs.stdout

    events = _run("events", "metrics", "status", "--json", folder=folder)
    assert events.returncode == 0, events.stderr
    assert {"log", "relay"} < {json.loads(line)["what"] for line in events.stdout.splitlines()}
    assert "there are: partner-registry" in _run("events", "metrix", "status", folder=folder).stderr

    down = _run("down", folder=folder)
    assert down.returncode == 0, down.stderr
    assert "stopped, the data are kept" in down.stdout
    assert eventually(lambda: not processes_of(folder)), processes_of(folder)  # the launcher lets go of its lock before it is gone
    assert _run("status", folder=folder).returncode == NOTHING_RUNS


def test_nothing_running_is_no_error_for_down_but_is_told_by_status(folder: Path) -> None:
    assert "nothing is running" in _run("down", folder=folder).stdout
    assert _run("events", "metrics", "status", folder=folder).returncode == NOTHING_RUNS
    assert _run("status", folder=folder).returncode == NOTHING_RUNS


def test_a_log_that_does_not_exist_is_refused(folder: Path) -> None:
    refused = _run("logs", "metrix", folder=folder)
    assert refused.returncode == 1
    assert "no log of metrix" in refused.stderr


@pytest.mark.parametrize("port", ["metrics", "metrics=", "metrics=none", "metrix=0", "metrics=70000"])
def test_a_wrong_port_is_refused_before_anything_is_made(port: str, folder: Path) -> None:
    refused = _run("up", "--port", port, folder=folder)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert not folder.exists()
