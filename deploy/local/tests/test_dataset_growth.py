"""The next month: an export that grew, a new file beside the old, a row that changed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from qudao_local.demo.datasets import DataError, Earlier, Report, load, read_mapping
from qudao_local.demo.documents import Document, Order, Receipt, Return
from qudao_local.demo.play.figures import expected
from qudao_local.demo.scenario import Scenario

MAPPING = """
name: tiny
currency: EUR
zone: Europe/Berlin
files: {rows: {path: [rows-*.csv]}}
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
  confirmed_on: day
  shipped_on: day
  delivered_on: day
  line: {sku: sku, quantity: qty, unit_price: price}
  kinds:
    - {kind: return, when: "= type == 'return'", on: day, reason: back}
    - {kind: order_line}
"""
HEADER = "type,order,shop,day,sku,qty,price\n"
JANUARY = "sale,A,S1,2025-01-02,TEA,5,2.55\nsale,A,S1,2025-01-02,MUG,1,8\nreturn,A,S1,2025-01-20,TEA,1,2.55\n"
FEBRUARY = "sale,B,S2,2025-02-03,TEA,2,2.60\nreturn,A,S1,2025-02-05,TEA,1,2.55\n"


def _loaded(folder: Path, files: dict[str, str], earlier: Earlier | None = None) -> tuple[Scenario, Report, Earlier]:
    for old in folder.glob("rows-*.csv"):
        old.unlink()
    (folder / "mapping.yaml").write_text(MAPPING)
    for name, rows in files.items():
        (folder / f"rows-{name}.csv").write_text(HEADER + rows)
    return load(read_mapping(folder / "mapping.yaml"), folder, earlier)


def _history(scenario: Scenario) -> list[Document]:
    return [document for document in scenario.documents() if not isinstance(document, Receipt)]


def _new(before: Sequence[Document], after: Sequence[Document]) -> list[Document]:
    """What of the later export is not in the earlier one, all of which has to be there again, the same."""
    assert [document for document in before if document not in after] == []
    return [document for document in after if document not in before]


def test_what_is_the_same_is_sent_the_same_and_only_what_is_new_is_new(tmp_path: Path) -> None:
    first, _, earlier = _loaded(tmp_path, {"one": JANUARY})
    grown, report, later = _loaded(tmp_path, {"one": JANUARY + FEBRUARY}, earlier)
    assert not report.bad
    receipt, came_back, order = _new(list(first.documents()), list(grown.documents()))
    assert receipt == Receipt("main", "TEA", 2, "opening tiny 2", date(2025, 1, 1)), "the first receipts stay what they were"
    assert isinstance(order, Order)
    assert order.external_id == "B"
    assert (
        came_back == Return("tiny", "A", date(2025, 2, 5), "back", came_back.lines, "return TEA 2") if isinstance(came_back, Return) else 0
    )
    again, _, same = _loaded(tmp_path, {"one": JANUARY + FEBRUARY}, later)
    assert (list(again.documents()), same) == (list(grown.documents()), later)
    assert {one.on for one in again.partners} == {one.on for one in first.partners}


@pytest.mark.parametrize(
    "files",
    [{"01": JANUARY, "02": FEBRUARY}, {"01": JANUARY, "02": JANUARY + FEBRUARY}, {"01": JANUARY, "02": FEBRUARY, "03": FEBRUARY}],
    ids=["beside each other", "the second has the first whole", "the same file twice"],
)
def test_several_files_are_one_export_and_what_two_say_counts_once(files: dict[str, str], tmp_path: Path) -> None:
    whole, _, _ = _loaded(tmp_path, {"one": JANUARY + FEBRUARY})
    parts, report, _ = _loaded(tmp_path, files)
    assert list(parts.documents()) == list(whole.documents())
    assert not report.bad
    assert len(report.twice) == sum(map(len, (text.splitlines() for text in files.values()))) - len((JANUARY + FEBRUARY).splitlines())


def test_a_later_month_alone_keeps_the_days_of_what_is_there(tmp_path: Path) -> None:
    first, _, earlier = _loaded(tmp_path, {"one": JANUARY})
    alone, _, _ = _loaded(tmp_path, {"two": "sale,B,S1,2025-02-03,TEA,2,2.60\n"}, earlier)
    assert [one.on for one in alone.partners] == [first.partners[0].on]
    skus = [[one.sku for one in scenario.documents() if isinstance(one, Receipt)] for scenario in (first, alone)]
    assert skus == [["MUG", "TEA"], ["TEA"]], "no stock of what is not in it any more"


def test_an_order_that_another_file_tells_otherwise_is_listed_and_not_mixed(tmp_path: Path) -> None:
    parts, report, _ = _loaded(tmp_path, {"01": JANUARY, "02": JANUARY.replace("TEA,5", "TEA,6")})
    (order,) = [one for one in _history(parts) if isinstance(one, Order)]
    assert [line.quantity for line in order.lines] == [5, 1]
    assert [str(row) for row in report.bad] == ["rows-02.csv:2: order A is in rows-01.csv already, with other lines"]


def test_a_price_with_more_zeros_is_the_same_price(tmp_path: Path) -> None:
    first, _, earlier = _loaded(tmp_path, {"one": JANUARY})
    zeros, _, _ = _loaded(tmp_path, {"one": JANUARY.replace("2.55", "2.550").replace(",8\n", ",8.00\n")}, earlier)
    assert list(map(repr, zeros.documents())) == list(map(repr, first.documents()))


def test_columns_of_a_further_file_may_stand_in_another_order_but_must_be_the_same(tmp_path: Path) -> None:
    one, _, _ = _loaded(tmp_path, {"01": JANUARY + FEBRUARY})
    _loaded(tmp_path, {"01": JANUARY})
    turned = [",".join(reversed(line.split(","))) for line in (HEADER + FEBRUARY).splitlines()]
    (tmp_path / "rows-02.csv").write_text("\n".join(turned) + "\n")
    parts, _, _ = load(read_mapping(tmp_path / "mapping.yaml"), tmp_path)
    assert list(parts.documents()) == list(one.documents())
    (tmp_path / "rows-02.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"has other columns than rows-01\.csv"):
        load(read_mapping(tmp_path / "mapping.yaml"), tmp_path)


def test_a_pattern_that_fits_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file matches"):
        _loaded(tmp_path, {})


def test_a_return_of_an_order_that_was_refused_counts_nothing_and_ends_nothing() -> None:
    day = date(2025, 1, 2)
    refused = Order("tiny", "A", "S1", "EUR", "main", day, [])
    figures = expected([refused, Return("tiny", "A", day, "back", None)], [], {1})
    assert (figures.orders, figures.returned) == (0, Decimal(0))


def test_what_earlier_loads_fixed_is_kept_in_the_data_folder(tmp_path: Path) -> None:
    assert Earlier.of(tmp_path / "none") == Earlier()
    _, _, earlier = _loaded(tmp_path, {"one": JANUARY})
    earlier.write(tmp_path / "data")
    assert Earlier.of(tmp_path / "data") == earlier
    assert len(earlier.receipts) == 2
