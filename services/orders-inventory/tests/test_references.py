"""One thing through several doors counts once: a document under its sender's own name, over HTTP, in a file and pushed."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channel_service.testing import Running
from orders_inventory.domain.order import ORDER
from orders_inventory.domain.stock import STOCK

from .pushing import Source, defined, event
from .requests import done, imported, line, order, stocked
from .test_pushes import pushed

Door = Callable[[dict[str, Any]], Awaitable[tuple[bool, str | None]]]
"""Brings a document in; whether anything came of it, and the code of its refusal."""
OF = {"source": "erp", "external_id": "1001"}


@pytest.fixture
async def erp(whole: Running) -> Source:
    """A running service with an order of 6 A under the source of an ERP."""
    await stocked(whole)
    source = await defined(whole, "erp", platform="cloudevents")
    await done(whole, "/v1/orders", order(**OF, lines=[line(quantity=6)]))
    await done(whole, "/v1/orders/erp:1001/confirm", {"on": "2026-05-01"})
    return source


def doors(erp: Source, path: str, kind: str, type_: str, of: dict[str, Any]) -> dict[str, Door]:
    client: Running = erp.client
    sent = 0

    async def by_http(body: dict[str, Any]) -> tuple[bool, str | None]:
        answer = await client.post(path, json=body)
        return answer.json().get("changed", False), answer.json().get("code")

    async def by_file(body: dict[str, Any]) -> tuple[bool, str | None]:
        rows, summary = await imported(client, {"kind": kind} | of | body)
        return summary["accepted"] == 1, rows[0].get("problem") if rows else None

    async def by_push(body: dict[str, Any]) -> tuple[bool, str | None]:
        nonlocal sent
        sent += 1
        data = {name: value for name, value in of.items() if name != "source"} | body
        name = f"{type_.replace('.', '-')}-{sent}"
        state, reason = await pushed(erp, event(type_, data, id_=name), id_=name)
        return state == "applied", reason if state == "parked" else None

    return {"http": by_http, "file": by_file, "push": by_push}


@pytest.mark.parametrize("first", ["http", "file", "push"])
async def test_a_shipment_under_one_reference_counts_once_whichever_door_it_comes_through(erp: Source, first: str) -> None:
    ways = doors(erp, "/v1/orders/erp:1001/ship", "shipment", "order.shipped", OF)
    note = {"reference": "DN-1", "on": "2026-05-02", "lines": [{"sku": "A", "quantity": 2}]}
    assert await ways.pop(first)(note) == (True, None)
    for name, door in ways.items():
        assert await door(note | {"lines": [{"sku": "A", "quantity": 3}]}) == (False, "reference_used"), name
        assert await door(note) == (False, None), name
    assert [line.shipped for line in (await erp.client.runtime.log.state(ORDER, "erp:1001")).lines.values()] == [2]
    item = (await erp.client.runtime.log.state(STOCK, "sh"))["A"]
    assert (item.on_hand, item.reserved) == (8, 4)
    for number, door in enumerate(ways.values()):
        assert await door(note | {"reference": f"DN-2{number}", "lines": [{"sku": "A", "quantity": 1}]}) == (True, None)


@pytest.mark.parametrize("first", ["http", "file", "push"])
async def test_a_receipt_under_one_reference_counts_once_whichever_door_it_comes_through(erp: Source, first: str) -> None:
    ways = doors(erp, "/v1/stock-receipts", "receipt", "stock.received", {})
    note = {"warehouse": "sh", "sku": "A", "quantity": 5, "reference": "DN-1", "on": "2026-04-02"}
    assert await ways.pop(first)(note) == (True, None)
    for name, door in ways.items():
        assert await door(note | {"quantity": 6}) == (False, "reference_used"), name
        assert (await door(note))[1] is None, name
    assert (await erp.client.runtime.log.state(STOCK, "sh"))["A"].on_hand == 15
    # The next line of the same note.
    assert await next(iter(ways.values()))(note | {"sku": "B"}) == (True, None)


async def test_a_count_under_one_reference_counts_once_also_when_it_agreed(erp: Source) -> None:
    count = {"warehouse": "sh", "sku": "A", "counted": 10, "reference": "c1", "on": "2026-05-01"}
    await done(erp.client, "/v1/stock-counts", count)
    await done(erp.client, "/v1/orders/erp:1001/ship", {"on": "2026-05-01"})
    assert (await done(erp.client, "/v1/stock-counts", count))["changed"] is False
    assert (await imported(erp.client, {"kind": "count"} | count))[1]["refused"] == 0
    answer = await erp.client.post("/v1/stock-counts", json=count | {"counted": 9})
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_used")
    assert (await erp.client.runtime.log.state(STOCK, "sh"))["A"].on_hand == 4


async def test_a_loss_under_one_reference_counts_once_and_explains_the_balance(erp: Source) -> None:
    client: Running = erp.client
    loss = {"warehouse": "sh", "sku": "A", "quantity": 3, "reason": "broken", "reference": "L1", "on": "2026-05-01"}
    token = (await done(client, "/v1/stock-write-offs", loss))["token"]
    assert (await done(client, "/v1/stock-write-offs", loss))["changed"] is False
    assert (await imported(client, {"kind": "write_off"} | loss))[1]["refused"] == 0
    answer = await client.post("/v1/stock-write-offs", json=loss | {"quantity": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_used")
    answer = await client.post("/v1/stock-write-offs", json=loss | {"quantity": 2, "reference": "L2"})
    assert (answer.status_code, answer.json()["code"]) == (409, "stock_insufficient")
    [balance] = (await client.get("/v1/stock", params={"sku": "A", "wait_for": token})).json()["items"]
    assert {name: balance[name] for name in ("on_hand", "reserved", "received", "adjusted")} == {
        "on_hand": 7,
        "reserved": 6,
        "received": 10,
        "adjusted": -3,
    }
    [moved, *_] = (await client.get("/v1/stock/sh/A/movements", params={"wait_for": token})).json()["items"]
    assert (moved["kind"], moved["on_hand"], moved["reason"], moved["reference"]) == ("written_off", -3, "broken", "L1")


async def test_a_push_with_a_day_that_cannot_be_is_parked_with_its_reason(erp: Source) -> None:
    sent = 0
    for type_, data in (
        ("order.placed", {"external_id": "9", "partner_id": "p1", "currency": "CNY", "lines": [line()]}),
        ("order.shipped", {"external_id": "1001"}),
        ("stock.received", {"sku": "A", "quantity": 1}),
        ("product.defined", {"sku": "A", "name": "x"}),
    ):
        for day in ("9999-12-31", "0001-01-01"):
            sent += 1
            body = event(type_, data | {"on": day}, id_=str(sent))
            assert await pushed(erp, body, id_=str(sent)) == ("parked", "date_implausible"), type_
