"""Whoever knows one service knows all: the same rooms everywhere, and extra rooms only where they are declared."""

from pathlib import Path

import pytest
from qudao_checks.rooms import EXTRA, OPTIONAL, REQUIRED, SERVICES
from qudao_checks.sources import ROOT


def rooms(package: Path) -> set[str]:
    """Folders and modules of a service's package, without caches and type markers."""
    found = {path.stem for path in package.iterdir() if path.is_dir() or path.suffix == ".py"}
    return found - {"__pycache__"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_rooms_of_every_service(service: str) -> None:
    folder = ROOT / "services" / service.replace("_", "-")
    package = folder / "src" / service
    found = rooms(package)
    assert set(REQUIRED) - found == set(), f"{service} lacks rooms"
    assert found - set(REQUIRED) - set(OPTIONAL) - set(EXTRA.get(service, {})) == set(), f"{service} has rooms of its own"
    assert [name for name in found if (package / name).is_dir() and not (package / name / "__init__.py").exists()] == []
    assert [name for name in ("README.md", "pyproject.toml", "tests") if not (folder / name).exists()] == []


def test_the_rules_name_the_services_there_are() -> None:
    assert {path.parent.name.replace("-", "_") for path in (ROOT / "services").glob("*/pyproject.toml")} == set(SERVICES)
