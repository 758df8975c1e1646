"""A wrong mapping is refused with the place and what is allowed there; expressions do arithmetic and nothing else."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from qudao_local.demo.datasets import MappingError, find_mapping, read_mapping
from qudao_local.demo.datasets.convert import count, day_reader, number_reader
from qudao_local.demo.datasets.expression import Expression
from qudao_local.demo.datasets.find import MAPPINGS
from qudao_local.demo.datasets.mapping import Dates, Numbers
from qudao_local.demo.datasets.report import BadValue

GOOD: dict[str, Any] = {
    "name": "tiny",
    "currency": "EUR",
    "zone": "Europe/Berlin",
    "files": {"orders": {"path": "orders.csv"}},
    "territories": [{"from": "orders", "territory": "country", "name": "country"}],
    "partners": {"from": "orders", "partner": "p", "name": "p", "channel_type": {"constant": "store"}, "territory": "country"},
    "products": {"from": "orders", "sku": "sku", "name": "sku"},
    "warehouses": [{"warehouse": "main", "name": "Main"}],
    "orders": {
        "from": "orders",
        "order": "order",
        "partner": "p",
        "on": "day",
        "warehouse": {"constant": "main"},
        "line": {"sku": "sku", "quantity": "qty", "unit_price": "price"},
    },
}


def changed(**places: Any) -> dict[str, Any]:
    """The good mapping with values at places such as ``orders__line__sku``; ``...`` removes."""
    mapping: dict[str, Any] = yaml.safe_load(yaml.safe_dump(GOOD))
    for place, value in places.items():
        *path, last = place.split("__")
        here: Any = mapping
        for part in path:
            here = here[int(part)] if part.isdigit() else here[part]
        if value is ...:
            del here[last]
        else:
            here[last] = value
    return mapping


def refusal(tmp_path: Path, mapping: object) -> str:
    path = tmp_path / "tiny.yaml"
    path.write_text(mapping if isinstance(mapping, str) else yaml.safe_dump(mapping))
    with pytest.raises(MappingError) as refused:
        read_mapping(path)
    return str(refused.value)


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_mappings_of_the_repository_are_valid(path: Path) -> None:
    assert read_mapping(path).name == path.stem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"orders__line__qty": "qty"}, "orders.line.qty: is not known here; allowed are line, sku, quantity, unit_price, total, discount"),
        ({"orders__lines": []}, "orders.lines: is not known here; allowed are from, join, where, order"),
        ({"orders__line__sku": ...}, "orders.line.sku: is missing"),
        ({"currency": "Euro"}, "currency: String should match pattern '^[A-Z]{3}$', got 'Euro'"),
        ({"zone": "Mars/Olympus"}, "zone: no such time zone: Mars/Olympus; for instance Asia/Shanghai"),
        ({"name": "Tiny Shop"}, "name: String should match pattern"),
        ({"files__orders__path": "../secret.csv"}, "files.orders.path: must lie inside the data set's folder"),
        ({"files__orders__encoding": "utf-9"}, "files.orders.encoding: no such encoding: utf-9"),
        ({"files__orders__compression": "rar"}, "files.orders.compression: Input should be 'none', 'gzip' or 'zip', got 'rar'"),
        ({"orders__from": "sales"}, "no file is called 'sales'; the files are orders"),
        ({"orders__join": {"x": {"file": "orders", "on": "order"}}}, "to be joined, the file 'orders' needs a `key`"),
        ({"orders__on": {"column": "day", "constant": "x"}}, "orders.on: give exactly one of column, constant, expression"),
        ({"orders__kinds": [{"kind": "refund"}]}, "orders.kinds.0.kind: Input should be 'order_line', 'cancellation', 'return'"),
        ({"orders__kinds": [{"kind": "ignored"}]}, "orders.kinds.0: a row of kind ignored needs a reason"),
        ({"orders__kinds": [{"kind": "order_line"}, {"kind": "order_line"}]}, "so the kinds after it are never reached"),
        ({"numbers": {"decimal": ",", "thousands": ","}}, "numbers: decimal and thousands must differ"),
        ({"opening_stock": "some"}, "opening_stock: Input should be 'all_ordered' or 'none', got 'some'"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    refused = refusal(tmp_path, changed(**change))
    assert said in refused
    assert refused.startswith("tiny.yaml: ")


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, changed(currency="x", zone="y")).splitlines()) == 2


def test_a_file_that_is_no_yaml_or_no_mapping_is_refused(tmp_path: Path) -> None:
    assert "is not YAML" in refusal(tmp_path, "a: [")
    assert "valid dictionary" in refusal(tmp_path, "just text")
    with pytest.raises(MappingError, match="cannot be read"):
        read_mapping(tmp_path / "none.yaml")


def test_a_mapping_is_found_by_name_in_the_folder_or_in_the_repository(tmp_path: Path) -> None:
    data = tmp_path / "adventureworks"
    data.mkdir()
    assert find_mapping(data) == MAPPINGS / "adventureworks.yaml"
    (data / "mapping.yaml").touch()
    assert find_mapping(data) == data / "mapping.yaml"
    assert find_mapping(data, tmp_path / "other.yaml") == tmp_path / "other.yaml"
    with pytest.raises(MappingError, match="no such folder of data"):
        find_mapping(tmp_path / "absent")
    (tmp_path / "unknown").mkdir()
    with pytest.raises(MappingError, match=r"Known data sets: adventureworks, northwind"):
        find_mapping(tmp_path / "unknown")


def work_out(source: str, **cells: str) -> object:
    return Expression(source, "orders.x", number_reader(Numbers()))(cells)


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("number(price) * number(qty)", Decimal("59.97")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("number(qty) / 2", Decimal("1.5")),
        ("-number(price)", Decimal("-19.99")),
        ("round(number(price) * 0.5, 1)", Decimal("10.0")),
        ("round(2.5)", Decimal(2)),
        ("number(empty, 0) + 1", Decimal(1)),
        ("slug('United Kingdom & Co.')", "united-kingdom-co"),
        ("first(empty, name)", "Tea"),
        ("upper(name) + '-' + lower(name)", "TEA-tea"),
        ("'big' if number(qty) > 2 else 'small'", "big"),
        ("one_of(name, 'Tea', 'Mug') and not empty", True),
        ("'e' in name", True),
        ("part('SO-2025-17', 4, 7)", "2025"),
        ("part('ABC', 2)", "BC"),
        ("part('ABC', 9)", ""),
        ("split('a; b; c', ';', 2)", "b"),
        ("split('a;b;c', ';', -1)", "c"),
        ("split('a;b', ';', 3) + split('a;b', ';', 0)", ""),
        ("before('SKU-7/red', '/') + '|' + after('SKU-7/red', '/')", "SKU-7|red"),
        ("before('plain', '/') + '|' + after('plain', '/')", "plain|"),
        ("contains(name, 'ea') and not contains(name, 'x')", True),
        ("name + ' no. ' + qty", "Tea no. 3"),
        ("min(number(qty), 2) + max(1, 0) + abs(-1)", Decimal(4)),
    ],
)
def test_an_expression_gives(source: str, result: object) -> None:
    found = work_out(source, price="19.99", qty="3", name="Tea", empty="")
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    "source",
    [
        "name.__class__.__bases__",
        "().__class__",
        "name.upper()",
        "__import__('os')",
        "open('x')",
        "[x for x in name]",
        "lambda: 1",
        "name[0]",
        "f'{name}'",
        "2 ** 99999999",
        "'a' * 3 << 2",
        "{'a': 1}",
        "slug(text='x')",
        "slug(*name)",
        "(x := 1)",
        "b'x'",
        "1j",
        "x = 1",
        "",
        "(" * 400 + ")" * 400,
        "1" + "+1" * 300,
    ],
)
def test_an_expression_that_could_do_more_is_refused(source: str) -> None:
    with pytest.raises(MappingError, match=r"orders\.x: "):
        Expression(source, "orders.x", number_reader(Numbers()))


@pytest.mark.parametrize(
    "source",
    [
        "number(name)",
        "number(empty)",
        "1 / number(zero)",
        "name - 1",
        "name < 1",
        "'a' * 1000000",
        "round(1, 99999)",
        "slug(1)",
        "part(name, 0)",
        "part(name, 1.5)",
        "split(name, '', 1)",
    ],
)
def test_a_row_that_does_not_fit_the_expression_is_bad(source: str) -> None:
    with pytest.raises(BadValue):
        work_out(source, name="Tea", empty="", zero="0")


def test_columns_of_joins_and_with_odd_names_can_be_read() -> None:
    expression = Expression(
        "number(order.Qty) * number(col('Unit Price')) + number(col('order.Extra Cost'))", "x", number_reader(Numbers())
    )
    assert expression.columns == {"order.Qty", "Unit Price", "order.Extra Cost"}
    assert expression({"order.Qty": "2", "Unit Price": "1.50", "order.Extra Cost": "0.25"}) == Decimal("3.25")


@pytest.mark.parametrize(
    ("style", "text", "value"),
    [
        (Numbers(), "1234.50", "1234.50"),
        (Numbers(), ".5", "0.5"),
        (Numbers(), "-3", "-3"),
        (Numbers(decimal=",", thousands="."), "1.234,50", "1234.50"),
        (Numbers(thousands=","), "1,234,567", "1234567"),
        (Numbers(thousands="'"), "1234.5", "1234.5"),
    ],
)
def test_numbers_are_read_in_their_style(style: Numbers, text: str, value: str) -> None:
    assert number_reader(style)(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "-", "1e5", "NaN", "1,234", "12 EUR", "1.2.3", "9" * 29, "٣"])
def test_what_is_no_number_is_bad(text: str) -> None:
    with pytest.raises(BadValue):
        number_reader(Numbers())(text)


def test_thousands_stand_where_they_belong() -> None:
    with pytest.raises(BadValue):
        number_reader(Numbers(decimal=",", thousands="."))("1.5")


def test_a_count_is_whole() -> None:
    assert count(Decimal("3.0")) == 3
    with pytest.raises(BadValue, match=r"3\.5 is not a whole number"):
        count(Decimal("3.5"))


@pytest.mark.parametrize(
    ("style", "text", "day"),
    [
        (Dates(), "2025-02-03", "2025-02-03"),
        (Dates(), "2025-02-03 23:30:00", "2025-02-03"),
        (Dates(), "2025-02-03T23:30:00Z", "2025-02-04"),
        (Dates(zone="UTC"), "2025-02-03T23:30:00", "2025-02-04"),
        (Dates(format="%d.%m.%Y"), "03.02.2025", "2025-02-03"),
        (Dates(format="%m/%d/%y %H:%M", zone="America/New_York"), "02/03/25 18:00", "2025-02-04"),
    ],
)
def test_a_time_becomes_the_day_it_is_in_the_brands_zone(style: Dates, text: str, day: str) -> None:
    assert day_reader(style, "Europe/Berlin")(text, None).isoformat() == day


@pytest.mark.parametrize("text", ["2025-02-30", "03.02.2025", "yesterday"])
def test_what_is_no_date_is_bad(text: str) -> None:
    with pytest.raises(BadValue, match="is not a date of the form iso"):
        day_reader(Dates(), "Europe/Berlin")(text, None)
