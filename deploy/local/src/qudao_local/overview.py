"""What a person sees of a stack: the state of its parts, and what they wrote."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from qudao_local.folder import PartState
from qudao_local.services import health

_COLOURS = {"ready": "green", "starting": "yellow", "restarting": "yellow", "waiting": "yellow"}


def look(part: PartState) -> PartState:
    """The part as it is now: its launcher's word, unless its process is gone or a service says that it is not ready."""
    if part.state != "ready":
        return part
    if not part.alive():
        return replace(part, state="gone")
    if part.url:
        try:
            status, answer = health(part.port)
        except OSError:
            return replace(part, state="does not answer")
        if status != 200:
            return replace(part, state=f"not ready: {answer}" if answer else "not ready")
    return part


def table(parts: list[PartState]) -> Table:
    shown = Table("part", "state", "pid", "port", "since", "crashes", "URL", box=None, pad_edge=False)
    for part in parts:
        since = datetime.fromtimestamp(part.since, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        state = f"[{_COLOURS.get(part.state, 'red')}]{part.state}"
        url = f"{part.url}/docs" if part.url else ""
        shown.add_row(part.name, state, str(part.pid or ""), str(part.port), since, str(part.crashes or ""), url)
    return shown


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
                for line in file:
                    quiet = False
                    yield label + line.rstrip("\n")
            if quiet:
                time.sleep(0.2)
