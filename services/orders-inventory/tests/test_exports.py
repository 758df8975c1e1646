"""Every list as NDJSON, CSV and Parquet: the same rows as over HTTP, page by page."""

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from channel_service.testing import Running

from .requests import done, line, order, stocked
from .test_lists_over_http import listed, until

LISTS = ["orders", "products", "warehouses", "prices", "stock", "stock/sh/A/movements"]


@pytest.fixture
async def filled(whole: Running) -> Running:
    """Three orders of a week, one shipped, and what they need."""
    await stocked(whole, A=100, B=50)
    await done(whole, "/v1/products/C", {"name": '林 "a", b', "category": "x\ny"}, method="PUT")
    await done(whole, "/v1/prices/retail/CNY/A", {"unit_price": "3.1234567891", "valid_from": "2026-01-01"}, method="PUT")
    for number, day in (("1", "2026-05-01"), ("2", "2026-05-02"), ("3", "2026-05-03")):
        lines = [line(quantity=3, discount="0.01"), line(sku="B", unit_price="999999999999.9999999999")]
        await done(whole, "/v1/orders", order(external_id=number, on=day, lines=lines))
    await done(whole, "/v1/orders/shop:1/confirm")
    receipt = await done(whole, "/v1/orders/shop:1/ship")
    await until(whole, 3, "/v1/orders", wait_for=receipt["token"])
    await until(whole, 5, "/v1/stock/sh/A/movements")
    await until(whole, 3, "/v1/products")
    await until(whole, 1, "/v1/prices")
    return whole


async def exported(client: Running, path: str, form: str, **query: Any) -> bytes:
    answer = await client.get(f"/v1/exports/{path}", params={"format": form} | query)
    assert answer.status_code == 200, answer.text
    return answer.content


def lines(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(one) for one in body.splitlines()]


def as_json(value: Any) -> Any:
    """A value from Parquet as the API writes it; amounts are compared as numbers."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("path", LISTS)
async def test_an_export_has_the_rows_of_the_list(filled: Running, path: str) -> None:
    rows = await listed(filled, f"/v1/{path}", limit=2)
    assert rows
    assert lines(await exported(filled, path, "ndjson")) == rows

    sheet = list(csv.DictReader(io.StringIO((await exported(filled, path, "csv")).decode(), newline="")))
    assert sheet == [{name: _cell(value) for name, value in row.items()} for row in rows]

    table = pq.read_table(io.BytesIO(await exported(filled, path, "parquet")))
    read = table.to_pylist()
    assert len(read) == len(rows)
    for got, row in zip(read, rows, strict=True):
        assert {n: Decimal(row[n]) if isinstance(v, Decimal) else as_json(row[n]) for n, v in got.items()} == {
            n: v if isinstance(v, Decimal) else as_json(v) for n, v in got.items()
        }


def _cell(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


async def test_parquet_has_types(filled: Running) -> None:
    table = pq.read_table(io.BytesIO(await exported(filled, "orders", "parquet")))
    types = {field.name: field.type for field in table.schema}
    assert (types["gross"], types["placed_on"], types["units"], types["imported"]) == (
        pa.decimal128(38, 10),
        pa.date32(),
        pa.int64(),
        pa.bool_(),
    )
    assert table.column("gross").to_pylist()[0] == Decimal("2000000000029.6999999998")
    movements = pq.read_table(io.BytesIO(await exported(filled, "stock/sh/A/movements", "parquet")))
    assert movements.schema.field("recorded_at").type == pa.timestamp("us", "UTC")


async def test_an_export_takes_the_filters_of_the_list(filled: Running) -> None:
    assert [row["order_id"] for row in lines(await exported(filled, "orders", "ndjson", status="shipped"))] == ["shop:1"]
    assert lines(await exported(filled, "orders", "ndjson", partner_id="p2")) == []
    assert len(pq.read_table(io.BytesIO(await exported(filled, "orders", "parquet", partner_id="p2")))) == 0
    assert (await exported(filled, "orders", "csv", partner_id="p2")).count(b"\n") == 1
    for query in ({"status": "lost"}, {"from": "yesterday"}, {"format": "xml"}):
        answer = await filled.get("/v1/exports/orders", params=query)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        ("text/csv", 200, "text/csv; charset=utf-8"),
        ("text/html, application/x-ndjson;q=0.5", 200, "application/x-ndjson"),
        ("*/*", 200, "application/x-ndjson"),
        ("application/vnd.apache.parquet", 200, "application/vnd.apache.parquet"),
        ("text/html", 406, "application/problem+json"),
    ],
)
async def test_the_format_may_be_asked_for_by_accept(filled: Running, accept: str, status: int, media_type: str) -> None:
    answer = await filled.get("/v1/exports/products", headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)
    if status == 200:
        assert answer.headers["content-disposition"].startswith('attachment; filename="products.')
    else:
        assert answer.json()["code"] == "format_unsupported"
