"""Commissions on AdventureWorks: its sales persons' rates, quotas and territories told to incentives by its doors, and what they come to
worked out here once more, from the files alone."""

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from qudao_local.stack import Stack

from .platform import Platform

PLAN = {"payee": "sales_rep", "currency": "USD", "valid_from": "2017-01-01", "valid_until": "2020-12-31", "rounding": "half_even"}
EXAMPLE = {"says": "nothing for nothing", "lines": [{"on": "2018-01-01", "net": "0", "units": 0}], "pays": "0"}
COUNTED = {"base": "gross", "moment": "ordered", "when": "source == 'adventureworks'", "examples": [EXAMPLE]}
BEYOND = "0.01"
"""What is paid for what lies beyond a quota."""


class Files:
    """What the data set says of sales persons."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.rates = {row["EmployeeKey"]: row["CommissionPct"] for row in self._rows("sales_persons_commission.csv")}
        regions = {row["SalesTerritoryKey"]: row["Region"] for row in self._rows("territories.csv")}
        self.territories = [(row["EmployeeKey"], row["SalesTerritoryKey"]) for row in self._rows("employee_territories.csv")]
        self.code = {key: region.lower().replace(" ", "-") for key, region in regions.items()}
        self.attainment = [(row["EmployeeKey"], row["Quarter"], row) for row in self._rows("truth_quota_attainment.csv")]

    def quotas(self) -> Iterator[tuple[str, date, date, Decimal]]:
        """Of whom, from when to when, how much."""
        for row in self._rows("sales_quota_quarterly.csv"):
            year, quarter = row["MappedQuarter_PL300"].split("Q")
            first = date(int(year), 3 * int(quarter) - 2, 1)
            yield (
                row["EmployeeKey"],
                first,
                (first + timedelta(days=95)).replace(day=1) - timedelta(days=1),
                Decimal(row["SalesAmountQuota"]),
            )

    def sold(self, by: str) -> dict[str, Fraction]:
        """Exactly, by a column."""
        sums: dict[str, Fraction] = defaultdict(Fraction)
        text = gzip.decompress((self._folder / "reseller_sales_201707_202005.csv.gz").read_bytes()).decode()
        for row in csv.DictReader(io.StringIO(text)):
            sums[row[by]] += Fraction(row["UnitPrice"]) * int(row["OrderQuantity"])
        return sums

    def _rows(self, name: str) -> list[dict[str, str]]:
        with (self._folder / name).open(encoding="utf-8") as file:
            return list(csv.DictReader(file))


def approve(platform: Platform, stack: Stack, plan_id: str, rule: dict[str, Any], **more: Any) -> None:
    body = PLAN | {"title": plan_id, "exclusive": "best", "rules": [COUNTED | rule]} | more
    platform.put("incentives", f"/v1/plans/{plan_id}", body)
    for step in ("simulate", "submit"):
        platform.post("incentives", f"/v1/plans/{plan_id}/{step}", {"version": 1})
    with Platform(stack.urls, stack.token("finance")) as another:
        another.post("incentives", f"/v1/plans/{plan_id}/approve", {"version": 1})


def agreed(files: Files) -> dict[str, Any]:
    rates = [{"payee_id": name, "rate": rate} for name, rate in files.rates.items()]
    return {"rule_id": "commission", "window": "life", "pays": {"agreed": {"rates": rates}}}


def imports(platform: Platform, kind: str, rows: list[dict[str, Any]], path: str) -> None:
    """Rows of one kind as a file; when this returns the list at ``path`` shows them."""
    file = "".join(json.dumps({"kind": kind, **row}) + "\n" for row in rows)
    url = f"{platform.urls['incentives']}/v1/imports/incentives"
    answer = platform.http.post(url, content=file, headers={"content-type": "application/x-ndjson"})
    summary = json.loads(answer.text.splitlines()[-1])["summary"]
    assert (summary["accepted"], summary["refused"]) == (len(rows), 0), answer.text
    platform.until(lambda: len(platform.get("incentives", path, limit=200)["items"]) == len(rows))


def entries(platform: Platform, plan_id: str, payee: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = platform.get("incentives", f"/v1/plans/{plan_id}/versions/1/payees/{payee}")["entries"]
    return found


def cents(value: Fraction) -> Decimal:
    """Rounded half to even, once."""
    return Decimal(round(value * 100)).scaleb(-2)
