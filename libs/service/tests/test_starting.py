"""What a process imports before it serves: what only some need is left to them, for imports are most of the time that a start takes."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from channel_service.migrations import Revisions, revisions_of
from qudao_checks.rooms import SERVICES

LEFT = ["alembic", "httpx", "pyarrow", "opentelemetry.sdk", "opentelemetry.exporter"]
"""For migrating, for keys at a URL and what leaves the product, for Parquet, for traces."""


@pytest.mark.parametrize("module", ["channel_service", "orders_inventory.app"])
def test_a_process_imports_what_serving_needs(module: str) -> None:
    told = f"import sys, {module}; print(*sorted({LEFT} & sys.modules.keys()))".replace(str(LEFT), f"set({LEFT})")
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_who_serves_searches_for_cycles_though_its_parent_did_not() -> None:
    """A nursery forks without: nothing of what is made at the start goes again."""
    told = "import gc; gc.disable(); from channel_service import cli; cli._spare_the_collector(); print(gc.isenabled())"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_revisions_are_read_as_alembic_reads_them(tmp_path: Path) -> None:
    services = [import_module(f"{module}.app").SERVICE for module in SERVICES]
    ways = [way for service in services for way in revisions_of(service)]
    for number, before in enumerate([None, "0001", "0002"], 1):
        (tmp_path / f"{number:04}.py").write_text(f"revision = '{number:04}'\ndown_revision: object = None\ndown_revision = {before!r}\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    for way in [*ways, Revisions("three", tmp_path), Revisions("none", empty)]:
        script = ScriptDirectory.from_config(way.config)
        assert way._known == (script.get_current_head(), frozenset(one.revision for one in script.walk_revisions()))
    assert {way.name for way in ways} == {"library", "own"}
