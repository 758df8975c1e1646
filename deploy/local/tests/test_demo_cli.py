"""The command: what it refuses before anything starts, and that a dry run leaves nothing behind."""

from pathlib import Path

import pytest
import typer
from qudao_local.demo import cli
from qudao_local.demo.play.refusals import Refusals
from qudao_local.demo.play.rehearsal import Rehearsed
from qudao_local.demo.play.tally import Tally
from qudao_local.folder import Folder
from typer.testing import CliRunner

EXAMPLE = """
name: tiny
currency: EUR
zone: Europe/Berlin
files: {rows: {path: rows.csv}}
territories: [{from: rows, territory: land, name: land}]
partners: {from: rows, partner: partner, name: partner, channel_type: {constant: store}, territory: land}
products: {from: rows, sku: sku, name: sku}
warehouses: [{warehouse: main, name: Main}]
orders:
  {from: rows, order: order, partner: partner, on: day, warehouse: {constant: main},
   line: {sku: sku, quantity: qty, unit_price: price}}
"""
ROWS = "order,day,partner,land,sku,qty,price\nA,2025-01-02,P1,de,TEA,2,10.00\nB,2025-01-03,P2,fr,TEA,1,10.00\n"

app = typer.Typer()
app.command()(cli.demo)


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own, where a stack must never be started."""

    def started(*_: object, **__: object) -> None:
        pytest.fail("a stack was started")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "Stack", started)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "mapping.yaml").write_text(EXAMPLE)
    (folder / "rows.csv").write_text(ROWS)
    return folder


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_a_dry_run_says_what_is_lost_what_is_noise_and_what_the_services_say(
    tmp_path: Path, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (export / "rows.csv").open("a") as rows:
        rows.writelines(f"C,2025-01-04,P1,de,TEA,x{number},10.00\n" for number in range(30))
        rows.write("A,2025-01-02,P1,de,TEA,y,10.00\n")
    refusals = Refusals()
    refusals.add("rows.csv:2: tiny:A: price_invalid", "price_invalid")
    refusals.add("rows.csv:3: tiny:B: order_exists", "order_exists")
    folders: list[Path] = []

    def on_stack(_console: object, _scenario: object, folder: Path, *_: object) -> Rehearsed:
        folders.append(folder)
        return Rehearsed(Tally(accepted=3, refused=2), refusals)

    monkeypatch.setattr(cli, "_on_stack", on_stack)
    status, output = run("--data", export, "--dry-run")
    assert status == 1, "a service would refuse something"
    assert "rows taken: 2 order_line" in output
    assert "will not be loaded: 30\n  rows.csv:4: line.quantity: 'x0' is not a number" in output
    assert "and 10 more" in output
    assert "orders loaded without: 1\n  rows.csv:34: line.quantity: 'y' is not a number" in output
    assert "2 territories, 1 warehouses, 1 products, 2 partners, and 3 documents, of them 2 orders with 2 lines" in output
    assert "refused by the services: 1\n  rows.csv:2: tiny:A: price_invalid" in output
    assert "changed since it was loaded, which is not loaded again: 1\n  rows.csv:3: tiny:B: order_exists" in output
    account = tmp_path / "var/tiny.dry-run.txt"
    assert [line for line in account.read_text().splitlines() if line.startswith("#")] == [
        "# will not be loaded: 30", "# orders loaded without: 1", "# refused by the services: 1",
        "# changed since it was loaded, which is not loaded again: 1",
    ]  # fmt: skip
    assert "rows.csv:33: line.quantity: 'x29' is not a number" in account.read_text()
    assert not (tmp_path / "var/tiny").exists()
    assert tmp_path not in folders[0].parents, "a stack that is thrown away"
    (tmp_path / "var/tiny").mkdir()
    (tmp_path / "var/tiny/secret").touch()
    run("--data", export, "--dry-run")
    assert folders[1] == Path("var/tiny"), "on what is loaded"
    run("--data", export, "--dry-run", "--fresh")
    assert tmp_path not in folders[2].absolute().parents


def test_a_dry_run_of_the_generated_brand_writes_nothing_either(tmp_path: Path) -> None:
    status, output = run("--dry-run")
    assert status == 0
    assert "of them 10,000 orders" in output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda folder: (folder / "mapping.yaml").unlink(), "no mapping for"),
        (lambda folder: (folder / "mapping.yaml").write_text("name: x"), "currency: is missing"),
        (lambda folder: (folder / "rows.csv").unlink(), "cannot be opened"),
        (lambda folder: (folder / "rows.csv").write_text("a,b\n1,2\n"), "there is no column"),
    ],
)
def test_a_mapping_or_data_that_cannot_be_used_end_with_status_2(export: Path, break_it: object, said: str) -> None:
    assert callable(break_it)
    break_it(export)
    status, output = run("--data", export)
    assert status == 2
    assert said in output


def test_a_port_that_is_none_is_refused(export: Path) -> None:
    status, output = run("--data", export, "--port", "metrics=many")
    assert status == 1
    assert "write PART=NUMBER, like metrics=8204" in output


def test_fresh_removes_only_a_data_folder_of_ours(tmp_path: Path, export: Path) -> None:
    folder = tmp_path / "var" / "tiny"
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("precious")
    status, output = run("--data", export, "--fresh")
    assert status == 1
    assert "is not a data folder of this program" in output
    assert (folder / "thesis.txt").exists()


def test_fresh_leaves_a_folder_in_use_alone(tmp_path: Path, export: Path) -> None:
    folder = Folder(tmp_path / "var" / "tiny")
    folder.lock()
    try:
        status, output = run("--data", export, "--fresh")
    finally:
        folder.unlock()
    assert status == 1
    assert "is in use" in output
    assert folder.path.exists()


def test_fresh_forgets_what_was_loaded(tmp_path: Path, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "var" / "tiny"
    folder.mkdir(parents=True)
    (folder / "secret").touch()
    (folder / "freshness.json").touch()
    seen: list[Path] = []
    monkeypatch.setattr(cli, "_run", lambda _console, _scenario, _report, data, _port, **_: seen.append(data))
    assert run("--data", export, "--fresh")[0] == 0
    assert seen == [Path("var/tiny")]
    assert [one.name for one in folder.iterdir()] == ["loaded.json"]


def test_each_data_set_and_each_seed_has_a_folder_of_its_own(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []
    monkeypatch.setattr(cli, "_run", lambda _console, _scenario, _report, data, _port, **_: seen.append(data))
    run()
    run("--seed", 2)
    run("--data", export)
    assert seen == [Path("var/demo"), Path("var/demo-2"), Path("var/tiny")]
