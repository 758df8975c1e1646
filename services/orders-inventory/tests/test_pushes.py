"""Pushes from the door to the order: applied once in whatever order they come, parked with a reason when they cannot be."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from channel_service.testing import Running
from orders_inventory.domain.order import ORDER
from orders_inventory.domain.stock import STOCK
from orders_inventory.views.partner_copy import PARTNERS

from .pushing import COMPLETED, Source, defined, event, order, refund
from .requests import done, stocked


@pytest.fixture
async def shop(whole: Running) -> Source:
    """A running service with stock of what the shop sells, and the shop."""
    await stocked(whole, **{"woo-93": 10, "Bar3": 5})
    return await defined(whole)


async def until(found: Callable[[], Awaitable[Any]], wanted: Callable[[Any], bool], seconds: float = 30) -> Any:
    """What is found once it is as wanted."""
    end = time.monotonic() + seconds
    while True:
        one = await found()
        if wanted(one):
            return one
        assert time.monotonic() < end, one
        await asyncio.sleep(0.02)


async def decided(source: Source, push_id: str) -> dict[str, Any]:
    """The push once it is settled or parked."""

    async def look() -> Any:
        answer = await source.client.get(f"/v1/pushes/{source.name}/{push_id}")
        return answer.json() if answer.status_code == 200 else {"state": "received"}

    row: dict[str, Any] = await until(look, lambda row: row["state"] != "received")
    return row


async def settled(source: Source, push_id: str) -> dict[str, Any]:
    async def look() -> Any:
        return await decided(source, push_id)

    row: dict[str, Any] = await until(look, lambda row: row["state"] != "parked")
    return row


async def pushed(source: Source, body: Any, **how: Any) -> tuple[str, str | None]:
    """State and reason of what is pushed, as soon as it is decided."""
    row = await decided(source, await source.kept(body, **how))
    return row["state"], row["reason"] and row["reason"].split()[0]


async def units(client: Running, order_id: str = "shop:727") -> dict[str, tuple[int, ...]]:
    """Of each line: ordered, shipped, delivered, returned."""
    state = await client.runtime.log.state(ORDER, order_id)
    return {id_: (line.ordered, line.shipped, line.delivered, line.returned) for id_, line in state.lines.items()}


async def test_an_order_is_placed_confirmed_and_delivered_as_the_shop_says(shop: Source, whole: Running) -> None:
    assert await pushed(shop, order(), topic="order.created") == ("applied", None)
    shown = (await whole.get("/v1/orders/shop:727")).json()
    assert (shown["status"], shown["partner_id"], shown["imported"], shown["placed_on"]) == ("confirmed", "p1", True, "2017-03-23")
    assert await pushed(shop, order(**COMPLETED)) == ("applied", None)
    assert (await whole.get("/v1/orders/shop:727")).json()["status"] == "delivered"
    item = (await whole.runtime.log.state(STOCK, "sh"))["woo-93"]
    assert (item.on_hand, item.reserved) == (8, 0)


async def test_an_older_content_never_overwrites_a_newer_one(shop: Source, whole: Running) -> None:
    assert await pushed(shop, order(**COMPLETED)) == ("applied", None)
    assert await pushed(shop, order(), topic="order.created") == ("superseded", None)
    assert await units(whole) == {"315": (2, 2, 2, 0), "316": (1, 1, 1, 0)}


async def test_the_same_content_under_another_topic_is_a_duplicate(shop: Source) -> None:
    assert await pushed(shop, order(), topic="order.created") == ("applied", None)
    assert await pushed(shop, order(), topic="order.updated") == ("duplicate", None)


async def test_an_event_says_which_push_caused_it(shop: Source, whole: Running) -> None:
    push_id = await shop.kept(order())
    row = await settled(shop, push_id)
    [placed, *_] = (await whole.get("/v1/events", params={"stream": "order/shop:727"})).json()["items"]
    assert (placed["causation"], placed["actor"]) == (row["event_id"], "reaction/apply_pushes")


async def test_a_deleted_order_is_cancelled_and_what_was_delivered_is_not(shop: Source, whole: Running) -> None:
    assert await pushed(shop, order()) == ("applied", None)
    assert await pushed(shop, {"id": 727}) == ("applied", None)
    assert await units(whole) == {"315": (0, 0, 0, 0), "316": (0, 0, 0, 0)}
    assert await pushed(shop, order(id=728, **COMPLETED)) == ("applied", None)
    assert await pushed(shop, {"id": 728}) == ("ignored", "nothing_to_cancel")
    assert await units(whole, "shop:728") == {"315": (2, 2, 2, 0), "316": (1, 1, 1, 0)}


async def test_an_order_that_is_restored_after_its_deletion_waits_for_a_person(shop: Source) -> None:
    assert await pushed(shop, order()) == ("applied", None)
    assert await pushed(shop, {"id": 727}) == ("applied", None)
    assert await pushed(shop, order(date_modified_gmt="2017-03-22T19:28:09")) == ("superseded", None)
    restored = order(date_modified_gmt=f"{time.gmtime().tm_year}-12-31T00:00:00", date_created_gmt="2017-03-22T19:28:02")
    assert (await pushed(shop, restored | {"status": "on-hold"}))[0] == "parked"


async def test_a_refund_cancels_what_is_here_and_returns_what_was_delivered(shop: Source, whole: Running) -> None:
    assert await pushed(shop, order()) == ("applied", None)
    assert await pushed(shop, refund((315, 1), id_=1)) == ("applied", None)
    assert await units(whole) == {"315": (1, 0, 0, 0), "316": (1, 0, 0, 0)}
    assert await pushed(shop, order(**COMPLETED)) == ("applied", None)
    assert await pushed(shop, refund((316, 1), id_=2)) == ("applied", None)
    assert await units(whole) == {"315": (1, 1, 1, 0), "316": (1, 1, 1, 1)}
    assert await pushed(
        shop, order(status="refunded", date_modified_gmt="2017-03-25T00:00:00", date_completed_gmt="2017-03-22T19:30:35")
    ) == (
        "applied",
        None,
    )
    assert await units(whole) == {"315": (1, 1, 1, 1), "316": (1, 1, 1, 1)}
    assert await pushed(shop, refund((315, 1), id_=3)) == ("ignored", "nothing_left")


async def test_a_refund_before_its_order_waits_and_is_applied_by_itself(shop: Source, whole: Running) -> None:
    early = await shop.kept(refund((315, 2)))
    row = await decided(shop, early)
    assert (row["state"], row["reason"].split()[0], row["waits_for"]) == ("parked", "order_unknown", "order/shop:727/0")
    assert await pushed(shop, order()) == ("applied", None)
    assert (await settled(shop, early))["state"] == "applied"
    assert await units(whole) == {"315": (0, 0, 0, 0), "316": (1, 0, 0, 0)}


async def test_fewer_units_are_cancelled_and_other_changes_wait_for_a_person(shop: Source, whole: Running) -> None:
    assert await pushed(shop, order()) == ("applied", None)
    fewer = order(date_modified_gmt="2017-03-22T20:00:00")
    fewer["line_items"][0] |= {"quantity": 1, "subtotal": "3.00", "total": "3.00"}
    assert await pushed(shop, fewer) == ("applied", None)
    assert await units(whole) == {"315": (1, 0, 0, 0), "316": (1, 0, 0, 0)}
    dearer = order(date_modified_gmt="2017-03-22T21:00:00")
    dearer["line_items"][1] |= {"subtotal": "99.00", "total": "99.00"}
    assert await pushed(shop, dearer) == ("parked", "order_changed")


async def test_an_order_waits_for_its_product_and_its_stock_and_is_then_placed_by_itself(shop: Source, whole: Running) -> None:
    body = order()
    body["line_items"][0]["product_id"] = 94
    waiting = await shop.kept(body)
    assert (await decided(shop, waiting))["waits_for"] == "product/woo-94"
    await done(whole, "/v1/products/woo-94", {"name": "New"}, method="PUT")

    async def look() -> Any:
        return await decided(shop, waiting)

    row = await until(look, lambda row: row["waits_for"] != "product/woo-94")
    assert row["waits_for"] == "stock/sh/woo-94/2"
    await done(whole, "/v1/stock-receipts", {"warehouse": "sh", "sku": "woo-94", "quantity": 2})
    assert (await settled(shop, waiting))["state"] == "applied"


async def test_an_order_waits_for_its_partner(shop: Source, whole: Running, url: str) -> None:
    other = await defined(whole, "other", partner_id="p9")
    waiting = await other.kept(order())
    assert (await decided(other, waiting))["waits_for"] == "partner/p9"
    connection = await asyncpg.connect(url)
    await connection.execute(f"insert into {PARTNERS.partner.sql.name} values ('p9', 'retailer', 'chain', 'active')")
    await connection.execute(f"insert into {PARTNERS.place.sql.name} values ('p9', '2016-01-01', 'CN-31')")
    await connection.close()
    assert (await settled(other, waiting))["state"] == "applied"
    assert (await whole.get("/v1/orders/other:727")).json()["partner_id"] == "p9"


async def test_a_push_parked_by_a_setting_is_applied_once_the_setting_is_right_and_it_is_redriven(shop: Source, whole: Running) -> None:
    await defined(whole, sku_fallback={"rule": "refuse"})
    bad = await shop.kept(order())
    assert (await decided(shop, bad))["reason"].startswith("sku_missing")
    again = await whole.post(f"/v1/pushes/shop/{bad}/redrive")
    assert again.json()["parked"] is True
    await defined(whole)
    assert (await whole.post(f"/v1/pushes/shop/{bad}/redrive")).json() == {"tried": True, "parked": False, "reason": None}
    assert (await settled(shop, bad))["state"] == "applied"
    assert (await whole.post(f"/v1/pushes/shop/{bad}/redrive")).json()["tried"] is False


async def test_a_dismissed_push_is_never_applied(shop: Source, whole: Running) -> None:
    bad = await shop.kept(order(currency="XXX"))
    assert (await decided(shop, bad))["state"] == "parked"
    await done(whole, f"/v1/pushes/shop/{bad}/dismiss", {"reason": "a test order"})
    row = await settled(shop, bad)
    assert (row["state"], row["reason"]) == ("dismissed", "a test order")
    assert (await whole.get("/v1/pushes/tally")).json()["states"] == {"dismissed": 1}
    assert (await whole.get("/v1/orders/shop:727")).status_code == 404


async def test_the_order_of_another_channel_type_carries_the_sources(shop: Source, whole: Running) -> None:
    await defined(whole, channel_type="ecommerce", currencies=["USD"])
    assert await pushed(shop, order()) == ("applied", None)
    assert (await whole.get("/v1/orders/shop:727")).json()["channel_type"] == "ecommerce"
    assert await pushed(shop, order(id=728, currency="EUR")) == ("parked", "currency_not_accepted")


async def test_an_erp_drives_an_order_by_cloud_events_in_any_order(whole: Running) -> None:
    erp = await defined(whole, "erp", platform="cloudevents")
    lines = [{"sku": "PEN", "quantity": 3, "unit_price": "2.50", "discount": "0.50"}]
    at = {"external_id": "A-1", "on": "2026-05-01"}
    placed = at | {"partner_id": "p1", "currency": "CNY", "lines": lines}
    story = [
        event("order.returned", at | {"reason": "broken", "lines": [{"sku": "PEN", "quantity": 1}]}, id_="6"),
        event("order.delivered", at, id_="5"),
        event("order.shipped", at, id_="4"),
        event("order.confirmed", at, id_="3"),
        event("order.placed", placed, id_="2"),
        event("stock.received", {"sku": "PEN", "quantity": 10, "on": "2026-04-01"}, id_="1"),
        event("product.defined", {"sku": "PEN", "name": "Gel pen", "on": "2026-04-01"}, id_="0"),
    ]
    ids = [await erp.kept(one, id_=f"msg-{one['id']}") for one in story]
    await done(whole, "/v1/warehouses/sh", {"name": "Shanghai"}, method="PUT")
    assert [(await settled(erp, one))["state"] for one in ids] == ["applied"] * 7
    assert await units(whole, "erp:A-1") == {"1": (3, 3, 3, 1)}
    assert await pushed(erp, story[3], id_="msg-again") == ("duplicate", None)
    assert await pushed(erp, event("order.lost", at, id_="9"), id_="msg-9") == ("ignored", "type_not_used")
