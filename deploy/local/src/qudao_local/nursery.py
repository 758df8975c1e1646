"""``python -m qudao_local.nursery FD MODULE...``: has imported what all services share, once, and forks them from there.

Importing takes a service longer than all the rest of its start. The socket FD is the launcher's (see `forked`): a request names a
module to run as ``python -m`` would, its variables and where it reads and writes; answers are the process id, and later the status
with which it ended. Without the launcher it waits for its children, which end by themselves when their standard input does, kills
what has not ended after a while, and ends.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

LARGEST = 128_000
"""Bytes of a message at most: a request holds the variables of a process."""
_LAST_GRACE = 45.0
"""Seconds that children may take to end after the launcher."""


def main(control: socket.socket) -> dict[str, Any] | None:
    """Serves until the launcher is gone: None; or returns what a child, which is this process now, was asked to be."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    living: set[int] = set()
    sources: list[Any] = [control, woken]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if woken in ready:
            os.read(woken, 4096)
            for pid, status in _ended():
                living.discard(pid)
                _say(control, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})
        if control in ready:
            with suppress(ConnectionError):
                text, given, _, _ = socket.recv_fds(control, LARGEST, 2)
            if not text:
                _outlive(living)
                return None
            if (pid := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for one in (control.detach(), woken, wake):
                    os.close(one)
                return _take_over(json.loads(text), *given)
            for one in given:
                os.close(one)
            living.add(pid)
            _say(control, {"forked": pid})


def _ended() -> list[tuple[int, int]]:
    found = []
    with suppress(ChildProcessError):
        while (one := os.waitpid(-1, os.WNOHANG))[0]:
            found.append(one)
    return found


def _say(control: socket.socket, answer: dict[str, int]) -> None:
    with suppress(OSError):  # a launcher that is gone is seen by who reads
        control.send(json.dumps(answer).encode())


def _outlive(living: set[int]) -> None:
    until = time.monotonic() + _LAST_GRACE
    while living and time.monotonic() < until:
        living -= {pid for pid, _ in _ended()}
        time.sleep(0.1)
    for pid in living:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _take_over(asked: dict[str, Any], reads: int, writes: int) -> dict[str, Any]:
    os.setsid()
    for end, at in ((reads, 0), (writes, 1), (writes, 2)):
        os.dup2(end, at)
    for end in (reads, writes):
        os.close(end)
    os.environ.clear()
    os.environ.update(asked["environment"])
    with suppress(OSError):
        _call_it(asked)
    return asked


def _call_it(asked: dict[str, Any]) -> None:
    """Has `top` show the child's own name, and `ps` its own words: else all services are called nursery there."""
    Path("/proc/self/comm").write_text(asked["module"][:15])
    of_stat = Path("/proc/self/stat").read_text().rpartition(")")[2].split()  # from the third on: the second may hold blanks
    first, behind = int(of_stat[45]), int(of_stat[46])  # where the words of the command line lie, see proc(5)
    if room := max(0, behind - first - 1):  # none where the system does not tell
        words = "\0".join([sys.executable, "-m", asked["module"], *asked["arguments"]]).encode()
        ctypes.memmove(first, words[:room].ljust(room, b"\0"), room)


if __name__ == "__main__":
    # Nothing of what is imported goes again, and looking for it takes a tenth of the time here, and a third where a service makes its
    # routes; so a child begins without, and turns it on when it has made what it keeps (`channel_service.run`).
    gc.disable()
    for name in sys.argv[2:]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # so that no search for cycles copies the pages that all share
    if role := main(socket.socket(fileno=int(sys.argv[1]))):
        sys.argv = [role["module"], *role["arguments"]]
        runpy.run_module(role["module"], run_name="__main__", alter_sys=True)
