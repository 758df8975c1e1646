"""The logs of a stack: bounded while they grow, and never a reason to fail."""

import os
import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import IO

LARGEST = 8_000_000
"""Bytes from which a log is cut; with the one before it a part has twice as much at most, and what it writes between two looks."""


def appending(log: Path) -> IO[bytes]:
    """The log, to be written at its end; where it cannot be opened (no space for a new file), nowhere."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("ab")
    except OSError:
        return Path(os.devnull).open("ab")


def say(log: Path, part: str, text: str) -> None:
    """Adds a line with its time; nothing when the disk is full."""
    now = datetime.now(UTC).astimezone().isoformat(sep=" ", timespec="seconds")
    with suppress(OSError), appending(log) as file:
        file.write(f"{now}  {part:17} {text}\n".encode())


def bound(folder: Path) -> None:
    """Cuts what has grown too long of the logs in ``folder``, also while others write to them.

    The writers keep the file that they have open, so it is copied and emptied, not renamed; they append, so they go on at its
    beginning. Lines that come between the two are lost. On a full disk the copy is given up: room is what is needed then.
    """
    for log in folder.glob("*.log"):
        with suppress(OSError):
            if not log.is_file() or log.stat().st_size <= LARGEST:
                continue
            old = log.with_suffix(".log.old")
            old.unlink(missing_ok=True)
            try:
                shutil.copyfile(log, old)
            except OSError:
                old.unlink(missing_ok=True)
            os.truncate(log, 0)


def tail(logs: list[Path], lines: int, *, follow: bool) -> Iterator[str]:
    """The last ``lines`` lines of each log, then, if told so, for ever what is added; each after the part's name when there
    are several."""
    width = max(len(log.stem) for log in logs)
    with ExitStack() as held:
        opened = [held.enter_context(log.open(errors="replace")) for log in logs]
        labels = [f"{log.stem:{width}} | " if len(logs) > 1 else "" for log in logs]
        for label, file in zip(labels, opened, strict=True):
            yield from (label + line.rstrip("\n") for line in deque(file, lines))
        while follow:
            quiet = True
            for label, file in zip(labels, opened, strict=True):
                _after_a_cut(file)
                for line in iter(file.readline, ""):
                    quiet = False
                    yield label + line.rstrip("\n")
            if quiet:
                sleep(0.2)


def _after_a_cut(file: IO[str]) -> None:
    if os.fstat(file.fileno()).st_size < file.tell():
        file.seek(0)
