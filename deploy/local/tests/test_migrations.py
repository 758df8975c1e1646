"""Each database is brought up to date for itself, and what fails or is broken off is told to who waits for it."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from qudao_local.forked import Nursery
from qudao_local.migrations import Migrations
from qudao_local.server import StartFailed
from qudao_local.services import ServiceKind

ONE, OTHER = ServiceKind("one-service"), ServiceKind("other-service")


class Child:
    """A process that ends when its standard input is closed, or when it is let go."""

    pid = 1

    def __init__(self) -> None:
        self.stdin = self
        self.returncode: int | None = None
        self._ended = threading.Event()

    def end(self, status: int) -> None:
        self.returncode = status
        self._ended.set()

    def close(self) -> None:
        self.end(15)

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        assert self._ended.wait(timeout or 10)
        return cast("int", self.returncode)

    def kill(self) -> None:
        self.end(-9)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> dict[str, Child]:
    """By the service that they are for first."""
    started = {ONE.name: Child(), OTHER.name: Child()}
    monkeypatch.setattr("qudao_local.guard._sweep", lambda _child: None)

    def start(_self: Migrations, group: Sequence[ServiceKind]) -> Any:
        return started[group[0].name]

    monkeypatch.setattr(Migrations, "_start", start)
    return started


def _made(said: list[str], nursery: Nursery | None = None) -> Migrations:
    return Migrations({ONE: "u1", OTHER: "u2"}, nursery, Path("migrations.log"), lambda *words: said.append(" ".join(words)))


def test_where_imports_are_shared_each_service_waits_for_its_own_database_only(children: dict[str, Child]) -> None:
    said: list[str] = []
    migrations = _made(said, cast("Nursery", object()))
    assert migrations.groups == [[ONE], [OTHER]]
    with ThreadPoolExecutor() as pool:
        one, other = (pool.submit(migrations.run, group) for group in migrations.groups)
        children[OTHER.name].end(0)
        other.result(10)
        assert not one.done()
        assert said == []
        children[ONE.name].end(0)
        one.result(10)
    (line,) = said
    assert line.startswith("migrations done after")


def test_where_they_are_not_one_process_does_all() -> None:
    assert _made([]).groups == [[ONE, OTHER]]
    assert Migrations({}, None, Path("migrations.log"), print).groups == []


def test_one_that_fails_says_where_its_log_is(children: dict[str, Child]) -> None:
    said: list[str] = []
    children[ONE.name].end(3)
    with pytest.raises(StartFailed, match=r"exit status 3\), see migrations.log"):
        _made(said).run([ONE])
    assert said == []


def test_what_is_broken_off_ends_and_nothing_is_begun_afterwards(children: dict[str, Child]) -> None:
    migrations = _made([], cast("Nursery", object()))
    with ThreadPoolExecutor() as pool:
        running = pool.submit(migrations.run, [ONE])
        while not migrations._running:
            pass
        migrations.ask_to_end()
        with pytest.raises(StartFailed, match="exit status 15"):
            running.result(10)
    with pytest.raises(StartFailed, match="stopped before"):
        migrations.run([OTHER])
    assert migrations._running == [children[ONE.name]]
