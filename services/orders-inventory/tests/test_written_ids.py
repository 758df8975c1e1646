"""SKUs and partners' numbers as their systems write them: with blanks, slashes and per cent signs, in bodies and in paths."""

from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
from channel_service.testing import Running
from orders_inventory.domain.stock import STOCK
from orders_inventory.views.partner_copy import PARTNERS

from .requests import done, imported, line
from .test_lists_over_http import until

SKUS = ["M8 x 20", "DIN 933/8.8", "a%2Fb", "50%", "a:b?c", "螺栓/M8", "A/B"]


@pytest.mark.parametrize("sku", SKUS)
async def test_a_sku_goes_its_whole_way_as_it_is_written(whole: Running, sku: str) -> None:
    part = quote(sku, safe="")
    await done(whole, "/v1/warehouses/sh", {"name": "Shanghai"}, method="PUT")
    assert (await done(whole, f"/v1/products/{part}", {"name": "Bolt"}, method="PUT"))["id"] == sku
    receipt = {"warehouse": "sh", "sku": sku, "quantity": 10, "reference": "r/1", "on": "2026-04-01"}
    await done(whole, "/v1/stock-receipts", receipt)
    await imported(whole, {"kind": "receipt"} | receipt)
    assert (await whole.runtime.log.state(STOCK, "sh"))[sku].on_hand == 10
    await done(whole, f"/v1/prices/retail/CNY/{part}", {"unit_price": "2", "valid_from": "2026-01-01", "on": "2026-01-01"}, method="PUT")
    placed = await done(whole, "/v1/orders", _order(line(sku=sku)))
    await until(whole, 2, f"/v1/stock/sh/{part}/movements")
    assert [row["sku"] for row in await until(whole, 1, "/v1/prices", sku=sku)] == [sku]
    assert (await whole.get(f"/v1/orders/{placed['id']}")).json()["lines"][0]["sku"] == sku


def _order(*lines: Any) -> dict[str, Any]:
    return {"source": "shop", "external_id": "1", "partner_id": "p1", "currency": "CNY", "warehouse": "sh", "lines": list(lines)}


async def test_a_slash_in_a_sku_or_a_reference_makes_no_two_deliveries_one(client: Running) -> None:
    await done(client, "/v1/warehouses/sh", {"name": "Shanghai"}, method="PUT")
    for sku in ("A", "A/B"):
        await done(client, f"/v1/products/{quote(sku, safe='')}", {"name": sku}, method="PUT")
    delivery = {"kind": "receipt", "warehouse": "sh", "quantity": 1, "on": "2026-04-01"}
    rows, summary = await imported(client, delivery | {"sku": "A", "reference": "B/r"}, delivery | {"sku": "A/B", "reference": "r"})
    assert (rows, summary["accepted"]) == ([], 2)
    shelves = await client.runtime.log.state(STOCK, "sh")
    assert [shelves[sku].on_hand for sku in ("A", "A/B")] == [1, 1]


@pytest.mark.parametrize("partner_id", ["K 100/7", "1:2", "a%b", "10%2F"])
async def test_a_partner_orders_under_its_own_number_however_that_is_written(client: Running, url: str, partner_id: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f"insert into {PARTNERS.partner.sql.name} values ($1, 'retailer', 'chain', 'active')", partner_id)
    await connection.execute(f"insert into {PARTNERS.place.sql.name} values ($1, '2026-01-01', 'CN-31')", partner_id)
    await connection.close()
    await done(client, "/v1/warehouses/sh", {"name": "Shanghai"}, method="PUT")
    await done(client, "/v1/products/A", {"name": "Pen"}, method="PUT")
    await done(client, "/v1/stock-receipts", {"warehouse": "sh", "sku": "A", "quantity": 10, "on": "2026-04-01"})
    me = client.as_("partner", partner_id=partner_id)
    body = {name: value for name, value in _order(line()).items() if name != "source"} | {"partner_id": partner_id}
    made = await me.post("/v1/orders", json=body)
    assert (made.status_code, made.json()["id"]) == (201, f"~{partner_id}:1")
    assert (await me.get(made.headers["location"])).json()["partner_id"] == partner_id
    await done(client, f"/v1/orders/{quote(made.json()['id'], safe='')}/confirm")
