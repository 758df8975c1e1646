"""Importing NDJSON over HTTP: good rows go on, refused rows say why, a rerun adds nothing."""

import json
from typing import Any

import pytest
from channel_service.importing.ndjson import NdjsonReader  # import-rule: what cannot be seen over HTTP
from channel_service.importing.rows import RefusedRow, Row  # import-rule: what cannot be seen over HTTP
from channel_service.testing import Running
from orders_inventory.api.imports import SETS
from orders_inventory.domain.order import ORDER, Order, status
from orders_inventory.domain.order.commands import MAX_LINES
from orders_inventory.domain.stock import STOCK, StockItem

from .requests import NDJSON, done, head, imported, imported_file, line, order, stocked

PRODUCTS: list[dict[str, Any]] = [
    {"kind": "warehouse", "warehouse": "sh", "name": "Shanghai"},
    {"kind": "product", "sku": "A", "name": "Pen", "category": "Writing"},
    {"kind": "receipt", "warehouse": "sh", "sku": "A", "quantity": 10, "reference": "open", "on": "2026-04-30"},
]
HISTORY: dict[str, Any] = {"confirmed_on": "2026-05-01", "shipped_on": "2026-05-02", "delivered_on": "2026-05-04"}


def document(number: str = "1001", **changes: Any) -> dict[str, Any]:
    return {"kind": "order"} | order(external_id=number) | changes


def taking_back(kind: str, number: str = "1001", **changes: Any) -> dict[str, Any]:
    return {"kind": kind, "source": "shop", "external_id": number, "on": "2026-05-05", "reason": "broken"} | changes


async def item(client: Running) -> tuple[int, int]:
    state: StockItem = (await client.runtime.log.state(STOCK, "sh"))["A"]
    return state.on_hand, state.reserved


async def status_of(client: Running, number: str = "1001") -> str:
    state: Order = await client.runtime.log.state(ORDER, f"shop:{number}")
    return status(state).value


def test_a_row_of_the_longest_order_is_read_and_a_longer_one_is_not_parsed() -> None:
    """Parsing holds everybody else up: of 12,000 lines for 19 ms."""
    each = {"sku": "A", "quantity": 1, "unit_price": "1.00"}
    whole = each | {"line_id": "1", "discount": "0.10", "currency": "CNY"}
    longest, longer = document(lines=[whole] * MAX_LINES), document(lines=[each] * 12_000)
    reader = NdjsonReader(next(one for one in SETS if one.name == "orders"))
    read = list(reader.feed(b"".join(json.dumps(one).encode() + b"\n" for one in (longest, longer))))
    [row, refused] = [one for one in read if one is not None]
    assert isinstance(row, Row)
    assert len(row.command.lines) == MAX_LINES
    assert isinstance(refused, RefusedRow)
    assert refused.code == "too_many_values"


async def test_a_file_brings_products_stock_and_orders_with_what_happened_to_them(client: Running) -> None:
    file = [
        *PRODUCTS,
        document("1", lines=[line(), line(unit_price=3, discount="0.5")], history=HISTORY),
        document("2", history={"confirmed_on": "2026-05-01"}),
        document("3"),
        taking_back("cancellation", "3"),
        taking_back("return", "1", lines=[{"line_id": "2", "quantity": 1}]),
    ]
    rows, summary = await imported(client, *file)
    assert rows == []
    assert {name: summary[name] for name in ("rows", "accepted", "repeated", "refused", "lines", "by_problem", "stopped")} == {
        "rows": 8,
        "accepted": 8,
        "repeated": 0,
        "refused": 0,
        "lines": 4,
        "by_problem": {},
        "stopped": None,
    }
    assert [await status_of(client, n) for n in "123"] == ["partially_returned", "confirmed", "cancelled"]
    assert await item(client) == (7, 2)
    placed = (await client.runtime.log.stream(ORDER, "shop:1"))[0]
    assert (placed.data.imported, placed.occurred_on) == (True, placed.data.occurred_on)


async def test_a_rerun_adds_nothing(client: Running) -> None:
    file = [*PRODUCTS, document(history=HISTORY), taking_back("return", lines=[{"line_id": "1", "quantity": 1}])]
    await imported(client, *file)
    before = await head(client)
    rows, summary = await imported(client, *file)
    assert [(row["row"], row["result"]) for row in rows] == [(n, "repeated") for n in range(1, 6)]
    assert (summary["accepted"], summary["repeated"], await head(client)) == (0, 5, before)


async def test_the_formatting_of_a_row_does_not_make_it_another(client: Running) -> None:
    await imported(client, *PRODUCTS, document())
    spaced = json.dumps(dict(reversed(document().items())), indent=None, separators=(" , ", " : ")).encode()
    rows, _ = await imported(client, spaced)
    assert rows == [{"row": 1, "result": "repeated", "id": "shop:1001"}]


async def test_the_same_number_with_another_body_is_a_conflict(client: Running) -> None:
    await imported(client, *PRODUCTS, document())
    before = await head(client)
    rows, summary = await imported(
        client, document(lines=[line(quantity=3)]), PRODUCTS[2] | {"quantity": 11}, document(lines=[line(quantity=3)])
    )
    assert [(row["row"], row["result"], row["problem"]) for row in rows] == [(n, "refused", "import_conflict") for n in (1, 2, 3)]
    assert (summary["by_problem"], await head(client)) == ({"import_conflict": 3}, before)


async def test_an_order_that_was_placed_directly_is_known(client: Running) -> None:
    await stocked(client)
    await done(client, "/v1/orders", order())
    before = await head(client)
    rows, _ = await imported(client, document(lines=[line(quantity=3)]), document())
    assert [(row["result"], row.get("problem")) for row in rows] == [("refused", "order_exists"), ("repeated", None)]
    rows, _ = await imported(client, document("1001", sales_rep="lin"))
    assert rows[0]["problem"] == "import_conflict"
    await done(client, "/v1/orders", order(external_id="7"))
    rows, _ = await imported(client, document("7", history=HISTORY))
    assert rows[0]["problem"] == "order_exists"
    assert await head(client) == before + 2


BAD_ROWS: list[tuple[Any, str]] = [
    (b"{", "malformed_json"),
    (b'{"kind": "order"', "malformed_json"),
    (b"\xff\xfe", "malformed_json"),
    (b'{"kind": "order", "source": "\xff"}', "malformed_json"),
    (b"[" * 10_000 + b"]" * 10_000, "body_too_deep"),
    (b'{"kind": "order", "lines": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "body_too_deep"),
    (b'{"kind": "order", "source": "\\ud800"}', "malformed_json"),
    (b"x" * 1_048_577, "row_too_long"),
    (b"7", "row_invalid"),
    ({"kind": "payment"}, "row_invalid"),
    (document(colour="red"), "row_invalid"),
    (document(lines=[line(colour="red")]), "row_invalid"),
    (document(on="yesterday"), "row_invalid"),
    (document(on=None), "row_invalid"),
    (document(lines=[line(quantity="2")]), "row_invalid"),
    (document(lines=[line(quantity=1.5)]), "row_invalid"),
    (document(lines=[line(quantity=0)]), "row_invalid"),
    (document(lines=[line(quantity=-1)]), "row_invalid"),
    (document(lines=[line(unit_price="-1")]), "row_invalid"),
    (document(lines=[line(unit_price="NaN")]), "row_invalid"),
    (json.dumps(document(lines=[line(unit_price=float("nan"))])).encode(), "malformed_json"),
    (document(lines=[line(unit_price="Infinity")]), "row_invalid"),
    (document(lines=[line(unit_price="1e5")]), "row_invalid"),
    (document(lines=[line(discount="20")]), "discount_invalid"),
    (document(lines=[line(currency="USD")]), "currency_mismatch"),
    (document(lines=[]), "row_invalid"),
    (document(lines=[line()] * 2001), "row_invalid"),
    (document(currency="RMB"), "currency_invalid"),
    (document(source="Shop"), "source_invalid"),
    (document(external_id="a/b"), "external_id_invalid"),
    (document(external_id="\x00"), "malformed_json"),
    (document(sales_rep="\x00"), "malformed_json"),
    (document(partner_id="\x00"), "malformed_json"),
    (document(lines=[line(sku="\x00")]), "malformed_json"),
    (document(partner_id="nobody"), "partner_unknown"),
    (document(partner_id="p3"), "partner_not_active"),
    (document(warehouse="bj"), "warehouse_unknown"),
    (document(lines=[line(sku="C")]), "product_unknown"),
    (document(lines=[line(quantity=11)]), "stock_insufficient"),
    (document(history=HISTORY | {"shipped_on": "2026-04-30"}), "date_before_order"),
    (document(history={"shipped_on": "2026-05-02"}), "order_not_confirmed"),
    (document(history={"delivered_on": "2026-05-02"}), "nothing_to_deliver"),
    (document(history=HISTORY | {"shipped_on": "2026-05-01", "confirmed_on": "2026-05-02"}), "date_before_step"),
    (document(history=HISTORY | {"delivered_on": "2026-05-01"}), "date_before_step"),
    (document(on="9999-12-31"), "date_implausible"),
    (document(on="0001-01-01"), "date_implausible"),
    (document(history={"confirmed_on": "9999-12-31"}), "date_implausible"),
    (PRODUCTS[2] | {"reference": "x", "on": "1969-12-31"}, "date_implausible"),
    ({"kind": "count", "warehouse": "sh", "sku": "A", "counted": 1, "on": "9999-12-31"}, "date_implausible"),
    (taking_back("cancellation", "404"), "order_unknown"),
    (taking_back("return", "404"), "order_unknown"),
    (taking_back("return", "404", reason=""), "row_invalid"),
    (PRODUCTS[2] | {"reference": "x", "quantity": -1}, "row_invalid"),
    (PRODUCTS[2] | {"reference": None}, "row_invalid"),
    (PRODUCTS[2] | {"reference": "\x00"}, "malformed_json"),
    (PRODUCTS[2] | {"sku": "\x00"}, "malformed_json"),
    (PRODUCTS[2] | {"warehouse": "\x00"}, "malformed_json"),
    (taking_back("return", "404\x00"), "malformed_json"),
    (PRODUCTS[2] | {"reference": "x", "sku": "C"}, "product_unknown"),
    ({"kind": "product", "sku": " a b", "name": "x"}, "sku_invalid"),
    ({"kind": "warehouse", "warehouse": "a/b", "name": "x"}, "warehouse_invalid"),
]


@pytest.mark.parametrize("dry_run", [False, True])
async def test_each_broken_row_is_refused_with_its_reason_and_the_good_ones_go_on(client: Running, dry_run: bool) -> None:
    await imported(client, *PRODUCTS)
    before = await head(client)
    good = [document(str(n), lines=[line(quantity=1)]) for n in range(2)]
    rows, summary = await imported(client, good[0], *(bad for bad, _ in BAD_ROWS), good[1], dry_run=dry_run)
    found = {row["row"]: row["problem"] for row in rows}
    assert [found[n] for n in range(2, len(BAD_ROWS) + 2)] == [code for _, code in BAD_ROWS]
    assert all(row["result"] == "refused" for row in rows)
    assert (summary["rows"], summary["accepted"], summary["refused"]) == (len(BAD_ROWS) + 2, 2, len(BAD_ROWS))
    assert sum(summary["by_problem"].values()) == len(BAD_ROWS)
    assert await head(client) == before + (0 if dry_run else 4)


async def test_every_code_of_a_refused_row_has_its_text(client: Running) -> None:
    codes = (await client.get("/openapi.json")).json()["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert {code for _, code in BAD_ROWS} | {"import_conflict"} <= set(codes)


async def test_an_imported_order_of_a_suspended_partner_is_accepted_and_flagged(client: Running) -> None:
    rows, _ = await imported(client, *PRODUCTS, document(partner_id="p2"))
    assert rows == []
    assert (await client.get("/v1/orders/shop:1001")).json()["flags"] == ["partner_suspended"]


async def test_a_row_sees_what_the_rows_before_it_did(client: Running) -> None:
    file = [
        *PRODUCTS,
        document("1", lines=[line(quantity=10)]),
        document("2", lines=[line(quantity=1)]),
        taking_back("cancellation", "1"),
        document("3", lines=[line(quantity=10)]),
        taking_back("cancellation", "3", reference="a", lines=[{"line_id": "1", "quantity": 4}]),
        taking_back("cancellation", "3", reference="b"),
        PRODUCTS[2] | {"reference": "late", "quantity": 5},
        document("4", lines=[line(quantity=15)], history=HISTORY),
        taking_back("return", "4"),
        document("5", lines=[line(quantity=15)]),
    ]
    for dry_run in (True, False):
        rows, summary = await imported(client, *file, dry_run=dry_run)
        assert [(row["row"], row["id"], row["problem"]) for row in rows] == [(5, "shop:2", "stock_insufficient")]
        assert summary["accepted"] == len(file) - 1
    assert await item(client) == (15, 15)


async def test_many_orders_in_flight_are_decided_in_the_file_s_order(client: Running) -> None:
    file = [*PRODUCTS, *(document(str(n), lines=[line(quantity=1)]) for n in range(600))]
    rows, summary = await imported(client, *file)
    assert [row["row"] for row in rows] == list(range(14, 604))
    assert (summary["accepted"], summary["by_problem"]) == (13, {"stock_insufficient": 590})
    assert await item(client) == (10, 10)


async def test_a_dry_run_says_what_a_run_would_and_writes_nothing(client: Running) -> None:
    await imported(client, *PRODUCTS, document("1"))
    before = await head(client)
    file = [*PRODUCTS, document("1"), document("1", sales_rep="lin"), document("2"), document("2"), document("3", lines=[line(quantity=7)])]
    rehearsed = await imported(client, *file, dry_run=True)
    assert await head(client) == before
    assert [(row["row"], row["result"], row.get("problem")) for row in rehearsed[0]] == [
        (1, "repeated", None),
        (2, "repeated", None),
        (3, "repeated", None),
        (4, "repeated", None),
        (5, "refused", "import_conflict"),
        (7, "repeated", None),
        (8, "refused", "stock_insufficient"),
    ]
    assert await imported(client, *file) == rehearsed


async def test_rows_come_in_pieces_of_any_size_and_end_in_any_way(client: Running) -> None:
    body = b"\xef\xbb\xbf" + b"\r\n\r\n".join(json.dumps(one).encode() for one in (*PRODUCTS, document(sales_rep="林")))

    async def pieces(size: int) -> Any:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    for size in (1, 7, 100_000):
        rows, summary = await imported_file(client, pieces(size), NDJSON)
        assert (summary["rows"], summary["refused"]) == (4, 0)
        assert [row["row"] for row in rows] in ([], [1, 3, 5, 7])


async def test_an_empty_file_is_an_import_of_nothing(client: Running) -> None:
    for body in (b"", b"\n\n"):
        rows, summary = await imported_file(client, body, NDJSON)
        assert (rows, summary["rows"], summary["accepted"]) == ([], 0, 0)


async def test_progress_is_told(client: Running) -> None:
    body = b"\n".join([json.dumps(PRODUCTS[0]).encode()] * 2500)
    answer = await client.post("/v1/imports/orders", content=body, headers=NDJSON)
    told = [one["progress"]["repeated"] for one in map(json.loads, answer.text.splitlines()) if "progress" in one]
    assert told == [999, 1999]


@pytest.mark.parametrize("headers", [{}, {"content-type": "application/json"}])
async def test_a_file_of_another_kind_is_refused(client: Running, headers: dict[str, str]) -> None:
    answer = await client.post("/v1/imports/orders", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_unsupported")
