"""An export becomes orders: joins, derived values, kinds of rows, compression; bad rows are listed and stop nothing."""

import gzip
import os
import re
import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from qudao_local.demo.datasets import DataError, MappingError, Report, find_mapping, load, read_mapping
from qudao_local.demo.documents import (
    Order,
    Receipt,
)
from qudao_local.demo.scenario import Scenario

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("QUDAO_SHARED", REPOSITORY.parent / "shared")) / "data"

MAPPING = """
name: tiny
currency: EUR
zone: Europe/Berlin
files:
  rows: {path: rows.csv}
  shops: {path: shops.csv, key: shop}
territories:
  - {from: shops, territory: "= slug(land)", name: land, parent: "= slug(above)"}
  - {from: shops, territory: "= slug(above)", name: above}
partners:
  {from: shops, partner: shop, name: name, channel_type: {constant: store}, segment: size, territory: "= slug(land)", parent: parent}
products: {from: rows, where: "= sku != ''", sku: sku, name: sku}
warehouses: [{warehouse: main, name: Main}]
orders:
  from: rows
  join: {shop: {file: shops, on: shop}}
  order: order
  partner: shop
  on: day
  warehouse: {constant: main}
  sales_rep: shop.rep
  confirmed_on: day
  shipped_on: shipped
  delivered_on: delivered
  line: {sku: sku, quantity: qty, unit_price: price, discount: "= number(price) * number(qty) / 10"}
  kinds:
    - {kind: ignored, when: "= type == 'note'", reason: {column: sku}}
    - {kind: cancellation, when: "= type == 'cancel'", on: day, reason: changed mind}
    - {kind: return, when: "= type == 'return'", on: day, reason: {column: price}}
    - {kind: adjustment, when: "= type == 'adjust'", on: day}
    - {kind: order_line, when: "= type == 'sale'"}
"""
SHOPS = "shop,name,land,above,size,rep,parent\nS1,One,Upper Land,Earth,big,R1,\nS2,Two,Low Land,Earth,,R2,S1\n"
HEADER = "type,order,shop,day,sku,qty,price,shipped,delivered\n"


def loaded(folder: Path, rows: str, shops: str = SHOPS, mapping: str = MAPPING) -> tuple[Scenario, Report]:
    (folder / "mapping.yaml").write_text(mapping)
    (folder / "rows.csv").write_text(HEADER + rows)
    (folder / "shops.csv").write_text(shops)
    scenario, report, _ = load(read_mapping(folder / "mapping.yaml"), folder)
    return scenario, report


def bad(report: Report) -> list[str]:
    return [str(row) for row in report.bad]


def orders(scenario: Scenario) -> dict[str, Order]:
    return {document.external_id: document for document in scenario.documents() if isinstance(document, Order)}


def test_rows_become_orders_with_joined_and_derived_values(tmp_path: Path) -> None:
    scenario, report = loaded(
        tmp_path,
        "sale,A,S1,2025-01-02,TEA,2,10.00,2025-01-03,2025-01-04\n"
        "sale,B,S2,2025-01-02,MUG,1,5.55,,\n"
        "sale,A,S1,2025-01-02,MUG,3,5.50,2025-01-03,2025-01-04\n",
    )
    assert bad(report) == []
    assert report.taken == {"order_line": 3}
    order = orders(scenario)["A"]
    assert (order.source, order.partner_id, order.currency, order.sales_rep, order.on) == ("tiny", "S1", "EUR", "R1", date(2025, 1, 2))
    assert [(line.line_id, line.sku, line.quantity, line.unit_price, line.discount) for line in order.lines] == [
        ("1", "TEA", 2, Decimal("10.00"), Decimal(2)),
        ("2", "MUG", 3, Decimal("5.50"), Decimal("1.65")),
    ]
    assert order.history is not None
    assert (order.history.shipped_on, order.history.delivered_on) == (date(2025, 1, 3), date(2025, 1, 4))
    still_open = orders(scenario)["B"].history
    assert still_open is not None
    assert still_open.shipped_on is None


def test_masters_come_with_parents_first_the_day_before_the_first_order(tmp_path: Path) -> None:
    scenario, _ = loaded(tmp_path, "sale,A,S1,2025-01-02,TEA,2,10,,\n")
    assert [(one.territory, one.parent) for one in scenario.territories] == [
        ("earth", None), ("upper-land", "earth"), ("low-land", "earth"),
    ]  # fmt: skip
    assert [(one.partner_id, one.parent, one.segment, one.territory) for one in scenario.partners] == [
        ("S1", None, "big", "upper-land"), ("S2", "S1", None, "low-land"),
    ]  # fmt: skip
    assert {one.on for one in scenario.territories} | {one.on for one in scenario.partners} == {date(2025, 1, 1)}


def test_the_opening_stock_is_all_that_is_ordered_the_day_before(tmp_path: Path) -> None:
    rows = "sale,A,S1,2025-01-02,TEA,2,10,,\nsale,B,S2,2025-01-05,TEA,5,10,,\nsale,B,S2,2025-01-05,MUG,1,3,,\n"
    scenario, _ = loaded(tmp_path, rows)
    assert list(scenario.documents())[:2] == [
        Receipt("main", "MUG", 1, "opening tiny", date(2025, 1, 1)),
        Receipt("main", "TEA", 7, "opening tiny", date(2025, 1, 1)),
    ]
    without, _ = loaded(tmp_path, rows, mapping=MAPPING + "opening_stock: none\n")
    assert not any(isinstance(document, Receipt) for document in without.documents())


def test_ignored_rows_are_counted_by_reason(tmp_path: Path) -> None:
    _, report = loaded(tmp_path, GOOD_LINE + "note,,S1,,x,,,,\nnote,,S1,,y,,,,\nnote,,S1,,x,,,,\n")
    assert report.ignored == {"x": 2, "y": 1}


GOOD_LINE = "sale,G,S2,2025-01-09,TEA,1,1,,\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("sale,A,S1,2025-01-02,TEA,2\n", "has 6 cells where the header has 9"),
        ("sale,A,S9,2025-01-02,TEA,2,10,,\n", "shop: shops has no row S9"),
        ("sale,A,S1,2025-13-02,TEA,2,10,,\n", "on: '2025-13-02' is not a date of the form iso"),
        ("sale,A,S1,,TEA,2,10,,\n", "on is empty"),
        ("sale,,S1,2025-01-02,TEA,2,10,,\n", "order is empty"),
        (
            "sale,A,S1,2025-01-02,TEA,two,10,,\n",
            "'number(price) * number(qty) / 10' cannot be worked out|line.quantity: 'two' is not a number",
        ),
        ("sale,A,S1,2025-01-02,TEA,2.5,10,,\n", "2.5 is not a whole number"),
        ("sale,A,S1,2025-01-02,TEA,0,10,,\n", "line.quantity: 0 is not positive"),
        ("sale,A,S1,2025-01-02,TEA,-2,10,,\n", "line.quantity: -2 is not positive|line.discount"),
        ("sale,A,S1,2025-01-02,TEA,2,-10,,\n", "line.unit_price: -10 is negative"),
        ("sale,A,S1,2025-01-02,,2,10,,\n", "line.sku is empty"),
        ("sale,A,S1,2025-01-05,TEA,2,10,2025-01-04,\n", "its days go back: 2025-01-05, 2025-01-05, 2025-01-04"),
        ("sale,A,S1,2025-01-05,TEA,2,10,,2025-01-06\n", "it was shipped before it was confirmed, or delivered before it was shipped"),
        ("sale,G,S1,2025-01-09,TEA,1,1,,\n", "order G has another partner, sales_rep in line 2"),
        ("gift,A,S1,2025-01-02,TEA,2,10,,\n", "is of no kind: no `when` of orders.kinds holds"),
        ("cancel,X,S1,2025-01-02,TEA,2,10,,\n", "order X has no good order line"),
        ("cancel,G,S1,2025-01-10,MUG,1,10,,\nsale,H,S1,2025-01-10,MUG,1,1,,\n", "order G has no line MUG"),
        ("cancel,G,S1,2025-01-10,TEA,7,10,,\n", "takes back 7 of TEA, of which order G has 1 left"),
        ("cancel,G,S1,2025-01-08,TEA,1,10,,\n", "is of 2025-01-08, before its order of 2025-01-09"),
        ("cancel,G,S1,2025-01-10,TEA,0,10,,\n", "line.quantity: 0 units are taken back"),
        ("return,G,S1,2025-01-10,TEA,1,10,,\n", "returns what was not delivered"),
    ],
)
def test_a_bad_row_is_listed_and_the_good_ones_go_on(tmp_path: Path, row: str, reason: str) -> None:
    scenario, report = loaded(tmp_path, GOOD_LINE + row)
    assert len(report.bad) == 1
    assert (report.bad[0].file, report.bad[0].line) == ("rows.csv", 3)
    assert any(said in report.bad[0].reason for said in reason.split("|"))
    assert orders(scenario)["G"].lines[0].quantity == 1


def test_a_bad_row_keeps_its_number_in_the_order(tmp_path: Path) -> None:
    scenario, report = loaded(tmp_path, "sale,A,S1,2025-01-02,TEA,1,1,,\nsale,A,S1,2025-01-02,TEA,x,1,,\nsale,A,S1,2025-01-02,TEA,3,1,,\n")
    assert [line.line_id for line in orders(scenario)["A"].lines] == ["1", "3"]
    assert [row.line for row in report.bad] == [3]


def test_the_line_number_is_that_of_an_editor_also_after_quoted_line_breaks(tmp_path: Path) -> None:
    _, report = loaded(tmp_path, 'note,,S1,,"two\nlines",,,,\n\n' + "sale,A,S1,2025-01-02,TEA,x,1,,\n" + GOOD_LINE)
    assert [row.line for row in report.bad] == [5]


def test_bad_masters_are_listed_too(tmp_path: Path) -> None:
    shops = SHOPS + "S1,Again,Upper Land,Earth,,,\nS3,Three,Far Land,Moon,,,S9\nS4,Four,,Earth,,,\n"
    scenario, report = loaded(tmp_path, "sale,A,S3,2025-01-02,TEA,1,1,,\n" + GOOD_LINE, shops)
    reasons = "\n".join(bad(report))
    assert "shops.csv:4: the key S1 is there already" in reasons
    assert "shops.csv:4: partner S1 is there already with other facts" in reasons
    assert "shops.csv:5: S3: its parent 'S9' is missing, or below it" in reasons
    assert "shops.csv:6: territory is empty" in reasons
    assert "rows.csv:2: partner S3 of order A has a bad row of its own" in reasons
    assert list(orders(scenario)) == ["G"]
    assert report.taken["order_line"] == 1


@pytest.mark.parametrize(("placed_by", "place"), [("territory", "low-land"), ("orders", "earth")])
def test_an_order_has_its_own_territory_and_its_partner_another(tmp_path: Path, placed_by: str, place: str) -> None:
    mapping = MAPPING.replace("sales_rep: shop.rep", "sales_rep: shop.rep\n  territory: \"= 'earth' if qty == '1' else day\"")
    mapping = mapping.replace("parent: parent}", f"parent: parent, placed_by: {placed_by}}}")
    scenario, report = loaded(tmp_path, GOOD_LINE + "sale,A,S1,2025-01-02,TEA,2,10,,\n", mapping=mapping)
    assert {one.partner_id: one.territory for one in scenario.partners} == {"S1": "upper-land", "S2": place}
    assert orders(scenario)["G"].territory == "earth"
    assert bad(report) == ["rows.csv:3: territory: '2025-01-02' is not one of the territories"]


def test_an_optional_join_leaves_its_columns_empty(tmp_path: Path) -> None:
    mapping = MAPPING.replace("{file: shops, on: shop}", "{file: shops, on: sku, optional: true}")
    scenario, report = loaded(tmp_path, GOOD_LINE, mapping=mapping)
    assert bad(report) == []
    assert orders(scenario)["G"].sales_rep is None


@pytest.mark.parametrize("packed", ["gzip", "zip"])
def test_compressed_files_are_read(tmp_path: Path, packed: str) -> None:
    text = (HEADER + GOOD_LINE).encode()
    if packed == "gzip":
        (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(text))
    else:
        with zipfile.ZipFile(tmp_path / "rows.zip", "w") as archive:
            archive.writestr("deep/rows.csv", text)
    mapping = MAPPING.replace("rows.csv", {"gzip": "rows.csv.gz", "zip": "rows.zip"}[packed])
    scenario, _ = loaded(tmp_path, "", mapping=mapping)
    assert list(orders(scenario)) == ["G"]


def test_another_encoding_is_read_and_bytes_that_are_not_of_it_make_their_row_bad(tmp_path: Path) -> None:
    mapping = MAPPING.replace("{path: shops.csv, key: shop}", "{path: latin.csv, key: shop, encoding: windows-1252}")
    (tmp_path / "latin.csv").write_bytes(SHOPS.replace("One", "Café").encode("windows-1252"))
    scenario, _ = loaded(tmp_path, GOOD_LINE, mapping=mapping)
    assert scenario.partners[0].name == "Café"
    (tmp_path / "rows.csv").write_bytes((HEADER + GOOD_LINE).encode() + b"sale,A,S1,2025-01-02,T\xe9A,1,1,,\n")
    _, report, _ = load(read_mapping(tmp_path / "mapping.yaml"), tmp_path)
    assert bad(report) == ["rows.csv:3: has bytes that are not utf-8-sig"]


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.csv: cannot be opened"):
        loaded(tmp_path, GOOD_LINE, mapping=MAPPING.replace("path: rows.csv", "path: absent.csv"))
    whole = gzip.compress((HEADER + GOOD_LINE * 5000).encode(), mtime=0)
    (tmp_path / "rows.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"cannot be read|breaks off"):
        loaded(tmp_path, "", mapping=MAPPING.replace("path: rows.csv", "path: rows.csv.gz"))
    (tmp_path / "rows.zip").write_bytes(b"no archive")
    with pytest.raises(DataError, match="cannot be opened"):
        loaded(tmp_path, "", mapping=MAPPING.replace("path: rows.csv", "path: rows.zip"))


def test_an_export_without_a_good_order_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not one good order line; the first bad rows: rows\.csv:2"):
        loaded(tmp_path, "sale,A,S1,never,TEA,1,1,,\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("order: order\n", "order: number\n"), r"orders\.order: there is no column 'number'; there are 'type', 'order', 'shop'"),
        (("shop.rep", "shop.seller"), r"orders\.sales_rep: there is no column 'shop\.seller'"),
        (("type == 'note'", "kind == 'note'"), r"orders\.kinds\.0\.when: there is no column 'kind'"),
        (("key: shop}", "key: id}"), r"files\.shops\.key: shops\.csv has no column 'id'; it has 'shop', 'name'"),
        (("on: shop}", "on: shop_id}"), r"orders\.join\.shop\.on: there is no column 'shop_id'"),
        (("name: Main}", "name: Main, territory: moon}"), r"warehouses\.0\.territory: 'moon' is not one of earth, low-land, upper-land"),
    ],
)
def test_a_mapping_that_does_not_fit_the_files_says_what_they_have(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in MAPPING
    with pytest.raises(MappingError, match=said):
        loaded(tmp_path, GOOD_LINE, mapping=MAPPING.replace(*change))


def test_the_example_of_the_guide_gives_what_the_guide_says(tmp_path: Path) -> None:
    guide = (REPOSITORY / "docs/how-to/load-your-own-data.md").read_text()
    for name, text in re.findall(r"^```\w+ (\S+)\n(.*?)^```", guide, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text)
    scenario, report, _ = load(read_mapping(find_mapping(tmp_path)), tmp_path)
    lines = [line for order in orders(scenario).values() for line in order.lines]
    assert (len(orders(scenario)), len(lines)) == (2, 3)
    assert sum(line.quantity * line.unit_price for line in lines) == Decimal("11157.00")
    assert sum(line.discount for line in lines) == Decimal("8.00")
    assert report.taken == {"order_line": 3, "return": 1}
    assert report.ignored == {"a note": 1}
    assert "\n".join(bad(report)) in guide
    assert len(report.bad) == 1


needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="set QUDAO_SHARED to a folder with the data sets")


@needs_data
def test_adventureworks_is_read_to_the_cent() -> None:
    folder = SHARED / "adventureworks"
    scenario, report, _ = load(read_mapping(find_mapping(folder)), folder)
    placed = orders(scenario)
    lines = [line for order in placed.values() for line in order.lines]
    assert (len(lines), len(placed), sum(line.quantity for line in lines)) == (57_851, 3_616, 204_114)
    assert sum(line.quantity * line.unit_price for line in lines) == Decimal("77548570.20")
    assert report == Report(taken=Counter(order_line=57_851))
    assert len(scenario.partners) == 701
    assert len({order.partner_id for order in placed.values()}) == 632
    assert {partner.channel_type for partner in scenario.partners} == {"agent", "retailer", "distributor"}
    assert {partner.segment for partner in scenario.partners} == {
        "Value Added Reseller", "Specialty Bike Shop", "Warehouse", "Ware House",
    }  # fmt: skip
    receipts = [document for document in scenario.documents() if isinstance(document, Receipt)]
    assert sum(receipt.quantity for receipt in receipts) == 204_114
    assert len({receipt.sku for receipt in receipts}) == len(receipts) == 334
    assert {receipt.on for receipt in receipts} == {date(2017, 6, 30)}
    assert [line.line_id for line in placed["SO43659"].lines] == [str(number) for number in range(1, len(placed["SO43659"].lines) + 1)]


@needs_data
def test_northwind_is_read_to_the_cent() -> None:
    folder = SHARED / "northwind"
    scenario, report, _ = load(read_mapping(find_mapping(folder)), folder)
    placed = orders(scenario)
    lines = [line for order in placed.values() for line in order.lines]
    assert (len(lines), len(placed), sum(line.quantity for line in lines)) == (2_155, 830, 51_317)
    assert sum(line.quantity * line.unit_price - line.discount for line in lines) == Decimal("1265793.0395")
    assert sum(1 for order in placed.values() if order.history and not order.history.shipped_on) == 21
    assert report == Report(taken=Counter(order_line=2_155))
