"""Lists, as the views serve them."""

import asyncio
from typing import Any

from channel_service.testing import Running

from .requests import done, line, order, stocked

SECONDS = 20


async def listed(client: Running, path: str, **query: Any) -> list[dict[str, Any]]:
    """All rows, page by page."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(path, params=query | cursor)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["items"]
        if answer.json()["next"] is None:
            return rows
        cursor = {"cursor": answer.json()["next"]}


async def until(client: Running, count: int, path: str, **query: Any) -> list[dict[str, Any]]:
    """The rows, once there are ``count`` of them: the views follow the log a moment later."""
    async with asyncio.timeout(SECONDS):
        while len(rows := await listed(client, path, **query)) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return rows


async def test_the_list_and_the_order_agree_on_the_status(whole: Running) -> None:
    await stocked(whole, A=1000)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("confirm", {}),
        ("ship", {"lines": [{"line_id": "1", "quantity": 1}]}),
        ("ship", {}),
        ("deliver", {"shipment": 1}),
        ("deliver", {}),
        ("return", {"reason": "x", "lines": [{"line_id": "1", "quantity": 1}]}),
        ("return", {"reason": "x"}),
    ]
    for done_steps in range(len(steps) + 1):
        await done(whole, "/v1/orders", order(external_id=str(done_steps), lines=[line(quantity=3)]))
        for step, body in steps[:done_steps]:
            await done(whole, f"/v1/orders/shop:{done_steps}/{step}", body)
    await done(whole, "/v1/orders", order(external_id="8", on="2026-05-02"))
    await done(whole, "/v1/orders/shop:8/cancel", {"reason": "x"})
    await until(whole, 1, "/v1/orders", status="cancelled")
    await until(whole, 1, "/v1/orders", status="returned")

    rows = await listed(whole, "/v1/orders", limit=2)
    assert [row["external_id"] for row in rows] == ["8", *(str(n) for n in range(7, -1, -1))]
    for row in rows:
        assert (await whole.get(f"/v1/orders/{row['order_id']}")).json()["status"] == row["status"]
    assert len({row["status"] for row in rows}) == 9
    assert rows[0]["gross"] == "19.80"


async def test_orders_are_found_by_partner_and_date(whole: Running) -> None:
    await stocked(whole)
    for number, day in (("1", "2026-05-01"), ("2", "2026-05-02"), ("3", "2026-05-03")):
        await done(whole, "/v1/orders", order(external_id=number, on=day))
    await until(whole, 3, "/v1/orders", partner_id="p1")
    assert await listed(whole, "/v1/orders", partner_id="p2") == []
    found = await listed(whole, "/v1/orders", **{"from": "2026-05-02", "to": "2026-05-02"})
    assert [row["order_id"] for row in found] == ["shop:2"]


async def test_a_balance_is_the_sum_of_its_movements_and_each_names_its_event(whole: Running) -> None:
    await stocked(whole)
    await done(whole, "/v1/orders", order(lines=[line(quantity=4)]))
    await done(whole, "/v1/orders/shop:1001/cancel", {"reason": "x", "lines": [{"line_id": "1", "quantity": 1}]})
    movements = await until(whole, 3, "/v1/stock/sh/A/movements", limit=1)
    assert [(one["kind"], one["on_hand"], one["reserved"]) for one in movements] == [
        ("released", 0, -1),
        ("reserved", 0, 4),
        ("received", 10, 0),
    ]
    (balance,) = await listed(whole, "/v1/stock", warehouse="sh", sku="A")
    assert balance == {
        "warehouse": "sh",
        "sku": "A",
        "on_hand": 10,
        "reserved": 3,
        "available": 7,
        "received": 10,
        "shipped": 0,
        "returned": 0,
        "adjusted": 0,
    }
    shown = (await whole.get(f"/v1/events/{movements[0]['event_id']}")).json()
    assert (shown["type"], shown["stream"], shown["data"]["lines"]) == ("stock_released", "stock/sh", [{"sku": "A", "quantity": 1}])
    assert [row["sku"] for row in await listed(whole, "/v1/stock")] == ["A", "B"]


async def test_a_count_shows_in_balance_and_movements(whole: Running) -> None:
    await stocked(whole, A=10)
    count = {"warehouse": "sh", "sku": "A", "counted": 7, "reason": "damaged", "reference": "c1", "on": "2026-05-01"}
    assert (await done(whole, "/v1/stock-counts", count))["changed"]
    assert not (await done(whole, "/v1/stock-counts", count))["changed"]
    movements = await until(whole, 2, "/v1/stock/sh/A/movements")
    assert [movements[0][name] for name in ("kind", "on_hand", "reason", "reference")] == ["adjusted", -3, "damaged", "c1"]
    (balance,) = await listed(whole, "/v1/stock")
    assert [balance[name] for name in ("on_hand", "received", "adjusted")] == [7, 10, -3]


async def test_products_and_warehouses_are_listed(whole: Running) -> None:
    await stocked(whole)
    products = await until(whole, 2, "/v1/products")
    assert (products[0]["sku"], products[0]["name"], products[0]["category"]) == ("A", "Product A", None)
    assert [row["warehouse"] for row in await until(whole, 1, "/v1/warehouses")] == ["sh"]


async def test_a_bad_query_is_a_problem(client: Running) -> None:
    for path in ("/v1/orders?status=lost", "/v1/orders?from=yesterday", "/v1/orders?cursor=x", "/v1/stock?limit=1000"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
