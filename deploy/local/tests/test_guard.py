"""Children end with their parent, whatever becomes of it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from qudao_local import guard

from .conftest import eventually, processes_of

PARENT = """
import sys, time
from pathlib import Path
from qudao_local import guard
print(guard.start([sys.executable, "-c", sys.argv[2]], log=Path(sys.argv[1]) / "log", grace=1).pid, flush=True)
time.sleep(600)
"""
REMOVER = """
import sys, time
from pathlib import Path
from qudao_local import guard
guard.remove_afterwards(Path(sys.argv[1]))
print("started", flush=True)
time.sleep(600)
"""
SLEEPS = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({!r}, 'w').close(); time.sleep(600)"


def _killed_parent(folder: Path, child: str, ready: Path | None = None) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, folder, f"{child}  # {folder}"], stdout=subprocess.PIPE)
    assert parent.stdout
    parent.stdout.readline()
    if ready:
        assert eventually(ready.exists)
    parent.kill()
    parent.wait()
    parent.stdout.close()


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    _killed_parent(tmp_path, SLEEPS)
    assert eventually(lambda: not processes_of(tmp_path)), processes_of(tmp_path)


def test_a_child_that_does_not_listen_is_killed_after_its_grace(tmp_path: Path) -> None:
    _killed_parent(tmp_path, DEAF.format(str(tmp_path / "deaf")), ready=tmp_path / "deaf")
    assert eventually(lambda: not processes_of(tmp_path)), processes_of(tmp_path)


def test_the_process_id_is_the_childs_own_and_its_status_is_told(tmp_path: Path) -> None:
    child = guard.start([sys.executable, "-c", "import os, sys; print(os.getpid()); sys.exit(7)", tmp_path], log=tmp_path / "log")
    assert guard.wait(child) == 7
    assert (tmp_path / "log").read_text().split() == [str(child.pid)]
    assert eventually(lambda: not processes_of(tmp_path)), "the watcher outlived the child"


def test_a_child_is_asked_with_the_signal_it_understands(tmp_path: Path) -> None:
    listens = "import signal, sys, time; signal.signal(signal.SIGINT, lambda *_: sys.exit(5)); print('ready', flush=True); time.sleep(600)"
    child = guard.start([sys.executable, "-c", listens], log=tmp_path / "log", ending=signal.SIGINT)
    assert eventually(lambda: "ready" in (tmp_path / "log").read_text())
    assert guard.end(child) == 5


def test_a_folder_is_removed_when_its_owner_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "file").write_text("x")
    parent = subprocess.Popen([sys.executable, "-c", REMOVER, folder], stdout=subprocess.PIPE)
    assert parent.stdout
    parent.stdout.readline()
    time.sleep(0.3)
    assert folder.exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: not folder.exists())
