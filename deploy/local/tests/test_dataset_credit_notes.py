"""Credit notes as documents of their own: matched to a sale by a rule that the mapping names, else taken without an order."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from qudao_local.demo.datasets import Earlier, MappingError, Report, load, read_mapping
from qudao_local.demo.datasets.report import CHANGED
from qudao_local.demo.documents import AmountCorrection, Document, GoodsReturn, Line, LineQuantity, Order, Receipt, Return
from qudao_local.demo.play.figures import expected

MAPPING = """
name: tiny
currency: EUR
zone: Europe/Berlin
files: {{rows: {{path: [rows-*.csv]}}}}
territories: [{{from: rows, territory: {{constant: de}}, name: {{constant: Germany}}}}]
partners: {{from: rows, partner: shop, name: shop, channel_type: {{constant: store}}, territory: {{constant: de}}}}
products: {{from: rows, where: "= sku != ''", sku: sku, name: sku}}
warehouses: [{{warehouse: main, name: Main}}]
orders:
  from: rows
  where: "= type == 'sale'"
  order: number
  partner: shop
  on: day
  warehouse: {{constant: main}}
  confirmed_on: day
  shipped_on: day
  delivered_on: "= '' if sale == 'open' else day"
  line: {{sku: sku, quantity: qty, unit_price: price}}
credit_notes:
  - from: rows
    where: "= type == 'credit'"
    note: number
    partner: shop
    on: day
    reason: came back
    sale: sale
    warehouse: {{constant: main}}
    line: {{line: line, sku: sku, quantity: qty, unit_price: price, discount: "= number(off, 0)"}}
    amount: "= number(price) if qty == '0' else 0"
    {match}
"""
HEADER = "type,number,shop,day,sku,qty,price,sale,line,off\n"
SALES = (
    "sale,A,S1,2025-01-02,TEA,5,2.50,,,\nsale,A,S1,2025-01-02,TEA,3,2.00,,,\nsale,A,S1,2025-01-02,MUG,1,8,,,\n"
    "sale,B,S1,2025-01-10,TEA,4,2.50,,,\nsale,C,S2,2025-01-11,TEA,9,2.50,,,\n"
)
ON = date(2025, 2, 1)


def credit(
    sku: str, qty: object, price: object, *, sale: str = "", line: str = "", off: str = "", number: str = "CN1", shop: str = "S1"
) -> str:
    return f"credit,{number},{shop},2025-02-01,{sku},{qty},{price},{sale},{line},{off}\n"


def loaded(
    folder: Path, rows: str, match: str = "", earlier: Earlier | None = None, more: str = ""
) -> tuple[list[Document], Report, Earlier]:
    for old in folder.glob("rows-*.csv"):
        old.unlink()
    (folder / "mapping.yaml").write_text(MAPPING.format(match=f"match: {match}" if match else ""))
    for name, text in (("1", rows), ("2", more)):
        if text:
            (folder / f"rows-{name}.csv").write_text(HEADER + text)
    scenario, report, later = load(read_mapping(folder / "mapping.yaml"), folder, earlier)
    return [one for one in scenario.documents() if not isinstance(one, Receipt)], report, later


def back(order: str, *lines: tuple[str, int, str], row: int = 1) -> Return:
    parts = [LineQuantity(line_id, units, Decimal(price)) for line_id, units, price in lines]
    return Return("tiny", order, ON, "came back", parts, f"credit CN1 {row}")


def without(*lines: tuple[str, str, int, str, str], sale: str | None = None) -> GoodsReturn:
    said = [Line(number, sku, units, Decimal(price), Decimal(off)) for number, sku, units, price, off in lines]
    named: dict[str, Any] = {"source": "tiny", "external_id": "CN1", "partner_id": "S1", "currency": "EUR", "on": ON, "reason": "came back"}
    return GoodsReturn(**named, sale=sale, warehouse="main", lines=said)


ITEM, PRICE = "{by: item, of: partner}", "{by: item_and_price, of: partner}"


@pytest.mark.parametrize(
    ("match", "rows", "notes"),
    [
        ("", credit("TEA", 2, "2.50", sale="A"), [without(("1", "TEA", 2, "2.5", "0"), sale="A")]),
        ("{by: item}", credit("TEA", 2, "2.10", sale="B"), [back("B", ("1", 2, "2.1"))]),
        ("{by: item}", credit("TEA", 6, "2.50", sale="A"), [back("A", ("1", 5, "2.5"), ("2", 1, "2.5"))]),
        ("{by: item}", credit("TEA", 2, "2.50"), [without(("1", "TEA", 2, "2.5", "0"))]),
        ("{by: item}", credit("TEA", 2, "2.50", sale="X9"), [without(("1", "TEA", 2, "2.5", "0"), sale="X9")]),
        ("{by: line}", credit("TEA", 2, "2.50", sale="A", line="2"), [back("A", ("2", 2, "2.5"))]),
        (ITEM, credit("TEA", 1, "2.50"), [back("A", ("1", 1, "2.5"))]),
        ("{by: item, of: partner, take: last}", credit("TEA", 1, "2.50"), [back("B", ("1", 1, "2.5"))]),
        (PRICE, credit("TEA", 2, "2.00"), [back("A", ("2", 2, "2"))]),
        (PRICE, credit("TEA", 2, "1.99"), [without(("1", "TEA", 2, "1.99", "0"))]),
        (PRICE, credit("TEA", 10, "2.50", off="5"), [
            back("A", ("1", 5, "2")), back("B", ("1", 4, "2")), without(("1", "TEA", 1, "2.5", "0.5")),
        ]),
        (ITEM, credit("MUG", 1, "8") + credit("MUG", 1, "7"), [back("A", ("3", 1, "8")), without(("2", "MUG", 1, "7", "0"))]),
    ],
    ids=["no rule", "item of its sale", "over two lines", "no sale named", "unknown sale", "line", "first", "last", "price", "other price",
         "more than was sold", "sold once"],
)  # fmt: skip
def test_what_came_back_is_of_the_sale_that_the_rule_finds_and_the_rest_of_none(
    tmp_path: Path, match: str, rows: str, notes: list[Document]
) -> None:
    documents, report, _ = loaded(tmp_path, SALES + rows, match)
    assert [str(row) for row in report.bad] == []
    assert [one for one in documents if not isinstance(one, Order)] == notes
    worth = sum(
        (Decimal(row.split(",")[5]) * Decimal(row.split(",")[6]) - Decimal(row.strip().split(",")[9] or 0) for row in rows.splitlines()),
        Decimal(0),
    )
    assert expected(documents, [], set()).returned == worth


def test_a_sale_that_was_not_delivered_yet_or_is_of_another_partner_is_not_taken_back(tmp_path: Path) -> None:
    later = "sale,D,S3,2025-01-20,TEA,5,2.50,open,,\n" + credit("TEA", 1, "2.50", shop="S3")
    documents, _, _ = loaded(tmp_path, SALES + later, ITEM)
    (note,) = [one for one in documents if not isinstance(one, Order)]
    assert isinstance(note, GoodsReturn)
    assert note.partner_id == "S3"


def test_what_was_delivered_after_the_note_is_not_what_came_back(tmp_path: Path) -> None:
    later = "sale,D,S1,2025-02-02,CUP,5,2.50,,,\n" + credit("CUP", 1, "2.50")
    documents, _, _ = loaded(tmp_path, SALES + later, ITEM)
    assert [one for one in documents if isinstance(one, Return | GoodsReturn)] == [without(("1", "CUP", 1, "2.5", "0"))]


def test_a_note_that_was_taken_without_its_sale_stays_so_when_the_sale_comes(tmp_path: Path) -> None:
    first, _, earlier = loaded(tmp_path, SALES + credit("MUG", 1, "8", sale="Z", shop="S2"), "{by: item}")
    grown = SALES + credit("MUG", 1, "8", sale="Z", shop="S2") + "sale,Z,S2,2025-01-05,MUG,1,8,,,\n"
    again, report, later = loaded(tmp_path, grown, "{by: item}", earlier)
    notes = [one for one in first if isinstance(one, GoodsReturn)]
    assert [one for one in again if not isinstance(one, Order)] == notes
    assert (later.notes, report.matching) == (earlier.notes, (0, 0))
    fresh, _, _ = loaded(tmp_path, grown, "{by: item}")
    assert any(isinstance(one, Return) for one in fresh), "else this test proves nothing"


def test_units_that_an_earlier_note_took_are_not_taken_again(tmp_path: Path) -> None:
    _, _, earlier = loaded(tmp_path, SALES + credit("MUG", 1, "8"), ITEM)
    more = SALES + credit("MUG", 1, "8") + credit("MUG", 1, "8", number="CN2")
    documents, _, _ = loaded(tmp_path, more, ITEM, earlier)
    assert [type(one) for one in documents if not isinstance(one, Order)] == [Return, GoodsReturn]


def test_a_note_that_was_changed_since_it_was_loaded_is_listed_and_stays(tmp_path: Path) -> None:
    first, _, earlier = loaded(tmp_path, SALES + credit("MUG", 1, "8"), ITEM)
    again, report, _ = loaded(tmp_path, SALES + credit("MUG", 1, "6"), ITEM, earlier)
    assert again == first
    assert {title: [str(row) for row in rows] for title, rows in report.groups() if rows} == {
        CHANGED: ["rows-1.csv:7: credit note CN1 was taken otherwise before; it stays as it was"]
    }


def test_the_signs_of_a_note_mean_what_they_say(tmp_path: Path) -> None:
    rows = credit("TEA", 0, "5.00", number="CN2") + credit("", 0, "-2.00", number="CN3") + credit("TEA", -1, "2.50", number="CN4")
    documents, report, _ = loaded(tmp_path, SALES + rows + credit("", 0, "0", number="CN5"), ITEM)
    notes = [one for one in documents if isinstance(one, AmountCorrection)]
    assert [(one.external_id, one.note, one.amount, one.sku) for one in notes] == [
        ("CN2", "credit", Decimal(5), "TEA"), ("CN3", "debit", Decimal(2), None),
    ]  # fmt: skip
    assert expected(documents, [], set()).corrected == -3
    assert [row.reason for row in report.bad] == ["line.quantity: -1: a credit note says what came back; what goes out again is an order"]
    assert report.ignored == {"a credit note's row of nothing: neither units nor an amount": 1}


def test_a_note_that_two_files_have_counts_once_and_one_that_they_tell_otherwise_is_listed(tmp_path: Path) -> None:
    note, other = credit("MUG", 1, "8"), credit("MUG", 1, "7")
    once, _, _ = loaded(tmp_path, SALES + note, ITEM)
    twice, report, _ = loaded(tmp_path, SALES + note, ITEM, more=note)
    assert twice == once
    assert [str(row) for row in report.twice] == ["rows-2.csv:2: credit note CN1 is in rows-1.csv already, the same"]
    otherwise, report, _ = loaded(tmp_path, SALES + note, ITEM, more=other)
    assert otherwise == once
    assert [row.reason for row in report.bad] == ["credit note CN1 is in rows-1.csv already, with other lines"]


def test_a_row_of_a_note_with_another_partner_is_bad_and_the_rest_of_it_goes_on(tmp_path: Path) -> None:
    documents, report, _ = loaded(tmp_path, SALES + credit("MUG", 1, "8") + credit("TEA", 1, "2.50", shop="S2"), ITEM)
    assert [row.reason for row in report.bad] == ["credit note CN1 has another partner in line 7"]
    assert [one for one in documents if not isinstance(one, Order)] == [back("A", ("3", 1, "8"))]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("    sale: sale\n", ""), "to match by the sale, say which column is its number: sale"),
        (("line: {line: line, sku", "line: {sku"), "to match by line, line needs line"),
        (("by: line}", "by: guess}"), "match.by"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = MAPPING.format(match="match: {by: line}")
    assert change[0] in text
    (tmp_path / "mapping.yaml").write_text(text.replace(*change))
    with pytest.raises(MappingError, match=said):
        read_mapping(tmp_path / "mapping.yaml")
