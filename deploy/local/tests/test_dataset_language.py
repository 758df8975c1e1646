"""What a mapping can say of prices, currencies and descriptions, and what is told of rows that are not taken."""

from decimal import Decimal
from pathlib import Path

import pytest
from qudao_local.demo.datasets import MappingError

from .test_dataset_load import MAPPING, SHOPS, bad, loaded, orders
from .test_dataset_taken_back import sale


def test_a_bad_row_of_an_order_that_is_loaded_is_told_apart_from_what_is_lost(tmp_path: Path) -> None:
    rows = sale() + "sale,A,S1,2025-01-02,TEA,x,10,,\nsale,B,S1,2025-01-02,TEA,x,10,,\nreturn,A,S1,2025-02-01,TEA,1,,,\n"
    rows += "sale,A,S9,2025-01-02,TEA,1,10,,\nsale,A,S1,2025-01-02,TEA,2\n"
    _, report = loaded(tmp_path, rows)
    assert sorted(row.line for row in report.lessened) == [4, 6, 7]
    assert sorted(row.line for row in report.lost) == [5, 8]


def with_line(line: str) -> str:
    return MAPPING.replace('line: {sku: sku, quantity: qty, unit_price: price, discount: "= number(price) * number(qty) / 10"}', line)


def test_a_line_total_instead_of_a_price_makes_the_same_money(tmp_path: Path) -> None:
    rows = "sale,A,S1,2025-01-02,TEA,4,10.00,,\nsale,A,S1,2025-01-02,MUG,3,10.00,,\nsale,A,S1,2025-01-02,POT,7,0,,\n"
    mapping = with_line("line: {sku: sku, quantity: qty, total: price}")
    scenario, report = loaded(tmp_path, rows, mapping=mapping)
    tea, mug, pot = orders(scenario)["A"].lines
    assert (tea.unit_price, tea.discount) == (Decimal("2.5"), Decimal(0))
    assert (mug.unit_price, mug.discount) == (Decimal("3.3334"), Decimal("0.0002"))
    assert (pot.unit_price, pot.discount) == (Decimal(0), Decimal(0))
    assert mug.quantity * mug.unit_price - mug.discount == Decimal(10)
    assert report.rounding == (1, Decimal("0.0002"))
    with pytest.raises(MappingError, match="give either unit_price or total"):
        loaded(tmp_path, rows, mapping=with_line("line: {sku: sku, quantity: qty}"))
    _, report = loaded(tmp_path, rows + "sale,A,S1,2025-01-02,TEA,1,-1,,\n", mapping=mapping)
    assert bad(report) == ["rows.csv:5: line.total: -1 is negative"]


@pytest.mark.parametrize(("keep", "name"), [("first", "One"), ("last", "Uno")])
def test_of_two_descriptions_the_mapping_says_which_holds(keep: str, name: str, tmp_path: Path) -> None:
    shops = SHOPS.replace("S2,Two", "S1,Uno").replace(",S1\n", ",\n")
    mapping = MAPPING.replace("{from: shops, partner: shop", f"{{from: shops, keep: {keep}, partner: shop")
    mapping = mapping.replace("join: {shop: {file: shops, on: shop}}", "join: {}").replace("sales_rep: shop.rep", "sales_rep: shop")
    mapping = mapping.replace("shops.csv, key: shop", "shops.csv")
    scenario, report = loaded(tmp_path, sale(), shops, mapping)
    assert [partner.name for partner in scenario.partners] == [name]
    assert bad(report) == []
    assert [str(row) for row in report.twice] == [f"shops.csv:3: partner S1 is there already with other facts; the {keep} one holds"]


def test_an_order_may_have_a_currency_of_its_own(tmp_path: Path) -> None:
    mapping = MAPPING.replace("  sales_rep: shop.rep", "  currency: {column: delivered, default: EUR}").replace(
        "  delivered_on: delivered\n", ""
    )
    scenario, _ = loaded(tmp_path, "sale,A,S1,2025-01-02,TEA,1,1,,USD\nsale,B,S1,2025-01-02,TEA,1,1,,\n", mapping=mapping)
    assert {key: order.currency for key, order in orders(scenario).items()} == {"A": "USD", "B": "EUR"}
