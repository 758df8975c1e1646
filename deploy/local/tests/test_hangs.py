"""Parts that stand still instead of ending: seen by whoever asks, and started again when they stay so."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from qudao_local import overview, part, postgres, services, watch
from qudao_local.overview import Seen
from qudao_local.part import Part
from qudao_local.ports import free_port
from qudao_local.postgres import Postgres
from qudao_local.services import ServiceKind
from qudao_local.stack import Stack

from .conftest import eventually

KINDS = [ServiceKind("fake-service", migrates=False)]
PARTS = ["fake-service", "broker", "postgres"]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def stack(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """Whose parts are asked often, and have little patience."""
    monkeypatch.setattr(watch, "EVERY", 0.2)
    monkeypatch.setattr(postgres, "_ANSWER", 1.0)
    monkeypatch.setattr(services, "PATIENCE", 1.0)
    given = {"postgres": 0, "broker": 0}
    with Stack(tmp_path / "data", kinds=KINDS, given=given, say=lambda name, text: said.append(f"{name}: {text}")) as running:
        yield running


def _seen(stack: Stack, name: str) -> Seen:
    return next(one for one in overview.look(stack.folder, stack.folder.parts()) if one.part.name == name)


def _process(stack: Stack, name: str) -> psutil.Process:
    return psutil.Process(next(one.pid for one in stack.states() if one.name == name))


def _visit(stack: Stack, path: str) -> None:
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(stack.urls["fake-service"] + path, timeout=5).close()


@pytest.mark.parametrize("name", PARTS)
def test_a_frozen_part_is_not_shown_as_ready(name: str, stack: Stack) -> None:
    assert _seen(stack, name).state == "ready"
    process = _process(stack, name)
    process.suspend()
    try:
        assert _seen(stack, name).state == "does not answer"
    finally:
        process.resume()
    assert eventually(lambda: _seen(stack, name).state == "ready")


def test_what_a_service_says_of_itself_is_shown(stack: Stack) -> None:
    _visit(stack, "/troubled")
    assert (one := _seen(stack, "fake-service")).state == "troubled"
    assert one.said == "relay: waits for the broker"
    _visit(stack, "/ails")
    assert (one := _seen(stack, "fake-service")).state == "not ready"
    assert one.said == "database: does not answer"


def _gone(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True


def _only_itself(process: psutil.Process) -> list[psutil.Process]:
    return [process]


def _with_all_it_started(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


@pytest.mark.parametrize(
    ("name", "which"), [*((name, _only_itself) for name in PARTS), ("postgres", _with_all_it_started)],
)  # fmt: skip
def test_a_part_that_stays_frozen_is_started_again(
    name: str, which: Callable[[psutil.Process], list[psutil.Process]], stack: Stack, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "SILENCE", 0.5)
    frozen = which(_process(stack, name))
    for one in frozen:
        one.suspend()
    assert eventually(lambda: _seen(stack, name).part.pid not in {None, frozen[0].pid} and _seen(stack, name).state == "ready"), said
    assert eventually(lambda: all(map(_gone, frozen)))
    assert any(line.startswith(f"{name}: does not answer") for line in said)
    assert f"{name}: has not answered for 0.5 s and was ended; restarting in 0.5 s" in said
    assert (again := _seen(stack, name).part).crashes == 1
    assert again.ended == "has not answered for 0.5 s and was ended"


def test_a_part_that_stands_still_for_a_moment_or_is_not_ready_is_left_alone(stack: Stack, said: list[str]) -> None:
    process = _process(stack, "fake-service")
    process.suspend()
    assert eventually(lambda: "fake-service: does not answer: timed out" in said), said
    process.resume()
    assert eventually(lambda: "fake-service: answers again" in said), said
    _visit(stack, "/ails")
    assert _seen(stack, "fake-service").state == "not ready"
    kept: Part = stack._parts[2]
    for _ in range(10):
        kept.look()
    assert _process(stack, "fake-service") == process


def test_a_frozen_server_leaves_nothing_when_it_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Postgres, "grace", 1)
    server = Postgres(tmp_path / "pg", free_port())
    server.start()
    assert server.process
    frozen = _with_all_it_started(psutil.Process(server.process.pid))
    for one in frozen:
        one.suspend()
    server.stop()
    assert eventually(lambda: all(map(_gone, frozen)))
