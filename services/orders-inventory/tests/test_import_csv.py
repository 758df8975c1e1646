"""Importing CSV over HTTP: consecutive rows of one order are one document, and a broken row refuses its whole document."""

from typing import Any

import pytest
from channel_service.testing import Running
from orders_inventory.domain.order import ORDER, Order, status

from .requests import CSV, head, imported_file

COLUMNS = (
    "kind,source,external_id,partner_id,currency,warehouse,sales_rep,on,line_id,sku,quantity,unit_price,discount,"
    "confirmed_on,shipped_on,delivered_on,reason,reference,name"
)


def row(**cells: Any) -> str:
    return ",".join(str(cells.get(column, "")) for column in COLUMNS.split(","))


def order_row(number: str = "1", **cells: Any) -> str:
    given = {"partner_id": "p1", "currency": "CNY", "warehouse": "sh", "on": "2026-05-01", "sku": "A", "quantity": 1, "unit_price": "9.90"}
    return row(**({"kind": "order", "source": "shop", "external_id": number} | given | cells))


BEFORE = [
    COLUMNS,
    row(kind="warehouse", warehouse="sh", name="Shanghai"),
    row(kind="product", sku="A", name='"Pen, blue"'),
    row(kind="receipt", warehouse="sh", sku="A", quantity=50, reference="open", on="2026-04-30"),
]


async def imported(client: Running, *rows: str | bytes, end: bytes = b"\n") -> tuple[list[dict[str, Any]], dict[str, Any]]:
    return await imported_file(client, end.join(one if isinstance(one, bytes) else one.encode() for one in rows), CSV)


async def of(client: Running, number: str) -> Order:
    return await client.runtime.log.state(ORDER, f"shop:{number}")


async def test_rows_of_one_order_are_one_document(client: Running) -> None:
    rows, summary = await imported(
        client,
        *BEFORE,
        order_row("1", confirmed_on="2026-05-01", shipped_on="2026-05-02", delivered_on="2026-05-04"),
        order_row("1", confirmed_on="2026-05-01", shipped_on="2026-05-02", delivered_on="2026-05-04", quantity=3, discount="0.5"),
        order_row("2", line_id="x", sales_rep="林"),
        row(kind="cancellation", source="shop", external_id="2", on="2026-05-02", reason="mistake"),
        row(kind="return", source="shop", external_id="1", on="2026-05-05", reason="broken", line_id="1"),
        row(kind="return", source="shop", external_id="1", on="2026-05-05", reason="broken", line_id="2", quantity=1),
    )
    assert (rows, summary["rows"], summary["accepted"], summary["lines"]) == ([], 9, 7, 3)
    first, second = await of(client, "1"), await of(client, "2")
    assert [(one.placed.quantity, one.returned) for one in first.lines.values()] == [(1, 1), (3, 1)]
    assert (list(second.lines), status(second).value) == (["x"], "cancelled")


async def test_a_rerun_adds_nothing_also_with_a_byte_order_mark_and_other_line_ends(client: Running) -> None:
    await imported(client, *BEFORE, order_row())
    before = await head(client)
    rows, summary = await imported(client, "\ufeff" + BEFORE[0], *BEFORE[1:], order_row(), end=b"\r\n")
    assert ([one["result"] for one in rows], summary["repeated"], await head(client)) == (["repeated"] * 4, 4, before)


BROKEN: list[tuple[str | bytes, str, str | None]] = [
    (order_row("1", quantity="many"), "row_invalid", "shop:1"),
    (order_row("1", quantity=-1), "row_invalid", "shop:1"),
    (order_row("1", unit_price="NaN"), "row_invalid", "shop:1"),
    (order_row("1", reason="none of its columns"), "row_disagrees", "shop:1"),
    (order_row("1", currency="USD"), "row_disagrees", "shop:1"),
    ("order,shop,1", "row_malformed", "shop:1"),
    (b"order,shop,1,\xff", "row_malformed", "shop:1"),
    ('order,shop,1,"p1', "row_malformed", "shop:1"),
    ("x" * 1_048_577, "row_too_long", "shop:1"),
]


@pytest.mark.parametrize(("broken", "code", "id_"), BROKEN, ids=[str(one[0])[:30] for one in BROKEN])
async def test_an_order_with_a_broken_row_is_refused_whole_and_the_others_go_on(
    client: Running, broken: str | bytes, code: str, id_: str | None
) -> None:
    rows, summary = await imported(client, *BEFORE, order_row("0"), order_row("1"), broken, order_row("1"), order_row("2"))
    assert [(one["problem"], one["id"]) for one in rows] == [(code, id_)]
    assert rows[0]["row"] in (6, 7)
    assert (summary["accepted"], summary["refused"]) == (5, 1)
    assert (await of(client, "1")).placed is None
    assert (await of(client, "2")).placed is not None


async def test_a_row_that_cannot_be_read_between_two_orders_stands_for_itself(client: Running) -> None:
    rows, summary = await imported(client, *BEFORE, order_row("1"), "order", order_row("2"), b"\xff")
    assert [(one["row"], one["problem"]) for one in rows] == [(6, "row_malformed"), (8, "row_malformed")]
    assert (summary["rows"], summary["accepted"], summary["refused"]) == (7, 5, 2)


@pytest.mark.parametrize("kind", ["", "payment"])
async def test_a_row_of_no_known_kind_is_refused(client: Running, kind: str) -> None:
    rows, _ = await imported(client, COLUMNS, order_row(kind=kind))
    assert [(one["row"], one["problem"]) for one in rows] == [(2, "row_invalid")]


@pytest.mark.parametrize("header", ["source,external_id", "kind,colour", "kind,kind", b"kind,\xff", 'kind,"sku'])
async def test_a_header_that_is_not_understood_refuses_the_file(client: Running, header: str | bytes) -> None:
    rows, summary = await imported(client, header, "order,1", "order,2")
    assert [(one["row"], one["problem"]) for one in rows] == [
        (1, "row_malformed" if '"' in str(header) or header[-1:] == b"\xff" else "header_invalid")
    ]
    assert (summary["accepted"], await head(client)) == (0, 0)


async def test_an_order_of_more_lines_than_an_order_may_have_is_refused(client: Running) -> None:
    rows, summary = await imported(client, *BEFORE, *[order_row("1")] * 2005, order_row("2"))
    assert [(one["row"], one["problem"], one["id"]) for one in rows] == [(2005, "line_count_invalid", "shop:1")]
    assert (summary["rows"], summary["accepted"]) == (2009, 4)
