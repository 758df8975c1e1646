"""Importing products, prices and stock: what a second, altered file does."""

from typing import Any

import pytest
from channel_service import Role
from channel_service.testing import Running
from orders_inventory.domain.price import PRICE
from orders_inventory.domain.stock import STOCK

from .requests import CSV, done, head, imported, imported_file, order, stocked

RECEIPT: dict[str, Any] = {"kind": "receipt", "warehouse": "sh", "sku": "A", "quantity": 10, "reference": "d1", "on": "2026-04-30"}
PRICE_ROW: dict[str, Any] = {"price_list": "r", "currency": "CNY", "sku": "A", "unit_price": 1, "valid_from": "2026-01-01"}
COUNT: dict[str, Any] = {"kind": "count", "warehouse": "sh", "sku": "A", "counted": 13, "on": "2026-05-31"}


def outcomes(rows: list[dict[str, Any]]) -> list[tuple[int, str, str | None]]:
    return [(row["row"], row["result"], row.get("problem")) for row in rows]


async def test_a_product_described_otherwise_is_a_change(client: Running) -> None:
    pen, box = {"sku": "A", "name": "Pen"}, {"sku": "B", "name": "Box"}
    await imported(client, pen, box, what="products")
    for dry_run in (True, False):
        rows, summary = await imported(client, pen | {"name": "Gel pen"}, box, what="products", dry_run=dry_run)
        assert outcomes(rows) == [(1, "changed", None), (2, "repeated", None)]
        assert (summary["accepted"], summary["changed"], summary["repeated"]) == (1, 1, 1)


async def test_prices_are_imported_and_a_row_for_the_same_day_replaces(client: Running) -> None:
    await stocked(client)
    sheet = "sku,price_list,currency,valid_from,unit_price\n"
    sheet += "A,retail,CNY,2026-01-01,3.50\nA,retail,CNY,2026-03-01,4\nB,retail,CNY,2026-01-01,9\n"
    rows, summary = await imported_file(client, sheet.encode(), CSV, what="prices")
    assert (rows, summary["accepted"], summary["changed"]) == ([], 3, 0)
    before = await head(client)
    rows, _ = await imported_file(client, sheet.replace("3.50", "3.5").encode(), CSV, what="prices")
    assert (outcomes(rows), await head(client)) == ([(n, "repeated", None) for n in (2, 3, 4)], before)
    rows, _ = await imported_file(client, sheet.replace("3.50", "3.60").encode(), CSV, what="prices")
    assert outcomes(rows)[0] == (2, "changed", None)
    prices = await client.runtime.log.state(PRICE, "retail/CNY/A")
    assert {str(day): str(price) for day, price in prices.items()} == {"2026-01-01": "3.60", "2026-03-01": "4"}


async def test_what_was_counted_adjusts_what_is_known(client: Running) -> None:
    await stocked(client, A=10, B=5)
    file = [RECEIPT, COUNT, COUNT | {"sku": "B", "counted": 5}, COUNT | {"reference": "again", "counted": 21, "reason": "found"}]
    rows, summary = await imported(client, *file, what="stock")
    # B agrees with what is known: nothing to adjust.
    assert (outcomes(rows), summary["accepted"]) == ([(3, "repeated", None)], 3)
    adjusted = [event.data for event in await client.runtime.log.stream(STOCK, "sh") if event.type == "stock_adjusted"]
    assert [(one.counted, one.difference, one.reason) for one in adjusted] == [(13, -7, "stock count"), (21, 8, "found")]
    before = await head(client)
    rows, _ = await imported(client, *file, COUNT | {"counted": 12}, RECEIPT | {"quantity": 11}, what="stock")
    assert [row["result"] for row in rows] == ["repeated"] * 4 + ["refused"] * 2
    assert {row["problem"] for row in rows[4:]} == {"import_conflict"}
    assert await head(client) == before


BAD: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("stock", COUNT | {"counted": -1}, "row_invalid", "counted"),
    ("stock", COUNT | {"counted": "many"}, "row_invalid", "counted"),
    ("stock", COUNT | {"counted": 1}, "count_below_reserved", None),
    ("stock", COUNT | {"sku": "C"}, "product_unknown", "sku"),
    ("stock", COUNT | {"warehouse": "bj"}, "warehouse_unknown", "warehouse"),
    ("stock", COUNT | {"reason": ""}, "row_invalid", "reason"),
    ("stock", COUNT | {"on": "9999-12-31"}, "date_implausible", "on"),
    ("prices", PRICE_ROW | {"valid_from": "9999-12-31"}, "date_implausible", "valid_from"),
    ("stock", RECEIPT | {"quantity": 0}, "row_invalid", "quantity"),
    ("stock", {"sku": "A"}, "row_invalid", "kind"),
    ("stock", {"kind": "order"}, "row_invalid", "kind"),
    ("prices", {"sku": "A"}, "row_invalid", "valid_from"),
    (
        "prices",
        {"price_list": "r/1", "currency": "CNY", "sku": "A", "unit_price": 1, "valid_from": "2026-01-01"},
        "price_list_invalid",
        "price_list",
    ),
    (
        "prices",
        {"price_list": "r", "currency": "X", "sku": "A", "unit_price": 1, "valid_from": "2026-01-01"},
        "currency_invalid",
        "currency",
    ),
    (
        "prices",
        {"price_list": "r", "currency": "CNY", "sku": "A", "unit_price": -1, "valid_from": "2026-01-01"},
        "row_invalid",
        "unit_price",
    ),
    (
        "prices",
        {"price_list": "r", "currency": "CNY", "sku": "A", "unit_price": True, "valid_from": "2026-01-01"},
        "row_invalid",
        "unit_price",
    ),
    ("prices", PRICE_ROW | {"valid_from": "soon"}, "row_invalid", "valid_from"),
    ("prices", PRICE_ROW | {"sku": "Z"}, "product_unknown", "sku"),
    ("products", {"sku": "A"}, "row_invalid", "name"),
    ("products", {"sku": " A/B", "name": "x"}, "sku_invalid", "sku"),
]


@pytest.mark.parametrize("dry_run", [False, True])
async def test_each_broken_row_is_refused_with_field_and_text(client: Running, dry_run: bool) -> None:
    await stocked(client)
    await done(client, "/v1/orders", order())
    before = await head(client)
    for what in ("stock", "prices", "products"):
        bad = [(row, code, field) for set_, row, code, field in BAD if set_ == what]
        rows, _ = await imported(client, *(row for row, _, _ in bad), what=what, dry_run=dry_run)
        assert [(row["problem"], row["field"]) for row in rows] == [(code, field) for _, code, field in bad]
        assert all(len(row["detail"]) > 20 and "?" not in row["detail"].replace("? %", "") for row in rows)
    assert await head(client) == before


async def test_a_file_that_a_colleague_imports_again_adds_nothing(client: Running) -> None:
    await stocked(client)
    await imported(client, RECEIPT, what="stock")
    before = await head(client)
    rows, _ = await imported(client.as_(Role.OPS), RECEIPT, what="stock")
    assert (outcomes(rows), await head(client)) == ([(1, "repeated", None)], before)
    (event,) = [one for one in await client.runtime.log.stream(STOCK, "sh") if getattr(one.data, "reference", None) == "d1"]
    assert event.actor != "qudao/import"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.FINANCE, Role.PARTNER])
async def test_who_may_not_change_things_may_not_import(client: Running, role: Role) -> None:
    caller = client.as_(role, partner_id="p1") if role is Role.PARTNER else client.as_(role)
    answer = await caller.post("/v1/imports/stock", content=b"{}", headers={"content-type": "application/x-ndjson"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
