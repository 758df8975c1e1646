"""Looks after running parts: asks each now and then whether it works, and keeps their logs bounded."""

import threading
from collections.abc import Sequence
from pathlib import Path

from qudao_local import logs
from qudao_local.part import Part

EVERY = 5.0
"""Seconds between two rounds."""


class Watch(threading.Thread):
    """A thread from `start` to `stop`; it asks one part after another, so that a machine that is busy is not asked all at once."""

    def __init__(self, parts: Sequence[Part], folder: Path) -> None:
        super().__init__(name="watch", daemon=True)
        self._parts = parts
        self._logs = folder
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(EVERY):
            logs.bound(self._logs)
            for part in self._parts:
                if self._done.is_set():
                    return
                part.look()

    def stop(self) -> None:
        """Returns at once; the part that is being asked may have its answer later."""
        self._done.set()
