"""Which stack a token is for, and where its key is never written."""

from pathlib import Path

import pytest
import typer
from qudao_local.tokens import token
from typer.testing import CliRunner

MAPPING = """
name: tiny
currency: EUR
zone: Europe/Berlin
files: {rows: {path: rows.csv}}
territories: [{from: rows, territory: land, name: land}]
partners: {from: rows, partner: partner, name: partner, channel_type: {constant: store}, territory: land}
products: {from: rows, sku: sku, name: sku}
warehouses: [{warehouse: main, name: Main}]
orders: {from: rows, order: order, partner: partner, on: day, warehouse: main, line: {sku: sku, quantity: qty, unit_price: price}}
"""


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _token(data: Path) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(token)
    result = CliRunner().invoke(app, ["ops", "--data-dir", str(data)])
    return result.exit_code, result.output


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "export").mkdir()
    (tmp_path / "export/mapping.yaml").write_text(MAPPING)
    return tmp_path / "export"


def test_a_data_set_stands_for_the_stack_that_it_was_loaded_into(tmp_path: Path, export: Path) -> None:
    stack = tmp_path / "var/tiny"
    stack.mkdir(parents=True)
    (stack / "secret").write_text("x")
    status, token = _token(export)
    assert (status, token.count(".")) == (0, 2)
    assert (stack / "auth").is_dir()
    assert _token(stack)[0] == 0
    assert [file.name for file in export.iterdir()] == ["mapping.yaml"]


def test_no_key_is_written_where_no_stack_is(tmp_path: Path, export: Path) -> None:
    assert _token(export) == (1, f"{export} has not been loaded: there is no stack in var/tiny\n")
    (tmp_path / "photos").mkdir()
    for folder in (tmp_path / "photos", tmp_path / "absent"):
        status, said = _token(folder)
        assert status == 1
        assert "is neither a stack's folder nor a data set" in said
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["export", "mapping.yaml", "photos"]
