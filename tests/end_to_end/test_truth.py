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
from pathlib import Path
from typing import Any

import pytest
from qudao_local.demo.datasets import load, read_mapping
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.player import Player
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.said import console
from qudao_local.stack import Stack

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
