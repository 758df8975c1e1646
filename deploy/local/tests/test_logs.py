"""The logs of a stack: bounded while they are written to, followed across a cut, and never what makes something fail."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from qudao_local import logs, watch
from qudao_local.services import ServiceKind
from qudao_local.stack import Stack

from .conftest import eventually

KINDS = [ServiceKind("fake-service", migrates=False)]
FREE = {"postgres": 0, "broker": 0}
FULL = Path("/dev/full")
TALKS = "import time\nfor n in range(10**9): print(n, 'x' * 100, flush=True); time.sleep(0.0005)"


def test_a_log_is_cut_while_its_writer_goes_on_and_loses_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST", 20_000)
    log, old = tmp_path / "part.log", tmp_path / "part.log.old"
    with logs.appending(log) as output:
        writer = subprocess.Popen([sys.executable, "-c", TALKS], stdout=output)
    try:
        for _ in range(3):
            old.unlink(missing_ok=True)
            assert eventually(lambda: log.stat().st_size > logs.LARGEST)
            logs.bound(tmp_path)
            assert old.stat().st_size >= logs.LARGEST
            assert eventually(lambda: 0 < log.stat().st_size < logs.LARGEST), "the writer goes on at the beginning"
    finally:
        writer.kill()
        writer.wait()
    numbers = [int(line.split()[0]) for file in (old, log) for line in file.read_text().splitlines()]
    assert numbers == sorted(set(numbers))
    assert log.read_bytes()[:1] != b"\0"


def test_a_cut_on_a_full_disk_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST", 10)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    (tmp_path / "part.log").write_text("x" * 11)
    logs.bound(tmp_path)
    assert [(file.name, file.stat().st_size) for file in tmp_path.iterdir()] == [("part.log", 0)]


def test_who_follows_a_log_reads_on_behind_a_cut(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("one\ntwo\n")
    lines = logs.tail([log], 1, follow=True)
    assert next(lines) == "two"
    with log.open("a") as file:
        file.write("three\n")
        file.flush()
        assert next(lines) == "three"
        os.truncate(log, 0)
        file.write("4\n")
        file.flush()
        assert next(lines) == "4"


def test_a_running_stack_bounds_its_logs_and_keeps_what_its_launcher_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.1)
    folder = tmp_path / "data"
    for _ in range(2):
        with Stack(folder, kinds=KINDS, given=FREE) as stack:
            with stack.folder.log("broker").open("ab") as log:
                log.truncate(logs.LARGEST + 1)
            assert eventually(lambda: stack.folder.log("broker").stat().st_size == 0)
    assert stack.folder.log("launcher").read_text().count("broker            ready after") == 2


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_log_disk_keeps_nothing_from_starting_working_and_starting_again(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "logs").mkdir(parents=True)
    for name in ("postgres", "broker", "fake-service", "launcher"):
        (folder / "logs" / f"{name}.log").symlink_to(FULL)

    def nobody_reads(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with Stack(folder, kinds=KINDS, given=FREE, say=nobody_reads) as stack:
        for place, part in enumerate(("postgres", "broker", "fake-service")):
            pid = stack.states()[place].pid
            assert pid
            os.kill(pid, signal.SIGKILL)
            again = lambda place=place, pid=pid: stack.states()[place].state == "ready" and stack.states()[place].pid != pid  # noqa: E731
            assert eventually(again), part
        urllib.request.urlopen(stack.urls["fake-service"] + "/health/ready", timeout=5).close()
