"""Children that end when this process ends, however it ends: in order, by an exception, by ``kill -9``.

A child is started by a shell that first leaves a watcher behind, then becomes the child (so its process id is the
child's). The watcher waits for the end of a pipe that only this process holds; the kernel closes it when this process is
gone. Then the watcher asks the child to end with its own signal, and kills it when it is not gone after its grace.

Closing the pipe is also how a child is ended in order: one way for both, so the rare one is tried every day.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from qudao_local import logs

_WATCH = """
exec 3<&0 </dev/null
( (
  while read -r _; do :; done <&3
  kill -s "$ENDING" $$ 2>/dev/null
  while [ "$GRACE" -gt 0 ] && kill -0 $$ 2>/dev/null; do sleep 0.1; GRACE=$((GRACE - 1)); done
  kill -s KILL $$ 2>/dev/null
) & )
unset ENDING GRACE
exec "$@" 3<&-
"""
# The watcher is forked twice, so that the server does not find a child it does not know (PostgreSQL logs that).

_REMOVE = 'while read -r _; do :; done; while [ -e "$1" ]; do rm -rf "$1"; sleep 0.2; done'


class Closes(Protocol):
    def close(self) -> None: ...


class Child(Protocol):
    """A process that ends in order when its ``stdin`` is closed: one of `start`, or of a nursery (see `forked`)."""

    pid: int
    returncode: int | None

    @property
    def stdin(self) -> Closes | None: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def kill(self) -> None: ...


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    ending: signal.Signals = signal.SIGTERM,
    grace: float = 15,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a child, its output appended to ``log``.

    ``ending`` is the signal that asks it to end, ``grace`` the seconds it has for that. It gets a session of its own: a
    Ctrl-C in the terminal is for us, and we end our children in their order.
    """
    guarded = {**(os.environ if environment is None else environment), "ENDING": ending.name[3:], "GRACE": str(int(grace * 10))}
    with logs.appending(log) as output:
        return subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "guard", *command],
            stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True, env=guarded,
        )  # fmt: skip


def ask_to_end(child: Child) -> None:
    """Closes the pipe; returns at once."""
    if child.stdin:
        child.stdin.close()


def end(child: Child) -> int:
    """Ends a child in order; returns its status. Nothing of it is left."""
    ask_to_end(child)
    return wait(child)


def wait(child: Child) -> int:
    """Waits for a child that ends by itself; returns its status. Nothing of it is left."""
    status = child.wait()
    _sweep(child)
    ask_to_end(child)
    return status


def kill(child: Child) -> None:
    """As a crash."""
    child.kill()
    child.wait()
    _sweep(child)
    ask_to_end(child)


def _sweep(child: Child) -> None:
    # The watcher may still sleep; a child that ended by itself left it waiting, and its number may be another's soon.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def remove_afterwards(folder: Path) -> subprocess.Popen[bytes]:
    """A child that removes ``folder`` when its pipe closes, hence also after a ``kill -9`` of this process.

    It tries until the folder is gone: servers that are just ending may still write to it.
    """
    return subprocess.Popen(["/bin/sh", "-c", _REMOVE, "remove", folder], stdin=subprocess.PIPE, start_new_session=True)
