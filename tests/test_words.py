"""A name means one thing: what reads `Reader` here and `Reader` there has to be told apart each time it is read."""

import ast
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from qudao_checks.sources import ROOT

SHOWN: dict[str, list[str]] = json.loads((ROOT / "tests/public_names.json").read_text("utf-8"))
SAME = {
    "Amount": "an amount of a fact is what is declared of it; the library's is how one is written",
}
"""Names that a service may have beside a library, each with its reason."""


def classes(*packages: str) -> Iterator[tuple[str, Path]]:
    for package in packages:
        for path in sorted(ROOT.glob(f"{package}/src/**/*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    yield node.name, path.relative_to(ROOT)


def test_no_two_classes_of_the_libraries_have_one_name() -> None:
    found: dict[str, list[Path]] = defaultdict(list)
    for name, path in classes("libs/*"):
        found[name].append(path)
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_no_service_gives_a_name_that_the_libraries_show_another_meaning() -> None:
    shown = {name for names in SHOWN.values() for name in names} - SAME.keys()
    assert [f"{path}: {name}" for name, path in classes("services/*") if name in shown] == []
