"""The history as a file: exported here, imported into an empty service, it gives the same lists."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from channel_service import Service
from channel_service.testing import Running, running
from orders_inventory.app import SERVICE
from orders_inventory.views.partner_copy import PARTNERS

from .requests import NDJSON, done, head, imported, imported_file, line, order, stocked
from .test_lists_over_http import listed, until

LISTS = ["orders", "credits", "products", "warehouses", "prices", "stock", "stock/sh/A/movements", "stock/sh/B/movements"]
PLACE_IN_THE_LOG = ("position", "event_id", "recorded_at")


async def a_history(client: Running) -> None:
    """Everything that an import can bring, and what only happened at the routes."""
    await stocked(client, A=100, B=50)
    await done(client, "/v1/products/A", {"name": "Other", "category": "x"}, method="PUT")
    await done(client, "/v1/stock-receipts", {"warehouse": "sh", "sku": "A", "quantity": 1, "on": "2026-04-02"})
    for price, day in (("3.5", "2026-01-01"), ("4", "2026-03-01"), ("3.6", "2026-01-01")):
        await done(client, "/v1/prices/retail/CNY/A", {"unit_price": price, "valid_from": day, "on": "2026-01-01"}, method="PUT")
    planned = {"valid_from": "2039-01-01"}
    await done(client, "/v1/prices/retail/CNY/A", {"unit_price": "9", **planned}, method="PUT")
    assert (await client.delete("/v1/prices/retail/CNY/A", params=planned)).json()["changed"]
    history = {"confirmed_on": "2026-05-01", "shipped_on": "2026-05-02", "delivered_on": "2026-05-03"}
    orders = [{"kind": "order"} | order(external_id=str(n), lines=[line(quantity=7), line(sku="B", discount="0.01")]) for n in range(6)]
    rows, _ = await imported(
        client, orders[0] | {"history": history}, *orders[1:], {"kind": "order"} | order(external_id="s", partner_id="p2")
    )
    assert rows == []
    there = {"channel_type": "ecommerce", "segment": None, "territory": "CN-11", "suspended": True, "imported": True}
    rows, _ = await imported(client, {"kind": "order", "placed": there} | order(source="web", external_id="w"))
    assert rows == []
    me = client.as_("partner", partner_id="p1")
    await done(me, "/v1/orders", {name: value for name, value in order(external_id="own").items() if name not in {"source", "on"}})
    for path, body in (
        ("1/cancel", {"reason": "x", "lines": [{"line_id": "1", "quantity": 3}]}),
        ("1/confirm", {}),
        ("1/ship", {"lines": [{"line_id": "1", "quantity": 2}]}),
        ("1/ship", {}),
        ("1/deliver", {"shipment": 2}),
        ("1/return", {"reason": "broken", "lines": [{"line_id": "2", "quantity": 1}]}),
        ("1/deliver", {}),
        ("1/return", {"reason": "worn"}),
        ("2/cancel", {"reason": "y"}),
        ("3/confirm", {"reference": "C-1"}),
        ("3/ship", {"lines": [{"sku": "A", "quantity": 3}], "reference": "DN-1"}),
        ("0/return", {"reason": "z", "lines": [{"sku": "A", "quantity": 2, "unit_price": "0.005"}, {"sku": "B", "unit_price": "1"}]}),
        ("0/return", {"reason": "z"}),
    ):
        await done(client, f"/v1/orders/shop:{path}", {"on": "2026-05-09"} | body)
    note = {"source": "erp", "external_id": "CN-1", "partner_id": "p2", "currency": "CNY", "reason": "old", "on": "2026-05-03"}
    await done(client, "/v1/goods-returns", note | {"warehouse": "sh", "sale": "x/1", "lines": [line(), line(sku="B", discount="1")]})
    await done(client, "/v1/amount-corrections", note | {"note": "debit", "amount": "7.005", "sku": "A"})
    await done(client, "/v1/amount-corrections", note | {"external_id": "CN-2", "note": "credit", "amount": "3", "sales_rep": "lin"})
    # The last of them comes late, for a day before much that is known by now.
    for counted, reference, day in ((90, "c1", "2026-05-10"), (88, None, "2026-05-10"), (99, "c2", "2026-05-02")):
        count = {"warehouse": "sh", "sku": "A", "counted": counted, "reference": reference, "on": day}
        assert (await done(client, "/v1/stock-counts", count))["changed"]
    for reference in ("l1", None):
        loss = {"warehouse": "sh", "sku": "A", "quantity": 2, "reason": "broken", "reference": reference, "on": "2026-05-10"}
        assert (await done(client, "/v1/stock-write-offs", loss))["changed"]


async def everything(client: Running, orders: int) -> dict[str, list[dict[str, Any]]]:
    """All lists, without what only says where in the log a row came from."""
    last = (await client.get("/v1/events", params={"after": await head(client) - 1})).json()["items"][0]
    await until(client, orders, "/v1/orders", wait_for=f"{last['position']};")
    for path in ("stock", "prices", "products"):
        await listed(client, f"/v1/{path}", wait_for=f"{last['position']};")
    lists = {path: await listed(client, f"/v1/{path}") for path in LISTS}
    return {path: [{name: row[name] for name in row if name not in PLACE_IN_THE_LOG} for row in rows] for path, rows in lists.items()}


async def test_a_history_moves_to_an_empty_service(
    whole: Running, migrated: Callable[[Service], Awaitable[str]], kafka: str, topic_prefix: str
) -> None:
    await a_history(whole)
    before = await everything(whole, 9)
    file = (await whole.get("/v1/exports/documents")).content
    url = await migrated(SERVICE)
    connection = await asyncpg.connect(url)
    # What became of the partners meanwhile: an order keeps what was known when it was placed.
    for id_, status in (("p1", "suspended"), ("p2", "active")):
        await connection.execute(f"insert into {PARTNERS.partner.sql.name} values ($1, 'agent', 'other', $2)", id_, status)
        await connection.execute(f"insert into {PARTNERS.place.sql.name} values ($1, '2026-01-01', 'US')", id_)
    await connection.close()
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=f"{topic_prefix}other.") as other:
        rows, summary = await imported_file(other, file, NDJSON)
        assert [row for row in rows if row["result"] == "refused"] == []
        assert summary["rows"] == file.count(b"\n")
        after = await everything(other, 9)
        for path in LISTS:
            assert after[path] == before[path], path
        at = await head(other)
        rows, summary = await imported_file(other, file, NDJSON)
        assert (summary["repeated"], await head(other)) == (summary["rows"], at)


async def test_a_file_that_goes_on_where_another_ended_has_the_rest(client: Running) -> None:
    await stocked(client)
    whole = (await client.get("/v1/exports/documents")).text.splitlines()
    at = await head(client)
    await done(client, "/v1/orders", order())
    rest = (await client.get("/v1/exports/documents", params={"after": at})).text.splitlines()
    assert len(whole) == 5
    assert [*whole, *rest] == (await client.get("/v1/exports/documents")).text.splitlines()
