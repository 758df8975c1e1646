"""A sender's process killed at each point: nothing is lost, and at most one repeat goes out, under the same id."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from channel_events import On, derived_id

from .moving import ANN, eventually, rows
from .posting import DESK, POINTS, Want, opened_log, posting
from .test_sender import create

LETTERS = 5
AFTER_THE_EFFECT = {"after_effect", "before_end"}
"""Where nobody can know: one repeat."""


@pytest.fixture
def started() -> Iterator[list["subprocess.Popen[bytes]"]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for one in processes:
        one.kill()
        one.wait()


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_loses_no_letter_and_repeats_it_at_most_once_under_the_same_id(
    database: str, tmp_path: Path, started: list[Any], point: str
) -> None:
    sender = posting(lambda _: None)
    await create(database, sender)
    log = await opened_log(database, sender)
    wanted = [await log.execute(On(DESK, "1", Want(f"p{n}")), by=ANN) for n in range(LETTERS)]
    await log.close()
    out = tmp_path / "letters"
    out.touch()

    def start(point: str, ahead: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, str(Path(__file__).parent / "posting.py"), database, str(out), point, str(ahead)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        started.append(process)
        return process

    async def gone(process: Any) -> bool:
        return process.poll() is not None

    await eventually(partial(gone, start(point, 0)), seconds=60)
    at_the_kill = out.read_text().count("\n")
    start("never", 1000)

    async def all_sent() -> bool:
        return len(await rows(database, "select from post_delivery_v1 where status = 'sent'")) == LETTERS

    await eventually(all_sent, seconds=60)
    arrived = Counter(line.split()[0] for line in out.read_text().splitlines())
    assert set(arrived) == {derived_id(one.events[0]) for one in wanted}
    repeats = sum(arrived.values()) - LETTERS
    assert max(arrived.values()) <= 2
    assert repeats <= (at_the_kill if point in AFTER_THE_EFFECT | {"after_end"} else 0)
    if point in AFTER_THE_EFFECT:
        assert repeats >= 1, "the point was not where it is said to be"
