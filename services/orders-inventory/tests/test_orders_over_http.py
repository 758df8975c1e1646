"""An order's life over HTTP, on a real database."""

from typing import Any

import pytest
from channel_service.testing import Running
from orders_inventory.domain.stock import STOCK, StockItem

from .requests import done, head, imported, line, order, stocked

ORDER = "/v1/orders/shop:1001"


async def item(client: Running, sku: str = "A") -> tuple[int, int]:
    state: StockItem = (await client.runtime.log.state(STOCK, "sh"))[sku]
    return state.on_hand, state.reserved


async def test_an_order_is_placed_confirmed_shipped_delivered_and_returned(client: Running) -> None:
    await stocked(client)
    answer = await client.post("/v1/orders", json=order(lines=[line(), line(sku="B", quantity=1), line(quantity=3)]))
    assert (answer.status_code, answer.headers["location"]) == (201, ORDER)
    receipt = answer.json()
    assert [event["type"] for event in receipt["events"]] == ["order_placed", "stock_reserved"]
    assert (await item(client), await item(client, "B")) == ((10, 5), (5, 1))

    await done(client, f"{ORDER}/confirm")
    await done(client, f"{ORDER}/ship", {"lines": [{"line_id": "1"}]})
    await done(client, f"{ORDER}/ship")
    assert (await item(client), await item(client, "B")) == ((5, 0), (4, 0))
    await done(client, f"{ORDER}/deliver", {"shipment": 1})
    await done(client, f"{ORDER}/deliver")
    await done(client, f"{ORDER}/return", {"reason": "broken", "lines": [{"line_id": "3", "quantity": 2}]})
    assert await item(client) == (7, 0)

    shown = (await client.get(ORDER)).json()
    assert (shown["status"], shown["partner_id"], shown["territory"], shown["placed_on"]) == (
        "partially_returned",
        "p1",
        "CN-31",
        "2026-05-01",
    )
    assert [(one["line_id"], one["shipped"], one["delivered"], one["returned"]) for one in shown["lines"]] == [
        ("1", 2, 2, 0),
        ("2", 1, 1, 0),
        ("3", 3, 3, 2),
    ]
    assert shown["shipments"] == [{"number": 1, "delivered": True}, {"number": 2, "delivered": True}]


async def test_an_order_of_24_lines_is_two_events_and_so_is_each_step_that_moves_stock(client: Running) -> None:
    skus = [f"S{n}" for n in range(24)]
    rows: list[dict[str, Any]] = [{"kind": "warehouse", "warehouse": "sh", "name": "Shanghai"}]
    for sku in skus:
        rows.append({"kind": "product", "sku": sku, "name": sku})
        rows.append({"kind": "receipt", "warehouse": "sh", "sku": sku, "quantity": 5, "reference": "open", "on": "2026-04-30"})
    assert (await imported(client, *rows))[0] == []
    kinds = {
        "": ["order_placed", "stock_reserved"],
        "/confirm": ["order_confirmed"],
        "/ship": ["shipment_handed_over", "stock_shipped"],
        "/deliver": ["delivery_confirmed"],
        "/return": ["return_received", "stock_returned"],
    }
    for step, types in kinds.items():
        body = {"reason": "broken"} if step == "/return" else {} if step else order(lines=[line(sku=sku) for sku in skus])
        receipt = await done(client, f"{ORDER}{step}" if step else "/v1/orders", body)
        assert [event["type"] for event in receipt["events"]] == types
    last = (await client.runtime.log.stream(STOCK, "sh"))[-1]
    assert [(one.sku, one.quantity) for one in last.data.lines] == [(sku, 2) for sku in skus]


async def test_a_partner_orders_under_numbers_of_its_own_and_nobody_elses(client: Running) -> None:
    await stocked(client)
    me = client.as_("partner", partner_id="p1")
    for source in ("shop", "~p2", "erp"):
        answer = await me.post("/v1/orders", json=order(source=source))
        assert (answer.status_code, answer.json()["code"]) == (403, "source_not_yours")
    body = {name: value for name, value in order().items() if name not in {"source", "on"}}
    assert (await done(me, "/v1/orders", body))["id"] == "~p1:1001"
    assert not (await done(me, "/v1/orders", body | {"source": "~p1"}))["changed"]
    # Numbers of the brand are as free as before.
    for source in ("shop", "direct"):
        assert (await done(client, "/v1/orders", body | {"source": source, "lines": [line(quantity=1)]}))["id"] == f"{source}:1001"
    assert (await me.get("/v1/orders/~p1:1001")).json()["source"] == "~p1"
    answer = await client.put("/v1/sources/~p1", json={"platform": "cloudevents", "warehouse": "sh", "zone": "Asia/Shanghai"})
    assert (answer.status_code, answer.json()["code"]) == (422, "source_invalid")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1969-12-31"])
async def test_a_day_that_cannot_be_is_refused_at_every_route(client: Running, day: str) -> None:
    await stocked(client)
    await done(client, "/v1/orders", order())
    before = await head(client)
    stock: dict[str, Any] = {"warehouse": "sh", "sku": "A"}
    for path, body in (
        ("orders", order(external_id="2")),
        ("orders/shop:1001/confirm", {}),
        ("orders/shop:1001/cancel", {"reason": "x"}),
        ("stock-receipts", stock | {"quantity": 1}),
        ("stock-counts", stock | {"counted": 1}),
    ):
        answer = await client.post(f"/v1/{path}", json=body | {"on": day})
        assert (answer.status_code, answer.json()["code"]) == (422, "date_implausible"), path
    for path, body in (("products/A", {"name": "x"}), ("warehouses/sh", {"name": "x"}), ("prices/r/CNY/A", {"unit_price": "1"})):
        answer = await client.put(f"/v1/{path}", json=body | {"on": day})
        assert (answer.status_code, answer.json()["code"]) == (422, "date_implausible"), path
    assert await head(client) == before


async def test_a_cancelled_order_frees_its_stock(client: Running) -> None:
    await stocked(client)
    await done(client, "/v1/orders", order())
    await done(client, f"{ORDER}/cancel", {"reason": "mistake", "lines": [{"line_id": "1", "quantity": 1}]})
    assert await item(client) == (10, 1)
    await done(client, f"{ORDER}/cancel", {"reason": "mistake"})
    assert await item(client) == (10, 0)
    assert (await client.get(ORDER)).json()["status"] == "cancelled"
    again = await done(client, f"{ORDER}/cancel", {"reason": "mistake"})
    assert (again["changed"], again["events"]) == (False, [])


async def test_the_same_order_again_changes_nothing_and_another_under_its_number_is_refused(client: Running) -> None:
    await stocked(client)
    await done(client, "/v1/orders", order())
    before = await head(client)
    again = await client.post("/v1/orders", json=order())
    assert (again.status_code, again.json()["changed"], again.json()["id"]) == (200, False, "shop:1001")
    other = await client.post("/v1/orders", json=order(lines=[line(quantity=3)]))
    assert (other.status_code, other.json()["code"], other.json()["retryable"]) == (409, "order_exists", False)
    assert (await head(client), await item(client)) == (before, (10, 2))


async def test_an_order_without_a_number_is_given_one_and_its_key_makes_it_one(client: Running) -> None:
    await stocked(client)
    body = order()
    del body["external_id"], body["source"]
    first = await client.post("/v1/orders", json=body, headers={"idempotency-key": "k1"})
    again = await client.post("/v1/orders", json=body, headers={"idempotency-key": "k1"})
    assert first.json()["id"].startswith("direct:")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert await item(client) == (10, 2)
    other = await client.post("/v1/orders", json=body | {"sales_rep": "lin"}, headers={"idempotency-key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_a_repeated_step_with_its_key_gives_the_first_answer_though_nothing_is_left(client: Running) -> None:
    await stocked(client)
    await done(client, "/v1/orders", order())
    await done(client, f"{ORDER}/confirm")
    first = await done(client, f"{ORDER}/ship", {}, **{"idempotency-key": "k1"})
    assert await done(client, f"{ORDER}/ship", {}, **{"idempotency-key": "k1"}) == first
    refused = await client.post(f"{ORDER}/ship")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_ship")


async def test_all_lines_get_stock_or_none(client: Running) -> None:
    await stocked(client)
    before = await head(client)
    refused = await client.post("/v1/orders", json=order(lines=[line(), line(sku="B", quantity=6)]))
    assert (refused.status_code, refused.json()["code"]) == (409, "stock_insufficient")
    assert refused.json()["facts"] == {"warehouse": "sh", "sku": "B", "wanted": 6, "available": 5}
    assert (await head(client), await item(client)) == (before, (10, 0))


async def test_lines_of_one_sku_are_judged_together(client: Running) -> None:
    await stocked(client)
    refused = await client.post("/v1/orders", json=order(lines=[line(quantity=6), line(quantity=5)]))
    assert refused.json()["facts"] == {"warehouse": "sh", "sku": "A", "wanted": 11, "available": 10}


REFUSED: list[tuple[str, int, bool, dict[str, Any]]] = [
    ("partner_unknown", 409, True, {"partner_id": "nobody"}),
    ("partner_not_active", 409, True, {"partner_id": "p3"}),
    ("partner_suspended", 409, False, {"partner_id": "p2"}),
    ("product_unknown", 409, True, {"lines": [line(sku="C")]}),
    ("warehouse_unknown", 409, True, {"warehouse": "bj"}),
    ("warehouse_invalid", 422, False, {"warehouse": "b/j"}),
    ("sku_invalid", 422, False, {"lines": [line(sku=" A/B")]}),
    ("source_invalid", 422, False, {"source": "Shop"}),
    ("external_id_invalid", 422, False, {"external_id": "a/b"}),
    ("currency_invalid", 422, False, {"currency": "RMB"}),
    ("currency_mismatch", 422, False, {"lines": [line(currency="USD")]}),
    ("line_repeated", 422, False, {"lines": [line(line_id="1"), line(line_id="1")]}),
    ("discount_invalid", 422, False, {"lines": [line(discount="19.81")]}),
    ("invalid_request", 422, False, {"lines": [line(quantity=0)]}),
    ("invalid_request", 422, False, {"lines": [line(quantity=-1)]}),
    ("invalid_request", 422, False, {"lines": [line(quantity=1.5)]}),
    ("invalid_request", 422, False, {"lines": [line(quantity="2")]}),
    ("invalid_request", 422, False, {"lines": [line(quantity=10**9 + 1)]}),
    ("invalid_request", 422, False, {"lines": [line(unit_price="-1")]}),
    ("invalid_request", 422, False, {"lines": [line(unit_price=9.9)]}),
    ("invalid_request", 422, False, {"lines": [line(unit_price="1e5")]}),
    ("invalid_request", 422, False, {"lines": []}),
    ("invalid_request", 422, False, {"lines": [line()] * 2001}),
    ("invalid_request", 422, False, {"lines": [line(colour="red")]}),
    ("invalid_request", 422, False, {"colour": "red"}),
    ("invalid_request", 422, False, {"on": 0}),
    ("invalid_request", 422, False, {"partner_id": None}),
]


@pytest.mark.parametrize(("code", "status", "retryable", "changes"), REFUSED, ids=lambda value: str(value)[:40])
async def test_a_bad_order_is_a_problem_and_nothing_is_written(
    client: Running, code: str, status: int, retryable: bool, changes: dict[str, Any]
) -> None:
    await stocked(client)
    before = await head(client)
    answer = await client.post("/v1/orders", json=order(**changes))
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (status, code, retryable), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "?" not in answer.json()["detail"].replace("/ ? %", "")
    assert await head(client) == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[" * 20_000 + b"]" * 20_000, 400, "body_too_deep"),
        (b'{"lines": [NaN]}', 400, "malformed_json"),
        (b'{"partner_id": "\\u0000"}', 400, "malformed_json"),
        (b'{"partner_id"', 400, "malformed_json"),
        (b'{"partner_id": "' + b"x" * 1_048_577 + b'"}', 413, "body_too_large"),
    ],
    ids=["nested", "nan", "nul", "broken", "large"],
)
async def test_a_body_that_is_no_order_is_a_problem(client: Running, body: bytes, status: int, code: str) -> None:
    answer = await client.post("/v1/orders", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await head(client) == 0


STEPS: list[tuple[str, dict[str, Any], int, str]] = [
    ("confirm", {"on": "2026-04-30"}, 409, "date_before_order"),
    ("ship", {}, 409, "order_not_confirmed"),
    ("deliver", {}, 409, "nothing_to_deliver"),
    ("return", {"reason": "broken"}, 409, "nothing_to_return"),
    ("cancel", {"reason": "x", "lines": [{"line_id": "9"}]}, 409, "line_unknown"),
    ("cancel", {"reason": "x", "lines": [{"line_id": "1", "quantity": 3}]}, 409, "quantity_exceeds_line"),
    ("cancel", {"reason": "x", "lines": [{"line_id": "1", "quantity": 1}] * 2}, 422, "line_repeated"),
    ("cancel", {"reason": "x", "lines": []}, 422, "invalid_request"),
    ("cancel", {}, 422, "invalid_request"),
    ("ship", {"lines": [{"line_id": "1", "quantity": 0}]}, 422, "invalid_request"),
    ("ship", {"everything": True}, 422, "invalid_request"),
    ("deliver", {"shipment": 0}, 422, "invalid_request"),
]


@pytest.mark.parametrize(("step", "body", "status", "code"), STEPS)
async def test_a_step_that_cannot_be_done_is_a_problem_and_nothing_is_written(
    client: Running, step: str, body: dict[str, Any], status: int, code: str
) -> None:
    await stocked(client)
    await done(client, "/v1/orders", order())
    before = await head(client)
    answer = await client.post(f"{ORDER}/{step}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await head(client) == before


@pytest.mark.parametrize("step", ["confirm", "ship", "deliver", "cancel", "return"])
async def test_a_step_of_an_order_that_is_not_there_is_a_problem(client: Running, step: str) -> None:
    answer = await client.post(f"/v1/orders/shop:404/{step}", json={"reason": "x"} if step in ("cancel", "return") else {})
    assert (answer.status_code, answer.json()["code"]) == (404, "order_unknown")


async def test_an_order_that_is_not_there_is_not_found(client: Running) -> None:
    answer = await client.get("/v1/orders/shop:404")
    assert (answer.status_code, answer.json()["code"]) == (404, "order_unknown")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"sku": "C"}, 409, "product_unknown"),
        ({"warehouse": "bj"}, 409, "warehouse_unknown"),
        ({"quantity": 0}, 422, "invalid_request"),
        ({"quantity": -3}, 422, "invalid_request"),
        ({"colour": "red"}, 422, "invalid_request"),
    ],
)
async def test_a_bad_receipt_is_a_problem_and_nothing_is_written(client: Running, changes: dict[str, Any], status: int, code: str) -> None:
    await stocked(client)
    before = await head(client)
    answer = await client.post("/v1/stock-receipts", json={"warehouse": "sh", "sku": "A", "quantity": 1} | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await head(client) == before


@pytest.mark.parametrize(("path", "code"), [("/v1/products/a%20", "sku_invalid"), ("/v1/warehouses/-x", "warehouse_invalid")])
async def test_a_bad_code_is_a_problem(client: Running, path: str, code: str) -> None:
    answer = await client.put(path, json={"name": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await head(client) == 0
