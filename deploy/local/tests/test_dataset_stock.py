"""Stock that an export tells: a dated balance at first, deliveries, losses; and none made up where it does."""

from datetime import date
from pathlib import Path

import pytest
from qudao_local.demo.datasets import MappingError, Report, load, read_mapping
from qudao_local.demo.documents import Count, Document, Order, Receipt, WriteOff

MAPPING = """
name: tiny
currency: EUR
zone: Europe/Berlin
files:
  rows: {path: rows.csv}
  stock: {path: ["stock-*.csv"]}
territories: [{from: rows, territory: {constant: de}, name: {constant: Germany}}]
partners: {from: rows, partner: shop, name: shop, channel_type: {constant: store}, territory: {constant: de}}
products: {from: rows, sku: sku, name: sku}
warehouses: [{warehouse: main, name: Main}]
orders:
  from: rows
  order: order
  partner: shop
  on: day
  warehouse: {constant: main}
  line: {sku: sku, quantity: qty, unit_price: {constant: "1"}}
stock:
  - {kind: opening, from: stock, where: "= what == 'balance'", warehouse: {constant: main}, sku: sku, quantity: units, on: day}
  - {kind: receipt, from: stock, where: "= what == 'in'", warehouse: {constant: main}, sku: sku, quantity: units, on: day, reference: note}
  - {kind: write_off, from: stock, where: "= what == 'out'", warehouse: {constant: main}, sku: sku, quantity: units, on: day,
     reference: note, reason: {column: why}}
"""
ROWS = "order,shop,day,sku,qty\nA,S1,2025-01-02,TEA,5\nB,S1,2025-01-05,TEA,2\nB,S1,2025-01-05,MUG,1\n"
HEADER = "what,sku,units,day,note,why\n"
WHOLE = (
    "balance,TEA,6,,,\nbalance,MUG,0,2024-12-31,,\nin,TEA,10,2025-01-05,DN-1,\nout,TEA,1,2025-01-05,L-1,broken\nin,MUG,2,2025-01-04,DN-1,\n"
)


def loaded(folder: Path, mapping: str = MAPPING, **files: str) -> tuple[list[Document], Report]:
    (folder / "mapping.yaml").write_text(mapping)
    (folder / "rows.csv").write_text(ROWS)
    for name, rows in files.items():
        (folder / f"stock-{name}.csv").write_text(HEADER + rows)
    scenario, report, _ = load(read_mapping(folder / "mapping.yaml"), folder)
    return list(scenario.documents()), report


def test_stock_is_told_by_its_days_between_the_orders_and_none_is_made_up(tmp_path: Path) -> None:
    documents, report = loaded(tmp_path, one=WHOLE)
    assert report.bad == []
    assert [(type(one), one.on, getattr(one, "external_id", None) or getattr(one, "sku", None)) for one in documents] == [
        (Count, date(2025, 1, 1), "TEA"),
        (Order, date(2025, 1, 2), "A"),
        (Receipt, date(2025, 1, 4), "MUG"),
        (Receipt, date(2025, 1, 5), "TEA"),
        (Order, date(2025, 1, 5), "B"),
        (WriteOff, date(2025, 1, 5), "TEA"),
    ]
    assert documents[0] == Count("main", "TEA", 6, "opening stock", "opening tiny", date(2025, 1, 1))
    assert documents[-1] == WriteOff("main", "TEA", 1, "broken", "L-1", date(2025, 1, 5))
    assert report.taken == {"order_line": 3, "opening": 2, "receipt": 2, "write_off": 1}


def test_lines_of_one_delivery_note_and_sku_add_up_and_another_file_may_only_say_the_same(tmp_path: Path) -> None:
    note = "in,TEA,1,2025-01-04,DN-1,\nin,TEA,2,2025-01-04,DN-1,\n"
    documents, report = loaded(tmp_path, one=note, two=note)
    assert [one for one in documents if isinstance(one, Receipt)] == [Receipt("main", "TEA", 3, "DN-1", date(2025, 1, 4))]
    assert [str(row) for row in report.twice] == ["stock-two.csv:2: is in stock-one.csv already, the same"]
    _, report = loaded(tmp_path, one=note, two="in,TEA,4,2025-01-04,DN-1,\n")
    assert [row.reason for row in report.bad] == ["main TEA DN-1 is in stock-one.csv already, and says something else"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("balance,TEA,-3,,,", "quantity: -3 cannot lie there"),
        (
            "balance,TEA,3,2025-01-03,,",
            "the opening balance is of 2025-01-03, after the first order of 2025-01-02: what came in later is a receipt",
        ),
        ("in,TEA,0,2025-01-03,DN-1,", "quantity: 0 is not positive"),
        ("in,TEA,1.5,2025-01-03,DN-1,", "1.5 is not a whole number"),
        ("in,TEA,1,,DN-1,", "on is empty"),
        ("in,TEA,1,2025-01-03,,", "reference is empty"),
        ("in,CUP,1,2025-01-03,DN-1,", "product CUP is not among the products"),
        ("out,TEA,1,2025-01-03,L-1,", "reason is empty"),
        ("balance,TEA,1,,,\nbalance,TEA,1,2024-12-30,,", "main TEA opening tiny is in line 2 already, of another day or reason"),
    ],
)
def test_a_bad_row_of_stock_is_listed(tmp_path: Path, row: str, reason: str) -> None:
    _, report = loaded(tmp_path, one=row + "\n")
    assert [bad.reason for bad in report.bad] == [reason]


def test_what_is_ordered_is_taken_to_have_been_there_only_when_the_export_tells_no_stock_or_the_mapping_says_so(tmp_path: Path) -> None:
    documents, _ = loaded(tmp_path, one="")
    assert not any(isinstance(one, Receipt | Count) for one in documents)
    opening = next(line for line in MAPPING.splitlines(keepends=True) if "kind: opening" in line)
    documents, _ = loaded(tmp_path, MAPPING.replace(opening, "") + "opening_stock: all_ordered\n", one="")
    assert {one.sku: one.quantity for one in documents if isinstance(one, Receipt)} == {"TEA": 7, "MUG": 1}
    documents, _ = loaded(tmp_path, MAPPING.replace(opening, "") + "opening_stock: all_ordered\n", one="out,TEA,3,2025-01-09,L-1,broken\n")
    assert {one.sku: one.quantity for one in documents if isinstance(one, Receipt)} == {"TEA": 10, "MUG": 1}, "lost units were there"
    with pytest.raises(MappingError, match="opening_stock is all_ordered though stock tells an opening balance"):
        loaded(tmp_path, MAPPING + "opening_stock: all_ordered\n", one="")


def test_a_kind_of_stock_without_what_it_needs_is_refused(tmp_path: Path) -> None:
    for missing in (", reference: note}", ", reason: {column: why}"):
        with pytest.raises(MappingError, match=r"stock\.\d: stock of kind (receipt|write_off) needs (reference|reason)"):
            loaded(tmp_path, MAPPING.replace(missing, "}" if missing[-1] == "}" and "note" in missing else ""), one="")
