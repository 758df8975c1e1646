"""The documentation is true where a program can tell: its links lead somewhere, and the paths it names are there."""

import re
from pathlib import Path

import pytest
from channel_operate import installed
from qudao_checks.markdown import blocks, links, outside_blocks
from qudao_checks.sources import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "contracts").glob("*.md"), *ROOT.glob("services/*/README.md")])
PATH = re.compile(r"`((?:libs|services|deploy|tools|tests|contracts|docs|bench|\.ci)/[\w./*-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_pages_links_and_paths_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [target for target in links(text) if not (page.parent / target).exists()] == []
    # A service's page speaks of its own rooms as well: `contracts/partner_registry.py`.
    places = [ROOT, *(page.parent / "src").glob("*")]
    assert [path for path in PATH.findall(outside_blocks(text)) if not any(list(place.glob(path.rstrip("/"))) for place in places)] == []
    list(blocks(text))  # each is closed, or this raises


def test_the_architecture_tells_every_service_with_its_port() -> None:
    rows = re.findall(r"^\| ([a-z-]+) \| (\d+) \|", (ROOT / "docs/architecture.md").read_text("utf-8"), re.MULTILINE)
    assert [(name, int(port)) for name, port in rows] == [(one.name, one.port) for one in installed()]


def test_there_is_a_how_to_for_every_typical_change() -> None:
    there = {path.stem for path in (ROOT / "docs/how-to").glob("*.md")}
    wanted = {"add-a-field-to-an-event", "add-a-kpi", "add-an-aggregate", "add-a-view", "add-a-service", "load-your-own-data"}
    assert there >= wanted


def test_every_decision_is_on_the_list_and_has_its_parts() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    for record in (ROOT / "docs/decisions").glob("0*.md"):
        assert f"({record.name})" in listed
        parts = re.findall(r"^## (.+)$", record.read_text("utf-8"), re.MULTILINE)
        assert parts == ["Context", "Decision", "What it costs", "Rejected"], record.name


def test_every_bound_that_is_stated_names_the_tests_that_show_it() -> None:
    page = (ROOT / "docs/how-to/operate.md").read_text("utf-8").partition("## Bounds")[2].partition("\n## ")[0]
    bounds = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| what ")]
    assert len(bounds) > 20
    tests = "\n".join(path.read_text("utf-8") for path in ROOT.glob("*/*/tests/test_*.py"))
    for bound in bounds:
        named = re.findall(r"`(test_\w+)`", bound)
        assert named, bound
        assert [name for name in named if f"def {name}(" not in tests] == [], bound
