"""A stack as a whole: it ends well, whatever ends it, and starts again."""

import json
import os
import signal
import socket
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from qudao_local.folder import AlreadyRunning, Folder, NotOurs, PartState
from qudao_local.memory import Peak, in_use
from qudao_local.ports import PortsTaken, free_port
from qudao_local.postgres import Postgres
from qudao_local.server import StartFailed
from qudao_local.services import ServiceKind
from qudao_local.stack import Stack

from .conftest import Launcher, eventually, processes_of

FREE = {"postgres": 0, "broker": 0}
KINDS = [ServiceKind("fake-service", migrates=False)]


def _get(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def _part(folder: Path, name: str) -> PartState:
    return next(part for part in Folder(folder).parts() if part.name == name)


async def _execute(folder: Path, sql: str) -> object:
    """Runs SQL as the owner of the service's database."""
    postgres = Postgres(folder / "postgres", _part(folder, "postgres").port, secret=Folder(folder).secret())
    connection = await asyncpg.connect(postgres.dsn(KINDS[0].database, KINDS[0].owner))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def test_every_part_is_ready_and_nothing_is_left_when_it_ends(tmp_path: Path) -> None:
    with Stack(tmp_path / "data", kinds=KINDS, given=FREE) as stack:
        assert [part.state for part in stack.states()] == ["ready"] * 3
        assert _get(stack.urls["fake-service"] + "/health/ready")["pid"] == _part(tmp_path / "data", "fake-service").pid
        with Peak(every=0.1) as peak:
            time.sleep(0.3)
        assert peak.bytes >= in_use() // 2 > 30_000_000  # PostgreSQL alone takes more: descendants are counted
    assert eventually(lambda: not processes_of(tmp_path)), processes_of(tmp_path)
    assert Folder(tmp_path / "data").launcher() is None


def test_a_second_start_is_refused_with_the_number_of_the_first(launcher: Launcher) -> None:
    launcher.start()
    assert launcher.process
    with pytest.raises(AlreadyRunning, match=f"already running on .*, pid {launcher.process.pid}"):
        Stack(launcher.folder, kinds=KINDS, given=FREE).start()
    assert _get(launcher.url)


def test_a_port_in_use_is_named_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stack = Stack(tmp_path / "data", kinds=KINDS, given={**FREE, "fake-service": port})
        with pytest.raises(PortsTaken, match=rf"port {port} \(fake-service\) is in use by pid {os.getpid()}"):
            stack.start()
    assert not processes_of(tmp_path)
    with stack:
        assert _get(stack.urls["fake-service"])


def test_when_one_part_cannot_start_none_is_left_running(tmp_path: Path) -> None:
    broken = Stack(tmp_path / "data", kinds=KINDS, given=FREE, settings={"BROKEN": "1"})
    with pytest.raises(StartFailed, match="it was told to be broken"):
        broken.start()
    assert eventually(lambda: not processes_of(tmp_path)), processes_of(tmp_path)


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(NotOurs):
        Folder(tmp_path).lock()


@pytest.mark.parametrize("part", ["fake-service", "broker", "postgres"])
async def test_a_part_that_crashes_is_started_again_and_the_data_are_kept(part: str, tmp_path: Path) -> None:
    said: list[str] = []
    folder = tmp_path / "data"
    with Stack(folder, kinds=KINDS, given=FREE, say=lambda name, text: said.append(f"{name}: {text}")):
        await _execute(folder, "create table kept as select 42 as answer")
        before = _part(folder, part)
        assert before.pid
        os.kill(before.pid, signal.SIGKILL)
        assert eventually(lambda: _part(folder, part).pid not in {None, before.pid} and _part(folder, part).state == "ready"), said
        assert _part(folder, part).crashes == 1
        assert await _execute(folder, "select answer from kept") == 42
        assert f"{part}: ended unexpectedly (killed by signal 9); restarting in 0.5 s" in said


def test_repeated_crashes_are_slowed_down_and_name_the_log(tmp_path: Path) -> None:
    said: list[str] = []
    with Stack(tmp_path / "data", kinds=KINDS, given=FREE, say=lambda name, text: said.append(text)) as stack:

        def crash() -> bool:
            if _part(tmp_path / "data", "fake-service").state == "ready":
                with suppress(OSError):
                    _get(stack.urls["fake-service"] + "/crash")
            return any("times in a row" in text for text in said)

        assert eventually(crash)
        began = time.monotonic()
    assert time.monotonic() - began < 5, "a pause before a restart does not delay the end"
    pauses = [text for text in said if "restarting in" in text]
    assert pauses[:2] == [f"ended unexpectedly (exit status 3); restarting in {pause} s" for pause in ("0.5", "1")]
    assert pauses[2].endswith(f"3 times in a row, see {tmp_path / 'data' / 'logs' / 'fake-service.log'}")


def test_ctrl_c_ends_everything_in_order(launcher: Launcher) -> None:
    launcher.start()
    launcher.send(signal.SIGINT)
    assert "interrupted" in launcher.wait()
    assert launcher.all_gone(), processes_of(launcher.folder)
    assert "database system is shut down" in Folder(launcher.folder).log("postgres").read_text()


async def test_a_killed_launcher_leaves_no_process_and_the_next_start_finds_the_data(launcher: Launcher) -> None:
    launcher.start()
    await _execute(launcher.folder, "create table kept as select 42 as answer")
    launcher.send(signal.SIGKILL)
    launcher.wait()
    launcher.start()  # at once: it waits for what is still ending
    assert await _execute(launcher.folder, "select answer from kept") == 42
    launcher.send(signal.SIGKILL)
    launcher.wait()
    assert launcher.all_gone(), processes_of(launcher.folder)
    assert "database system was not properly shut down" not in Folder(launcher.folder).log("postgres").read_text()


def test_a_leftover_of_a_killed_launcher_is_waited_for_by_its_number_and_birth(tmp_path: Path) -> None:
    taken = PartState(name="broker", state="ready", port=free_port(), since=0, log="", pid=os.getpid(), created=1.0)
    assert not taken.alive(), "this process has the number, but was born later"
