"""Ids are never given twice."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

import pytest
from channel_events.ids import new_id

FORKS = """
import os
from channel_events.ids import new_id
new_id()
child = os.fork()
for _ in range(1000):
    print(f"{new_id().int & (1 << 62) - 1:x}\\n", end="", flush=True)
if child:
    os.waitpid(child, 0)
"""


def test_an_id_is_a_uuid_of_version_7_of_this_time() -> None:
    before = time.time_ns() // 1_000_000
    given = new_id()
    assert isinstance(given, UUID)
    assert (given.version, given.variant) == (7, RFC_4122)
    assert before <= given.int >> 80 <= time.time_ns() // 1_000_000


def test_threads_never_get_the_same_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 0)  # only the random part tells them apart
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: [new_id() for _ in range(5_000)], range(8)))
    assert len({one for some in given for one in some}) == 40_000


def test_a_forked_process_gives_other_ids() -> None:
    said = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, check=True, env=dict(os.environ), timeout=60)
    assert len(set(said.stdout.split())) == 2000
