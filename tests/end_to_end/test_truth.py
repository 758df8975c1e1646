"""A real data set, loaded by its mapping and read back over HTTP, against figures worked out elsewhere, to the cent."""

import asyncio
import csv
import gzip
import io
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from incentives.domain.exact import text
from qudao_local.demo.datasets import load, read_mapping
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.player import Player
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.said import console
from qudao_local.stack import Stack

from .commissions import BEYOND, Files, agreed, approve, cents, entries, imports
from .platform import Platform

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("QUDAO_SHARED", ROOT.parent / "shared")) / "data"
MAPPING = ROOT / "deploy/local/datasets/adventureworks.yaml"
SALES = "reseller_sales_201707_202005.csv.gz"
NAME = "adventureworks"

pytestmark = pytest.mark.skipif(not (SHARED / "truth.json").exists(), reason="needs the data set adventureworks (QUDAO_SHARED)")


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    figures: dict[str, Any] = json.loads((SHARED / "truth.json").read_text("utf-8"))["adventureworks_201707_202005"]
    return figures


@pytest.fixture(scope="module")
def loaded(stack: Stack) -> Iterator[Platform]:
    play(stack, MAPPING, SHARED / NAME)
    with Platform(stack.urls, stack.token()) as platform:
        yield platform


def play(stack: Stack, mapping: Path, data: Path) -> None:
    """Sends the data set through the HTTP doors; nothing of it may be refused."""

    async def playing() -> None:
        scenario, report, _ = load(read_mapping(mapping), data)
        assert not report.bad
        async with Doors(stack.urls, token=stack.token()) as doors:
            outcome = await Player(doors, scenario, Reporter(console())).play()
        assert outcome.differs is None
        assert outcome.all.refused == 0

    asyncio.run(playing())


def by(platform: Platform, group: str, source: str = NAME) -> dict[str, Decimal]:
    """Gross, rounded as answered, by a group."""
    values = platform.get("metrics", "/v1/kpis/gross", source=source, group_by=group, limit=10_000)["values"]
    return {value["names"].get(group) or value["group"][group] or "": Decimal(value["value"]) for value in values}


def money(figures: dict[str, str]) -> dict[str, Decimal]:
    return {key: Decimal(value) for key, value in figures.items()}


def test_every_figure_of_the_truth_is_found_to_the_cent(loaded: Platform, truth: dict[str, Any]) -> None:
    for kpi, name in (("order_lines", "order_lines"), ("orders", "orders"), ("units", "units")):
        assert loaded.kpi(kpi, source=NAME) == truth[name], kpi
    (total,) = loaded.get("metrics", "/v1/kpis/gross", source=NAME)["values"]
    assert Decimal(total["value"]) == Decimal(truth["gross_total"])
    for group, name in (
        ("territory", "gross_by_territory"),
        ("segment", "gross_by_business_type"),
        ("year", "gross_by_year"),
        ("month", "gross_by_month"),
        ("product_category", "gross_by_product_category"),
        ("sales_rep", "gross_by_employee"),
    ):
        assert by(loaded, group) == money(truth[name]), group
    top = loaded.get("metrics", "/v1/kpis/gross", source=NAME, group_by="partner", order="-value", limit=10)["values"]
    assert [[value["names"]["partner"], value["value"]] for value in top] == truth["top_10_partners"]
    partners = loaded.get("metrics", "/v1/kpis/gross", source=NAME, group_by="partner", limit=10_000)["values"]
    assert len(partners) == truth["partners_with_sales"]


@pytest.fixture(scope="module")
def files() -> Files:
    return Files(SHARED / NAME)


def test_commission_by_direct_credit_is_the_truth_to_the_cent(loaded: Platform, stack: Stack, files: Files, truth: dict[str, Any]) -> None:
    approve(loaded, stack, "direct", agreed(files))
    due = {name: Decimal(amount) for name, amount in truth["commission_flat_on_gross_by_employee"].items()}
    loaded.until(lambda: all(sum(Decimal(one["amount"]) for one in entries(loaded, "direct", name)) == due[name] for name in due))
    sold = files.sold("EmployeeKey")
    for name in due:
        (entry,) = entries(loaded, "direct", name)
        assert entry["counted"] == text(sold[name])


def test_commission_by_territory_credit_is_the_truth_to_the_cent(
    loaded: Platform, stack: Stack, files: Files, truth: dict[str, Any]
) -> None:
    taken: set[str] = set()
    rows = []
    for name, territory in files.territories:
        counts = "overlay" if territory in taken else "credit"
        taken.add(territory)
        where = {"payee": "sales_rep", "territory": files.code[territory], "payee_id": name, "first": "2017-01-01"}
        rows.append(where | {"counts": counts})
    imports(loaded, "responsibility", rows, "/v1/responsibilities")
    approve(loaded, stack, "by-territory", agreed(files) | {"credit": "territory"}, overlays=True)
    sold = files.sold("SalesTerritoryKey")
    credit = {name: Fraction() for name, _ in files.territories}
    for name, territory in files.territories:
        credit[name] += sold[territory]
    assert {name: cents(amount) for name, amount in credit.items()} == money(truth["territory_credit_by_employee"])
    for name, amount in credit.items():
        (entry,) = entries(loaded, "by-territory", name)
        assert entry["counted"] == text(amount)
        assert Decimal(entry["amount"]) == cents(amount * Fraction(files.rates.get(name, "0")))


def test_quotas_are_attained_as_the_truth_says(loaded: Platform, stack: Stack, files: Files) -> None:
    quotas = [
        {"payee": "sales_rep", "payee_id": name, "measure": "gross", "first": str(first), "last": str(last), "amount": str(amount)}
        for name, first, last, amount in files.quotas()
    ]
    imports(loaded, "quota", quotas, "/v1/quotas")
    tiers = [{"start": "0", "until": "1", "rate": "0"}, {"start": "1", "rate": BEYOND}]
    pays = {"attainment": {"measure": "gross", "on": "slices", "prorated": False, "boundary": "start", "tiers": tiers}}
    approve(loaded, stack, "attained", {"rule_id": "beyond", "window": "quarter", "pays": pays})
    found = {
        (name, quarter_of(entry["first"])): entry
        for name in {one["payee_id"] for one in quotas}
        for entry in entries(loaded, "attained", name)
    }
    for name, quarter, row in files.attainment:
        entry, quota = found[name, quarter], Fraction(row["SalesAmountQuota"])
        counted = Fraction(entry["counted"])
        assert cents(counted) == Decimal(row["ActualGross"])
        assert abs(counted / quota - Fraction(row["Attainment"])) <= Fraction("0.0000005")
        assert Decimal(entry["amount"]) == cents(max(counted - quota, Fraction()) * Fraction(BEYOND))


def quarter_of(first: str) -> str:
    year, month, _ = first.split("-")
    return f"{year}Q{(int(month) + 2) // 3}"


def test_a_copy_with_altered_lines_answers_with_exactly_that_difference(
    loaded: Platform, stack: Stack, truth: dict[str, Any], tmp_path: Path
) -> None:
    copy = tmp_path / "altered"
    shutil.copytree(SHARED / NAME, copy)
    more, altered = alter(copy / SALES)
    assert altered > 500
    mapping = tmp_path / "altered.yaml"
    mapping.write_text(MAPPING.read_text("utf-8").replace(f"name: {NAME}", "name: altered", 1), "utf-8")
    play(stack, mapping, copy)
    expected = {year: value + more.get(year, Decimal(0)) for year, value in money(truth["gross_by_year"]).items()}
    assert by(loaded, "year", "altered") == expected
    assert by(loaded, "year") == money(truth["gross_by_year"])


def alter(file: Path) -> tuple[dict[str, Decimal], int]:
    """Adds a cent to the unit price of every 100th line; by year what that makes, and how many lines."""
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(file.read_bytes()).decode())))
    more: dict[str, Decimal] = defaultdict(Decimal)
    chosen = rows[::100]
    for row in chosen:
        row["UnitPrice"] = str(Decimal(row["UnitPrice"]) + Decimal("0.01"))
        more[row["OrderDate"][:4]] += Decimal("0.01") * int(row["OrderQuantity"])
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    file.chmod(0o600)
    file.write_bytes(gzip.compress(text.getvalue().encode()))
    return more, len(chosen)
