"""Small stacks: PostgreSQL, a broker, and one service that only answers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def fakes_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def processes_of(folder: Path) -> list[str]:
    """The command lines of all living processes that have to do with a folder: in their arguments, working directory or
    environment."""
    found = []
    for process in psutil.process_iter():
        try:
            about = [*process.cmdline(), process.cwd(), process.environ().get("QUDAO_TEST_FOLDER", "")]
            if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE and any(str(folder) in one for one in about):
                found.append(f"{process.pid} {' '.join(process.cmdline())[:200]}")
        except psutil.Error:
            continue
    return found


def eventually(true: Callable[[], object], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


class Launcher:
    """A `fake_launcher` over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self.said: list[str] = []

    def start(self, *arguments: str, way: Sequence[str] = ()) -> "Launcher":
        """``way`` is a command that runs it, like setpriv."""
        self.process = subprocess.Popen(
            [*way, sys.executable, HERE / "fake_launcher.py", self.folder, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "QUDAO_TEST_FOLDER": str(self.folder)},
        )  # fmt: skip
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("up "):
                self.url = line.split()[1]
                return self
        self.wait()
        raise AssertionError("".join(self.said))

    def send(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def wait(self) -> str:
        """What it said until its end."""
        assert self.process
        assert self.process.stdout
        with self.process.stdout as rest:
            text = rest.read()
        self.process.wait(30)
        return text

    def all_gone(self) -> bool:
        return eventually(lambda: not processes_of(self.folder))


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    one = Launcher(tmp_path / "data")
    yield one
    if one.process and one.process.poll() is None:
        one.process.kill()
        one.wait()
    assert one.all_gone(), processes_of(one.folder)
