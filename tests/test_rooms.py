"""Whoever knows one service knows all: the same rooms everywhere, and extra rooms only where they are declared."""

from pathlib import Path

import pytest
from channel_operate import installed
from qudao_checks.imports import module_at
from qudao_checks.names import wrong_names
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


def test_every_folder_of_a_service_is_found_by_its_entry_point_and_nothing_else_is() -> None:
    assert {path.parent for path in (ROOT / "services").glob("*/pyproject.toml")} == {one.folder for one in installed()}


def test_a_service_has_one_name_everywhere_and_a_port_of_its_own() -> None:
    for one in installed():
        service = one.load()
        assert (service.name, one.folder.name, one.package) == (one.name, one.name, one.name.replace("-", "_"))
        assert service.version
    assert len({one.port for one in installed()} - {0}) == len(installed())


def test_every_file_is_named_for_what_it_declares() -> None:
    files = [path for one in installed() for path in (one.folder / "src").rglob("*.py")]
    modules = [(module, path) for path in files if (module := module_at(path))]
    assert [found for module, path in modules for found in wrong_names(module.name, module.path, path.read_text("utf-8"), SERVICES)] == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("metrics.views.numbers", 'SALES = View("sales", version=1)'),
        ("metrics.views.numbers", 'PARTNERS = PartnerCopy("partner_copy", version=1)'),
        ("partner_registry.domain.people.decide", 'PARTNER = Decider("partner", initial=None)'),
        ("metrics.kpis.sums", 'KPI = Kpi(name="gross")'),
        ("orders_inventory.connectors.shop", 'CONNECTOR = Connector(platform="woocommerce")'),
        ("orders_inventory.contracts.partners", ""),
        ("orders_inventory.domain.helpers", ""),
        ("orders_inventory.api.utils.dates", ""),
    ],
)
def test_a_file_with_another_name_is_found(module: str, text: str) -> None:
    assert len(list(wrong_names(module, "planted.py", text, SERVICES))) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("metrics.views.sales", 'SALES = View("sales", version=1)'),
        ("partner_registry.domain.partner.decide", 'PARTNER = Decider("partner", initial=None)'),
        ("partner_registry.domain", ""),
        ("orders_inventory.contracts.partner_registry", ""),
        ("metrics.api.kpis", "described = Kpi(name=name)"),
    ],
)
def test_a_file_that_is_named_for_what_it_declares_passes(module: str, text: str) -> None:
    assert list(wrong_names(module, "planted.py", text, SERVICES)) == []
