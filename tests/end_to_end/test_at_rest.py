"""A stack in which nothing happens does next to nothing, counted in what wakes its processes: that is the same on a busy machine."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from qudao_local.stack import Stack

SETTLING_SECONDS, SECONDS = 12.0, 20.0
SERVICE, EVERYTHING = 32, 260
"""Wake-ups a second of one service, and of all processes. Measured are at most 28, and 186 to 215; 290 to 300 in all when every process
asked the broker four times a second, and 690 when every subscription had a client of its own."""

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux tells how often each thread slept")


def _parts(stack: Stack) -> Iterator[tuple[str, psutil.Process]]:
    """All processes of the stack's parts, with the part's name."""
    for part in stack.folder.parts():
        process = psutil.Process(part.pid)
        for one in (process, *process.children(recursive=True)):
            yield part.name, one


def _slept(stack: Stack) -> Counter[str]:
    """How often threads of each part went to sleep by themselves, so far."""
    found: Counter[str] = Counter()
    for name, process in _parts(stack):
        for thread in Path(f"/proc/{process.pid}/task").glob("*/status"):
            try:
                lines = thread.read_text().splitlines()
            except OSError:  # gone meanwhile
                continue
            found[name] += sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))
    return found


def test_a_stack_at_rest_sleeps(stack: Stack) -> None:
    time.sleep(SETTLING_SECONDS)  # a length of time without any event is what is measured here
    before, began = _slept(stack), time.monotonic()
    time.sleep(SECONDS)
    passed = time.monotonic() - began
    found = {part: round((count - before[part]) / passed, 1) for part, count in _slept(stack).items()}
    services = {part: count for part, count in found.items() if part not in ("postgres", "broker")}
    assert len(services) == 5
    assert max(services.values()) < SERVICE, found
    assert sum(found.values()) < EVERYTHING, found
