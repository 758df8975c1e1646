"""A typical change touches the files that `tests/changes` says, and no others: each is made in a copy of the sources, and tried there.

A change is a TOML file: ``row`` names it, ``files`` counts what a person edits, each ``[[edit]]`` replaces ``old``, which is there
exactly once, and each ``[[new]]`` is a file. Its ``probe`` passes with the change and fails without it. A new service is
`test_new_service`. What is made from the code (contracts, pages, golden files) is not counted, nor are tests.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from qudao_checks.sources import ROOT

CHANGES = sorted((Path(__file__).parent / "changes").glob("*.toml"))
PROBE = """
from channel_service import create_app
from channel_service.settings import load


def document(service):
    settings = load(database_url="postgresql://nobody@127.0.0.1:1/nothing", kafka_bootstrap="127.0.0.1:1")
    return create_app(service, settings).openapi()["components"]["schemas"]

"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    copy = tmp_path / "src"
    for folder in (*ROOT.glob("libs/*/src"), *ROOT.glob("services/*/src")):
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    return copy


def probe(sources: Path, text: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(sources), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-c", PROBE + text], env=environment, capture_output=True, text=True, timeout=60, check=False)


def make(change: dict[str, Any], sources: Path) -> set[str]:
    """Makes the change, and gives the files it touched."""
    for one in change.get("new", ()):
        assert not (sources / one["file"]).exists()
        (sources / one["file"]).write_text(one["text"].lstrip())
    for one in change.get("edit", ()):
        file = sources / one["file"]
        text = file.read_text()
        assert text.count(one["old"]) == 1, f"{one['file']} has this {text.count(one['old'])} times, not once: {one['old']!r}"
        file.write_text(text.replace(one["old"], one["new"]))
    return {one["file"] for one in (*change.get("new", ()), *change.get("edit", ()))}


@pytest.mark.parametrize("file", CHANGES, ids=lambda file: file.stem)
def test_a_typical_change_touches_no_more_files_than_it_says(file: Path, sources: Path) -> None:
    change = tomllib.loads(file.read_text())
    before = probe(sources, change["probe"])
    assert before.returncode != 0, "the probe passes without the change"
    assert len(make(change, sources)) == change["files"]
    after = probe(sources, change["probe"])
    assert after.returncode == 0, after.stderr
