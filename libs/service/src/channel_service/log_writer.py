"""Where log lines go: a file descriptor that may be full, closed or gone, which is nobody's reason to fail.

Lines that tell of nothing wrong wait a moment and are written together; worse ones take them along at once.
"""

import asyncio
import os
import threading
from collections.abc import Callable

from prometheus_client import Counter

LOST = Counter("qudao_log_lines_lost_total", "Log lines that could not be written.")

WAIT_SECONDS = 0.2
WAITING_BYTES = 65_536

Write = Callable[[bytes], int | None]
"""Writes bytes and says how many of them; ``OSError``, or None, when it cannot."""


class LogWriter:
    """``tell(event, lines)`` makes the line which says, once lines can be written again, how many could not.

    Nothing here raises (test_a_full_log_disk_fails_no_request). A process that is killed loses the lines of the last `WAIT_SECONDS`; one
    that ends calls `flush`.
    """

    def __init__(self, write: Write, tell: Callable[[str, int], bytes]) -> None:
        self._write, self._tell = write, tell
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._due = False
        self._lock = threading.RLock()
        self._lost = 0
        self._cut = False
        """The last line that was written is not whole."""

    def keep(self, line: bytes) -> None:
        """A line, without its end, that may wait."""
        with self._lock:
            self._waiting.append(line)
            self._bytes += len(line)
            if self._bytes < WAITING_BYTES and (self._due or self._flush_later()):
                return
        self.flush()

    def say(self, line: bytes) -> None:
        """A line that may not wait."""
        with self._lock:
            self._waiting.append(line)
            self.flush()

    def flush(self) -> None:
        with self._lock:
            lines, self._waiting, self._bytes = self._waiting, [], 0
            if not lines:
                return
            told = self._lost > 0
            if told:
                lines.insert(0, self._tell("log lines could not be written", self._lost))
            # After a line that was cut comes one of its own.
            data, cut = b"\n".join([*([b""] if self._cut else []), *lines, b""]), self._cut
            whole = max(0, data.count(b"\n", 0, self._written(data)) - cut)
            if told and whole:
                self._lost = 0
            lost = len(lines) - whole - (told and not whole)
            self._lost += lost
            LOST.inc(lost)

    def _flush_later(self) -> bool:
        try:
            asyncio.get_running_loop().call_later(WAIT_SECONDS, self._flush_now)
        except RuntimeError:  # no event loop here: nothing would come back to it
            return False
        self._due = True
        return True

    def _flush_now(self) -> None:
        self._due = False
        self.flush()

    def _written(self, data: bytes) -> int:
        """How much of it was."""
        at = 0
        try:
            while at < len(data):
                count = self._write(data[at:])
                if not count:
                    break
                at += count
        except (OSError, ValueError):  # full, closed, gone
            pass
        if at:
            self._cut = data[at - 1 : at] != b"\n"
        return at

    # What structlog asks of a logger that it wraps.
    debug = info = msg = log = keep
    warning = warn = error = critical = fatal = exception = failure = err = say


def descriptor(number: int) -> Write:
    """Without a buffer of Python's: what is left in one after a failure fails the process at its end."""
    return lambda data: os.write(number, data)
