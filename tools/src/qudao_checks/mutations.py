"""Mistakes that a test must catch: ``python -m qudao_checks.mutations [WORD ...]`` makes each one and expects its tests to fail.

A mistake is a TOML file in a library's ``tests/mutations``: ``about`` says what it is, ``tests`` which must fail, and each
``[[edit]]`` replaces ``old``, which has to be there exactly once, by ``new`` in a ``file`` of a library. It is made in a copy of all
of them that the tests then find first; the working tree is never touched. ``quick`` ones are run with the other tests, too.

What is reported: a test that passes all the same, one that cannot even start, an edit that no longer applies.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from qudao_local.broker import Broker
from qudao_local.ports import free_port
from qudao_local.postgres import UNDURABLE, Postgres
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from qudao_checks.sources import ROOT

_SECONDS = 180
_AT_ONCE = 2
_RAN = re.compile(r"^(FAILED|ERROR) (\S+)", re.MULTILINE)


class Edit(NamedTuple):
    file: str
    old: str
    new: str


class Mutation(NamedTuple):
    """One mistake, kept with the library at ``folder``; ``tests`` are node ids below its ``tests``, or below ``libs``."""

    name: str
    folder: Path
    about: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    quick: bool

    @property
    def node_ids(self) -> list[str]:
        own = (self.folder / "tests").relative_to(ROOT)
        return [f"libs/{test}" if "/" in test else f"{own}/{test}" for test in self.tests]


class Stale(Exception):
    """The code is not as the mutation says."""


def mutations(folder: Path) -> list[Mutation]:
    """All of a library, by name."""
    return [_read(folder, file) for file in sorted((folder / "tests" / "mutations").glob("*.toml"))]


def _read(folder: Path, file: Path) -> Mutation:
    said = tomllib.loads(file.read_text())
    edits = tuple(Edit(one["file"], one["old"], one["new"]) for one in said.pop("edit"))
    return Mutation(file.stem, folder, said.pop("about"), edits, tuple(said.pop("tests")), bool(said.pop("quick", False)))


def mutated(text: str, edit: Edit) -> str:
    """The text with the mistake in it; `Stale` when what it replaces is not there exactly once."""
    if (count := text.count(edit.old)) != 1:
        raise Stale(f"{edit.file} has this {count} times, not once: {edit.old.strip()!r}")
    return text.replace(edit.old, edit.new)


def survives(mutation: Mutation) -> str | None:
    """None when each of its tests failed; otherwise what happened instead."""
    with _copy() as source:
        try:
            for edit in mutation.edits:
                file = source / edit.file
                file.write_text(mutated(file.read_text(), edit))
        except (Stale, FileNotFoundError) as stale:
            return f"does not apply any more: {stale}"
        try:
            ran = _run(source, mutation.node_ids)
        except subprocess.TimeoutExpired:
            return f"its tests did not end within {_SECONDS} s"
    outcomes = {(kind, node) for kind, node in _RAN.findall(ran.stdout)}
    passed = [test for test in mutation.node_ids if not any(kind == "FAILED" and node.startswith(test) for kind, node in outcomes)]
    if passed or ran.returncode != 1:
        return f"{', '.join(passed)} did not fail (exit status {ran.returncode}):\n{(ran.stdout + ran.stderr)[-3000:]}"
    return None


def _run(source: Path, tests: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    # Without xdist, whose workers would outlive a timeout, and without its traces, which nobody reads.
    options = ["-q", "--tb=line", "-p", "no:xdist", "-o", f"faulthandler_timeout={_SECONDS // 2}"]
    environment = os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", *options, *tests]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False)


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="qudao-mutation-") as folder:
        source = Path(folder) / "src"
        for library in ROOT.glob("libs/*/src"):
            shutil.copytree(library, source, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        yield source


@contextmanager
def _servers() -> Iterator[None]:
    """One PostgreSQL and one broker for all: starting them takes longer than most tests."""
    with tempfile.TemporaryDirectory(prefix="qudao-mutations-") as folder:
        postgres, broker = Postgres(Path(folder) / "pg", free_port(), UNDURABLE), Broker(free_port(), Path(folder) / "broker.log")
        postgres.start()
        try:
            postgres.run('create role "postgres_scoped" nologin')
            broker.start()
            os.environ |= {"QUDAO_TEST_POSTGRES": postgres.dsn(), "QUDAO_TEST_KAFKA": broker.bootstrap}
            yield
        finally:
            broker.stop()
            postgres.stop()


def _bar() -> Progress:
    """On a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def main(words: Sequence[str]) -> int:
    every = [one for folder in sorted(ROOT.glob("libs/*")) for one in mutations(folder)]
    chosen = [one for one in every if not words or any(word in one.name for word in words)]
    survivors = 0
    with _servers(), ThreadPoolExecutor(_AT_ONCE) as pool, _bar() as progress:
        task = progress.add_task("mutations", total=len(chosen))
        running = {pool.submit(survives, one): one for one in chosen}
        for done in as_completed(running):
            progress.advance(task)
            if reason := done.result():
                survivors += 1
                sys.stdout.write(f"{running[done].name} SURVIVES: {running[done].about.strip()}\n  {reason}\n")
    sys.stdout.write(f"{len(chosen) - survivors} of {len(chosen)} mutations are caught\n")
    return 1 if survivors or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
