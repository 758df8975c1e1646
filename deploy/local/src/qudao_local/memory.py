"""How much memory this process and all its descendants take together."""

import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil


def in_use() -> int:
    """Bytes now. What processes share is counted once, by their proportional shares, where the system tells them (Linux);
    elsewhere what each has for itself."""
    total = 0
    for process in [me := psutil.Process(), *me.children(recursive=True)]:
        with suppress(psutil.Error):
            details = process.memory_full_info()
            total += getattr(details, "pss", details.uss)
    return total


class Peak(threading.Thread):
    """A context in which ``bytes`` becomes the largest sum seen; looked at once per ``every`` seconds."""

    def __init__(self, every: float = 1.0) -> None:
        super().__init__(name="peak-memory", daemon=True)
        self.bytes = 0
        self._every = every
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(self._every):
            self.bytes = max(self.bytes, in_use())

    def __enter__(self) -> Self:
        self.bytes = in_use()
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        self.join()
        self.bytes = max(self.bytes, in_use())
