"""A server that is kept running."""

import threading
import time
from collections.abc import Callable

import psutil

from qudao_local import guard
from qudao_local.folder import PartState
from qudao_local.server import Foreign, Server, Silent, StartFailed

Say = Callable[[str, str], None]
"""Takes the name of a part and what happened to it, for the person at the terminal."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_CALM = 60.0
"""Seconds of running after which earlier crashes no longer count."""
_REPEATED = 3
"""From so many crashes on, each message says where the log is."""
SILENCE = 30.0
"""Seconds without an answer, asked again and again, after which a part is ended and started again. Longer than the longest work
that keeps a service from answering."""
_LEAST = 3
"""So many questions in a row at least: a launcher that stood still itself has asked none meanwhile."""


class Part:
    """One server, started once by `start`, then started again by a thread of its own whenever it ends by itself."""

    def __init__(self, server: Server, url: str | None, say: Say, changed: Callable[[], None]) -> None:
        self.server = server
        self._url = url
        self._say = say
        self._changed = changed
        self._gate = threading.Lock()  # nothing is launched once `_closing` is set
        self._closing = threading.Event()
        self._keeper: threading.Thread | None = None
        self._state, self._since = "waiting", time.time()
        self._crashes = 0
        self._ended = ""
        self._unheard: list[float] = []
        self._broken_off: guard.Child | None = None

    @property
    def name(self) -> str:
        return self.server.name

    def start(self) -> None:
        """Returns when it is ready; `StartFailed` when it is not: the first start is not tried again."""
        began = time.monotonic()
        self._bring_up("starting")
        process = self.server.process
        where = self._url or f"127.0.0.1:{self.server.port}"
        self._say(self.name, f"ready after {time.monotonic() - began:.1f} s, {where}, pid {process.pid if process else '?'}")
        self._keeper = threading.Thread(target=self._keep, name=f"keep-{self.name}", daemon=True)
        self._keeper.start()

    def ask_to_stop(self) -> None:
        """Begins an orderly end, also in the middle of a start; returns at once."""
        with self._gate:
            self._closing.set()
            self.server.ask_to_stop()

    def stop(self) -> None:
        """Returns when it is gone."""
        self.ask_to_stop()
        self.server.stop()
        if self._keeper:
            self._keeper.join()
        self._enter("stopped")

    def state(self) -> PartState:
        process = self.server.process
        pid = process.pid if process and process.returncode is None else None
        return PartState(
            name=self.name, state=self._state, port=self.server.port, since=self._since, log=str(self.server.log),
            url=self._url, pid=pid, created=_created(pid), crashes=self._crashes, ended=self._ended, token=self.server.token,
        )  # fmt: skip

    def look(self) -> None:
        """Asks a part that is ready whether it works; one that has not answered for `SILENCE` is ended, and so started again."""
        process = self.server.process
        if self._state != "ready" or process is None or process is self._broken_off:
            return
        try:
            self.server.ask()
        except (Silent, Foreign) as nothing:
            self._unheard.append(time.monotonic())
            if len(self._unheard) == 1:
                self._say(self.name, f"does not answer: {nothing}")
        else:
            if self._unheard:
                self._say(self.name, "answers again")
            self._unheard.clear()
            return
        if len(self._unheard) >= _LEAST and self._unheard[-1] - self._unheard[0] >= SILENCE and self.server.process is process:
            self._broken_off = process
            self.server.break_off()

    def _bring_up(self, state: str) -> None:
        self._enter(state)
        self.server.prepare()
        with self._gate:
            if self._closing.is_set():
                raise StartFailed(f"{self.name} was stopped before it was started")
            self.server.launch()
        self._unheard.clear()
        self._changed()  # its process id is written down before anything else can go wrong
        self.server.wait_until_ready()
        self._enter("ready")

    def _keep(self) -> None:
        in_row = 0
        while process := self.server.process:
            ready_since = time.monotonic()
            status = guard.wait(process)
            if time.monotonic() - ready_since > _CALM:
                in_row = 0
            hung = process is self._broken_off
            reason = f"has not answered for {SILENCE:g} s and was ended" if hung else f"ended unexpectedly ({_in_words(status)})"
            while not self._closing.is_set():
                in_row += 1
                try:
                    self._restart(reason, in_row)
                    break
                except Exception as failure:  # a full disk, a port taken meanwhile: a later try may find it gone
                    reason = f"did not start again: {failure}"
            if self._closing.is_set():
                return

    def _restart(self, reason: str, in_row: int) -> None:
        self._crashes += 1
        self._ended = reason
        self._enter("crashed")
        pause = _pause(in_row)
        hint = f"; {in_row} times in a row, see {self.server.log}" if in_row >= _REPEATED else ""
        self._say(self.name, f"{reason}; restarting in {pause:g} s{hint}")
        if self._closing.wait(pause):
            return
        self._bring_up("restarting")
        self._say(self.name, "ready again")

    def _enter(self, state: str) -> None:
        self._state, self._since = state, time.time()
        self._changed()


def _pause(in_row: int) -> float:
    """Seconds before the start after so many crashes in a row; any number of them, also where 2 to it is no float any more."""
    return min(_FIRST_PAUSE * float(2 ** min(in_row - 1, 10)), _LONGEST_PAUSE)


def _created(pid: int | None) -> float | None:
    try:
        return psutil.Process(pid).create_time() if pid else None
    except psutil.Error:
        return None


def _in_words(status: int) -> str:
    return f"killed by signal {-status}" if status < 0 else f"exit status {status}"
