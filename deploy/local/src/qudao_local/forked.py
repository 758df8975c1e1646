"""Children forked from a process that has imported already what they need: a `Nursery`. They end with us like `guard`'s."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from qudao_local import logs

AVAILABLE = sys.platform == "linux"
"""Elsewhere a process with the system's libraries loaded must not go on after a fork without an exec."""
_PATIENCE = 60.0
"""Seconds for an answer, its imports before the first one included."""


class NurseryGone(RuntimeError):
    """The process that forks has ended, or does not answer."""


class Forked:
    """A child of the nursery, used as a `subprocess.Popen` of our own would be (see `guard.Child`)."""

    def __init__(self, pid: int, lifeline: int, grace: float) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin = self
        """Closing it asks the process to end, and kills it after its grace."""
        self._lifeline = lifeline
        self._grace = grace
        self._ended = threading.Event()
        self._asked = False
        self._process: psutil.Process | None = None
        with suppress(psutil.Error):  # with its birth: the number may be another's when it has ended
            self._process = psutil.Process(pid)

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self._ended.wait(timeout) or self.returncode is None:
            raise subprocess.TimeoutExpired(f"pid {self.pid}", timeout or 0)
        return self.returncode

    def kill(self) -> None:
        self.send(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        if self.returncode is None and self._process:
            with suppress(psutil.Error):
                self._process.send_signal(number)

    def close(self) -> None:
        if self._asked or self.returncode is not None:
            return
        self._asked = True
        self.send(signal.SIGTERM)
        late = threading.Timer(self._grace, self.kill)
        late.daemon = True
        late.start()

    def ended(self, status: int) -> None:
        """Called by its nursery."""
        self.returncode = status
        os.close(self._lifeline)
        self._ended.set()


class Nursery:
    """A process that imports ``modules`` and then forks; it ends by `close`, or with us.

    When it ends before that, so do all its children, and who keeps them starts them another way.
    """

    def __init__(self, modules: Sequence[str], log: Path) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "qudao_local.nursery", str(theirs.fileno()), *modules]
        with theirs, logs.appending(log) as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, pass_fds=[theirs.fileno()], start_new_session=True
            )
        self._gate = threading.Lock()
        self._asked: tuple[int, float] = (-1, 0)
        self._answers: queue.SimpleQueue[Forked | None] = queue.SimpleQueue()
        self._living: dict[int, Forked] = {}
        self._listener = threading.Thread(target=self._listen, name="nursery", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def fork(self, module: str, *arguments: str, log: Path, environment: Mapping[str, str], grace: float) -> Forked:
        """``python -m module arguments...``, its output appended to ``log``. Its standard input ends when we do; it has to see to that.

        `NurseryGone` when it cannot be had from here.
        """
        asked = json.dumps({"module": module, "arguments": arguments, "environment": dict(environment)}).encode()
        reads, lifeline = os.pipe()
        child = None
        try:
            with self._gate, logs.appending(log) as output:
                self._asked = lifeline, grace
                socket.send_fds(self._control, [asked], [reads, output.fileno()])
                child = self._answers.get(timeout=_PATIENCE)
        except OSError:  # it has ended
            os.close(lifeline)
        except queue.Empty:  # it stands still, and may answer yet: what it forks then ends with it (see `_listen`)
            self._process.kill()
        else:
            if child is None:
                os.close(lifeline)
        finally:
            os.close(reads)
        if child is None:
            raise NurseryGone("the process that forks has ended, or does not answer")
        return child

    def close(self) -> None:
        """Returns when it is gone."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        self._listener.join()
        self._control.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while text := self._control.recv(1000):
                answer = json.loads(text)
                if "forked" in answer:  # here, so that it is known before it can be told of as ended
                    child = self._living[answer["forked"]] = Forked(answer["forked"], *self._asked)
                    self._answers.put(child)
                else:
                    self._living.pop(answer["ended"]).ended(answer["status"])
        self._answers.put(None)
        for child in self._living.values():
            child.kill()  # nobody would tell us of its end
            child.ended(-signal.SIGKILL)
        self._process.wait()
