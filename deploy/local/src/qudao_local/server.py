"""What PostgreSQL, the broker and the services have in common: a guarded process on a loopback port that is ready when
it is alive *and* the one that answers there is ours.
"""

import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from qudao_local import guard, logs
from qudao_local.ports import listener

_TAIL = 2000


class StartFailed(RuntimeError):
    """A server did not start; the text holds the reason or the end of its log."""


class Foreign(RuntimeError):
    """Something answers on the server's port that is not ours."""


class Silent(RuntimeError):
    """Nothing answers on the server's port in time, or nothing that could be understood."""


class Answer(NamedTuple):
    """What a server that answers says of itself: whether it works, and what it says is wrong, in words."""

    works: bool
    said: str = ""


class Server(ABC):
    """One server process. ``process`` is the server's own (no shell or guard between), None before the first start."""

    ending = signal.SIGTERM
    """The signal that ends it in order."""
    grace: float = 15
    """The seconds it has for that."""
    patience: float = 30
    """The seconds it may take to be ready."""

    def __init__(self, name: str, port: int, log: Path) -> None:
        self.name = name
        self.port = port
        self.log = log
        self.process: guard.Child | None = None
        self.token = ""
        """What only the process started last answers with."""
        self._log_start = 0

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The command line of the next process; also renews the token by which it is known."""

    @abstractmethod
    def ask(self) -> Answer:
        """What it says of itself, within seconds; `Silent` when it does not answer, `Foreign` when another one does."""

    def ready(self) -> bool:
        """Whether it answers, works, and is ours; `Foreign` when another one answers."""
        try:
            return self.ask().works
        except Silent:
            return False

    def environment(self) -> Mapping[str, str] | None:
        """The variables of the process; None for ours."""
        return None

    def prepare(self) -> None:  # noqa: B027 - most servers need nothing
        """What has to be done before a process is started."""

    def start(self) -> None:
        """Starts it and returns when it is ready; `StartFailed` else, and then nothing of it is left."""
        self.prepare()
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Starts the process without waiting for it."""
        if who := listener(self.port):
            raise StartFailed(f"port {self.port} ({self.name}) is in use by {who}")
        logs.bound(self.log.parent)
        self._log_start = self.log.stat().st_size if self.log.is_file() else 0
        self.process = self.begin()

    def begin(self) -> guard.Child:
        """The next process, as it is started."""
        return guard.start(self.command(), log=self.log, ending=self.ending, grace=self.grace, environment=self.environment())

    def wait_until_ready(self) -> None:
        try:
            failure = self._failure()
        except Foreign as foreign:
            failure = str(foreign)
        except BaseException:
            self.kill()
            raise
        if failure:
            self.kill()
            raise StartFailed(f"{self.name} did not start: {failure}")

    def _failure(self) -> str | None:
        """None as soon as it is ready, else why it never will be."""
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            # The process is asked before the port: on a busy port the broker stays alive without listening, others die.
            if self.process is None or self.process.poll() is not None:
                return f"it ended at once; {self._said()}"
            if self.ready():
                return None
            time.sleep(0.03)
        return f"it was not ready on port {self.port} within {self.patience:g} s; {self._said()}"

    def ask_to_stop(self) -> None:
        """Begins an orderly end; returns at once."""
        if self.process:
            guard.ask_to_end(self.process)

    def stop(self) -> None:
        """Ends it in order and returns when it is gone; killed when it outlives its grace, with what it had started."""
        if self.process:
            family = self._family()
            guard.end(self.process)
            _kill(family[1:])

    def kill(self) -> None:
        """As a crash."""
        if self.process:
            guard.kill(self.process)

    def break_off(self) -> None:
        """Kills it and what it started, also where they stand still; returns at once: who waits for its end cleans up."""
        _kill(self._family())

    def _family(self) -> list[psutil.Process]:
        """The process and its descendants, which PostgreSQL's are that no signal to a group reaches."""
        with suppress(psutil.Error):
            if self.process and self.process.returncode is None:
                itself = psutil.Process(self.process.pid)
                return [itself, *itself.children(recursive=True)]
        return []

    def _said(self) -> str:
        whole = self.log.read_bytes() if self.log.is_file() else b""
        text = whole[self._log_start if self._log_start <= len(whole) else 0 :].decode(errors="replace").strip()
        return f"the end of {self.log}:\n{text[-_TAIL:]}" if text else f"it wrote nothing to {self.log}"


def _kill(processes: Sequence[psutil.Process]) -> None:
    for one in processes:  # a parent before its children, so that it starts none in their place
        with suppress(psutil.Error):
            one.kill()
