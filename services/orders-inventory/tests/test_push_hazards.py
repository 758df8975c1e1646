"""What real payloads were seen to hold: never a 5xx, never a wrong number; parked once with a reason, and the neighbours flow."""

import asyncio
from typing import Any

import pytest
from channel_service.testing import Running
from msgspec.structs import replace
from orders_inventory.domain.source import SkuFallback
from orders_inventory.domain.stock import STOCK

from .desk import Desk
from .pushing import COMPLETED, SETTINGS, defined, order, raw, refund
from .requests import stocked
from .test_pushes import until


def with_line(**changes: Any) -> dict[str, Any]:
    body = order()
    body["line_items"][0] |= changes
    return body


SPOILT: list[tuple[str, Any, str]] = [
    ("unknown currency", order(currency="XXX"), "currency_invalid"),
    ("currency in lower case", order(currency="usd"), "currency_invalid"),
    ("no currency", order(currency=""), "currency_invalid"),
    ("null amount", with_line(total=None), "amount_invalid"),
    ("negative amount", with_line(total="-1.00"), "discount_invalid"),
    ("more than it costs", with_line(total="7.00"), "discount_invalid"),
    ("price beyond all measure", with_line(subtotal="9" * 18, total="9" * 18), "unit_price_invalid"),
    ("quantity beyond all measure", with_line(quantity=10**12), "quantity_invalid"),
    ("more than there is", with_line(quantity=10**6), "stock_insufficient"),
    ("no lines", order(line_items=[]), "line_count_invalid"),
    ("2,001 lines", order(line_items=[with_line()["line_items"][0] | {"id": n} for n in range(2001)]), "line_count_invalid"),
    ("a line twice", order(line_items=[with_line()["line_items"][0]] * 2), "line_repeated"),
    ("unknown SKU", with_line(sku="nowhere"), "product_unknown"),
    ("SKU with a blank before it", with_line(sku=" a"), "sku_invalid"),
    ("SKU of 65 letters", with_line(sku="x" * 65), "sku_invalid"),
    ("SKU with a NUL", with_line(sku="a\0"), "sku_invalid"),
    ("SKU of emoji", with_line(sku="🎁"), "product_unknown"),
    ("year 9999", order(date_created_gmt="9998-12-31T00:00:00"), "date_implausible"),
    ("year 9999, paid", order(date_paid_gmt="9998-12-31T00:00:00"), "date_implausible"),
    ("year 1", order(date_created_gmt="0001-06-01T00:00:00"), "date_implausible"),
    ("last instant of time", order(date_created_gmt="9999-12-31T23:59:59"), "time_invalid"),
    ("next week", order(date_created_gmt="2026-05-12T00:00:00"), "date_implausible"),
    ("naive time that never was", order(date_created_gmt="2017-13-01T00:00:00"), "time_invalid"),
    ("number of the order beyond 100 digits", raw(order()).replace(b'"id": 727', b'"id": ' + b"9" * 101), "external_id_invalid"),
    ("refund of an order that never comes", refund((315, 1), of=999), "order_unknown"),
    ("refund of a line that is not there", refund((999, 1)), "line_unknown"),
    ("refund of more than was bought", refund((315, 3)), "nothing_to_return"),
    ("deletion of an order that never comes", {"id": 999}, "order_unknown"),
    ("a name twice", raw(order()).replace(b'"status": "processing"', b'"status": "failed", "status": "processing"'), "push_unreadable"),
    ("broken JSON", raw(order())[:-1], "push_unreadable"),
    ("NaN", raw(order()).replace(b'"price": 12', b'"price": NaN'), "push_unreadable"),
    ("nested", b"[" * 20_000, "push_unreadable"),
]
HARMLESS: list[tuple[str, Any]] = [
    ("customer 0", order(customer_id=0)),
    ("emoji", order(customer_note="🎁 谢谢 \u0000")),
    ("id beyond 2^53", order(id=820982911946154508)),
    ("money as a number", with_line(total=6.0, subtotal=6)),
    ("negative zero", with_line(total="-0.00")),
    ("six decimals", with_line(total="6.000000", subtotal="6.000000")),
    ("an empty sku and its fallback", with_line(sku="")),
    ("a null sku", with_line(sku=None)),
    ("unknown fields", order(brand_new={"deep": [1]})),
]


@pytest.mark.parametrize(("body", "code"), [one[1:] for one in SPOILT], ids=[one[0] for one in SPOILT])
async def test_what_is_spoilt_is_parked_once_and_its_order_is_as_if_it_had_never_come(body: Any, code: str) -> None:
    desk = Desk()
    if isinstance(body, dict) and "amount" in body:
        await desk.push(order())
    before = {stream: len(events) for stream, events in desk.events.items()}
    one, again = await desk.push(body), await desk.push(body)
    assert one == again
    assert desk.outcome(one) == code
    after = {stream: len(events) for stream, events in desk.events.items() if not stream.startswith("push/")}
    assert after == {stream: count for stream, count in before.items() if not stream.startswith("push/")}
    # The order itself is not held up: a good content of it is applied.
    good = await desk.push(order(id=728))
    assert desk.outcome(good) == "applied"


@pytest.mark.parametrize("body", [one[1] for one in HARMLESS], ids=[one[0] for one in HARMLESS])
async def test_what_is_only_strange_is_applied(body: Any) -> None:
    desk = Desk()
    push_id = await desk.push(body)
    assert desk.outcome(push_id) == "applied"
    order_ids = [stream for stream in desk.events if stream.startswith("order/")]
    [placed, *_] = desk.events[order_ids[0]]
    assert sum(line.quantity * line.unit_price for line in placed.lines) == 18


async def test_a_rule_for_skus_that_refuses_parks_a_line_without_one() -> None:
    desk = Desk(settings=replace(SETTINGS, sku_fallback=SkuFallback()))
    assert desk.outcome(await desk.push(order())) == "sku_missing"


async def test_a_newer_good_content_passes_a_spoilt_older_one() -> None:
    desk = Desk()
    spoilt = await desk.push(order(currency="XXX"))
    assert desk.outcome(await desk.push(order(**COMPLETED))) == "applied"
    assert desk.outcome(spoilt) == "currency_invalid"
    desk.redrive(spoilt)
    assert desk.outcome(spoilt) == "superseded"


async def test_the_books_of_messages_add_up_among_poison_repeats_and_old_contents(whole: Running) -> None:
    """N8: received = accepted + rejected; accepted = applied + duplicate + superseded + ignored + parked. Stock is what was applied."""
    await stocked(whole, **{"woo-93": 1000, "Bar3": 1000})
    shop = await defined(whole, "books")
    bodies: list[Any] = []
    for number in range(1, 21):
        bodies += [order(id=number), order(id=number, **COMPLETED), order(id=number)]
    poison = [body for name, body, _ in SPOILT if name != "2,001 lines"][:12]
    mixed = [one for pair in zip(bodies, poison * 5, strict=True) for one in pair]
    statuses: list[int] = []
    for start in range(0, len(mixed), 8):
        answers = await asyncio.gather(*(shop.push(body) for body in mixed[start : start + 8]))
        statuses += [one.status_code for one in answers]
    forged = await whole.post("/v1/pushes/books", content=b"{}", headers={"x-wc-webhook-signature": "A" * 43 + "="})
    assert (set(statuses), forged.status_code) == ({202, 200}, 401)

    async def tally() -> dict[str, int]:
        states: dict[str, int] = (await whole.get("/v1/pushes/tally", params={"source": "books"})).json()["states"]
        return states

    accepted = 40 + len(poison)
    assert statuses.count(202) == accepted
    books = await until(tally, lambda one: sum(one.values()) == accepted and one.get("received", 0) == 0 and one["parked"] == len(poison))
    assert books["applied"] + books.get("superseded", 0) == 40
    item = (await whole.runtime.log.state(STOCK, "sh"))["woo-93"]
    assert (item.on_hand, item.reserved) == (1000 - 40, 0)
    rows = (await whole.get("/v1/pushes", params={"source": "books", "state": "parked", "limit": 200})).json()["items"]
    assert len(rows) == len(poison)
    assert all(row["reason"] and row["attempts"] for row in rows)
