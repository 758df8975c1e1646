"""Children of a process that has imported already: they are what ``python -m`` would start, and end as those do."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from qudao_local import forked, guard
from qudao_local import nursery as nursery_process
from qudao_local.forked import Forked, Nursery, NurseryGone
from qudao_local.part import Part
from qudao_local.ports import free_port
from qudao_local.services import Service, ServiceKind

from .conftest import HERE, eventually

pytestmark = pytest.mark.skipif(not forked.AVAILABLE, reason="nothing is forked without exec on this system")


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    one = Nursery(["http.server"], tmp_path / "nursery.log")
    yield one
    one.close()


def _child(nursery: Nursery, log: Path, *arguments: str, grace: float = 10) -> Forked:
    environment = {"PYTHONPATH": str(HERE), "QUDAO_TOLD": "something"}
    return nursery.fork("fake_child", *arguments, log=log, environment=environment, grace=grace)


def _said(log: Path) -> dict[str, object]:
    assert eventually(lambda: log.is_file() and log.read_text().endswith("\n"))
    said: dict[str, object] = json.loads(log.read_text())
    return said


def test_a_child_has_its_own_arguments_variables_session_and_log(nursery: Nursery, tmp_path: Path) -> None:
    child = _child(nursery, tmp_path / "log", "one", "two")
    assert _said(tmp_path / "log") == {"arguments": ["one", "two"], "told": "something", "home": None, "session": child.pid}
    assert child.poll() is None
    assert psutil.Process(child.pid).name() == "fake_child"
    assert list(filter(None, psutil.Process(child.pid).cmdline())) == [sys.executable, "-m", "fake_child", "one", "two"]
    assert guard.end(child) == -signal.SIGTERM


def test_the_status_of_a_child_that_ends_by_itself_is_told(nursery: Nursery, tmp_path: Path) -> None:
    assert guard.wait(_child(nursery, tmp_path / "log", "fails")) == 3


def test_a_child_that_outlives_its_grace_is_killed(nursery: Nursery, tmp_path: Path) -> None:
    child = _child(nursery, tmp_path / "log", "stubborn", grace=0.2)
    _said(tmp_path / "log")
    assert guard.end(child) == -signal.SIGKILL


def test_children_asked_for_at_once_are_not_mixed_up(nursery: Nursery, tmp_path: Path) -> None:
    children: dict[int, Forked] = {}

    def ask(number: int) -> None:
        children[number] = _child(nursery, tmp_path / f"{number}.log", str(number))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, child in children.items():
        said = _said(tmp_path / f"{number}.log")
        assert (said["arguments"], said["session"]) == ([str(number)], child.pid)
        guard.kill(child)
        assert child.returncode == -signal.SIGKILL


def test_when_the_nursery_is_killed_its_children_end_and_no_more_can_be_had(nursery: Nursery, tmp_path: Path) -> None:
    child = _child(nursery, tmp_path / "log", "stubborn")
    _said(tmp_path / "log")
    os.kill(nursery.pid, signal.SIGKILL)
    assert guard.wait(child) == -signal.SIGKILL
    assert eventually(lambda: not psutil.pid_exists(child.pid))
    with pytest.raises(NurseryGone):
        _child(nursery, tmp_path / "log")


def test_a_nursery_that_stands_still_is_given_up(nursery: Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard.end(_child(nursery, tmp_path / "log"))
    monkeypatch.setattr(forked, "_PATIENCE", 0.2)
    os.kill(nursery.pid, signal.SIGSTOP)
    with pytest.raises(NurseryGone):
        _child(nursery, tmp_path / "log")


def test_a_service_starts_without_a_nursery_that_could_not_begin(tmp_path: Path) -> None:
    nursery = Nursery(["no_such_module"], tmp_path / "nursery.log")
    server = Service(ServiceKind("fake-service"), free_port(), tmp_path / "log", {}, nursery)
    server.start()
    server.stop()
    nursery.close()
    assert "no_such_module" in (tmp_path / "nursery.log").read_text()


_LAUNCHER = """
import sys, time
from pathlib import Path
from qudao_local import nursery as nursery_process
from qudao_local.forked import Nursery
folder = Path(sys.argv[1])
nursery = Nursery([], folder / "nursery.log")
child = nursery.fork("fake_child", log=folder / "log", environment={"PYTHONPATH": sys.argv[2]}, grace=10)
print(nursery.pid, child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("also_the_nursery", [False, True])
def test_nothing_is_left_of_a_launcher_that_is_killed(also_the_nursery: bool, tmp_path: Path) -> None:
    launcher = subprocess.Popen([sys.executable, "-c", _LAUNCHER, tmp_path, HERE], stdout=subprocess.PIPE, text=True)
    assert launcher.stdout
    with launcher.stdout as said:
        pids = [int(word) for word in said.readline().split()]
    _said(tmp_path / "log")
    assert not eventually(lambda: any(map(_gone, pids)), seconds=0.3), "they end because of the launcher, not before"
    if also_the_nursery:
        os.kill(pids[0], signal.SIGSTOP)
    launcher.kill()
    launcher.wait()
    try:
        assert eventually(lambda: all(_gone(pid) for pid in (pids[1:] if also_the_nursery else pids)))
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_what_outlives_the_launcher_too_long_is_killed_by_the_nursery(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery_process, "_LAST_GRACE", 0.2)
    stubborn = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    nursery_process._outlive({stubborn.pid})
    assert stubborn.wait(10) == -signal.SIGKILL


def _gone(pid: int) -> bool:
    with suppress(psutil.Error):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


@pytest.mark.parametrize("killed", ["the service", "the nursery"])
def test_a_service_from_the_nursery_comes_back(killed: str, nursery: Nursery, tmp_path: Path) -> None:
    said: list[str] = []
    server = Service(ServiceKind("fake-service"), free_port(), tmp_path / "log", {}, nursery)
    part = Part(server, None, lambda _, text: said.append(text), lambda: None)
    part.start()
    first = part.state()
    assert first.pid
    assert first.pid in {one.pid for one in psutil.Process(nursery.pid).children()}
    os.kill(first.pid if killed == "the service" else nursery.pid, signal.SIGKILL)
    try:
        assert eventually(lambda: (now := part.state()).state == "ready" and now.pid not in {None, first.pid}), said
        assert "ended unexpectedly (killed by signal 9); restarting in 0.5 s" in said
    finally:
        part.stop()
    assert eventually(lambda: _gone(first.pid or 0))
