"""Goods that come back though their sale is not here, and corrections of money only: what is decided, and at every door."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running
from channel_testing import Given, given
from msgspec.structs import replace
from orders_inventory.domain.credit import CREDIT, AmountCorrected, BringGoods, CorrectAmount, CreditEvent, GoodsReturned, Note, ReturnGoods
from orders_inventory.domain.order import PARTNER, AsKnown, NewLine, OrderingPartner, OrderLine
from orders_inventory.domain.stock import STOCK

from .examples import MAY_2, MAY_3, P1
from .pushing import defined, event
from .requests import done, head, imported, order, stocked
from .test_lists_over_http import listed, until

NOTE: dict[str, Any] = {"source": "erp", "external_id": "CN-1", "partner_id": "p1", "currency": "CNY", "reason": "bought last year"}
TAKE = ReturnGoods(**NOTE, on=MAY_2, warehouse="sh", lines=(NewLine("A", 3, Decimal("9.90"), discount=Decimal(1)),))
CORRECT = CorrectAmount(**NOTE, on=MAY_2, note=Note.CREDIT, amount=Decimal(25), sku="A")
_KNOWN: dict[str, Any] = {"channel_type": "retailer", "segment": "chain", "territory": "CN-31", "sales_rep": None, "sale": None}
TAKEN = GoodsReturned(
    **NOTE,
    **_KNOWN,
    credit_id="erp:CN-1",
    occurred_on=MAY_2,
    warehouse="sh",
    lines=(OrderLine("1", "A", 3, Decimal("9.90"), Decimal(1)),),
)
CORRECTED = AmountCorrected(**NOTE, **_KNOWN, credit_id="erp:CN-1", occurred_on=MAY_2, note=Note.CREDIT, amount=Decimal(25), sku="A")
GOODS = {**NOTE, "on": "2026-05-02", "warehouse": "sh", "lines": [{"sku": "A", "quantity": 3, "unit_price": "9.90", "discount": "1"}]}
MONEY = {**NOTE, "on": "2026-05-02", "note": "debit", "amount": "25", "sku": "A", "sale": "2025-0815"}


def knowing(*events: CreditEvent, partner: OrderingPartner | None = P1) -> Given:
    return given(CREDIT, *events).known({PARTNER: {"p1": partner}}, today=MAY_3)


def test_goods_without_their_sale_and_money_alone_are_taken_under_one_number() -> None:
    knowing().when(TAKE).then(TAKEN)
    knowing(TAKEN).when(CORRECT).then(CORRECTED)


@pytest.mark.parametrize(("command", "before"), [(TAKE, TAKEN), (CORRECT, CORRECTED)])
def test_the_same_note_again_changes_nothing_and_other_facts_are_refused(command: Any, before: CreditEvent) -> None:
    knowing(before).when(command).then_nothing()
    knowing(before, partner=replace(P1, segment="other")).when(replace(command, on=None)).then_nothing()
    for changes in ({"reason": "x"}, {"currency": "USD"}, {"on": MAY_3}, {"partner_id": "p2"}):
        knowing(before).when(replace(command, **changes)).then_rejected("credit_exists")
    knowing(TAKEN).when(replace(TAKE, lines=(NewLine("A", 2, Decimal("9.90")),))).then_rejected("credit_exists")
    knowing(CORRECTED).when(replace(CORRECT, note=Note.DEBIT)).then_rejected("credit_exists")


@pytest.mark.parametrize("status", ["suspended", "applied"])
def test_a_partner_gives_goods_back_whatever_its_standing(status: str) -> None:
    knowing(partner=replace(P1, status=status)).when(TAKE).then(TAKEN)


def test_what_was_known_elsewhere_is_kept() -> None:
    there = AsKnown("ecommerce", None, "US")
    brought = BringGoods(**{name: getattr(TAKE, name) for name in TAKE.__struct_fields__}, known_as=there)
    knowing().when(brought).then(replace(TAKEN, channel_type="ecommerce", segment=None, territory="US"))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (replace(TAKE, currency="XXX"), "currency_invalid"),
        (replace(CORRECT, currency="XXX"), "currency_invalid"),
        (replace(CORRECT, amount=Decimal(0)), "amount_invalid"),
        (replace(CORRECT, amount=Decimal(10**15)), "amount_invalid"),
        (replace(TAKE, lines=(NewLine("A", 1, Decimal(1), discount=Decimal(2)),)), "discount_invalid"),
        (replace(TAKE, external_id="a/b"), "external_id_invalid"),
        (replace(TAKE, on=date(9999, 12, 31)), "date_implausible"),
        (replace(CORRECT, on=date(1, 1, 1)), "date_implausible"),
    ],
)
def test_a_note_keeps_to_the_limits_of_an_order(command: Any, code: str) -> None:
    knowing().when(command).then_rejected(code)


def test_a_partner_that_is_not_known_is_waited_for() -> None:
    knowing(partner=None).when(TAKE).then_rejected("partner_unknown", partner_id="p1")


async def stock_of_a(client: Running) -> int:
    on_hand: int = (await client.runtime.log.state(STOCK, "sh"))["A"].on_hand
    return on_hand


async def test_every_door_takes_a_note_and_one_through_two_doors_counts_once(whole: Running) -> None:
    await stocked(whole, A=10)
    made = await whole.post("/v1/goods-returns", json=GOODS)
    assert (made.status_code, made.headers["location"]) == (201, "/v1/goods-returns/erp:CN-1")
    assert await stock_of_a(whole) == 13
    rows, summary = await imported(whole, {"kind": "goods_return"} | GOODS, {"kind": "amount_correction"} | MONEY)
    assert ([row["result"] for row in rows], summary["accepted"], await stock_of_a(whole)) == (["repeated"], 1, 13)
    erp = await defined(whole, "erp", platform="cloudevents")
    without_source = [{name: value for name, value in body.items() if name != "source"} for body in (GOODS, MONEY)]
    await erp.push(event("goods.returned", without_source[0], id_="e-1"), id_="m-1")
    await erp.push(event("amount.corrected", without_source[1], id_="e-2"), id_="m-2")
    await until(whole, 2, "/v1/pushes", state="ignored")
    assert {row["reason"] for row in await listed(whole, "/v1/pushes")} == {"nothing_new"}
    await erp.push(event("goods.returned", without_source[0] | {"external_id": "CN-2", "warehouse": None}, id_="e-3"), id_="m-3")
    await until(whole, 1, "/v1/pushes", state="applied")

    goods, money, second = sorted(await until(whole, 3, "/v1/credits"), key=lambda row: (row["credit_id"], row["kind"] == "corrected"))
    assert (goods["kind"], goods["units"], goods["lines"], goods["amount"]) == ("returned_without_sale", 3, 1, "28.70")
    assert (money["kind"], money["units"], money["sku"], money["sale"], money["amount"]) == ("corrected", 0, "A", "2025-0815", "-25")
    assert (second["credit_id"], second["warehouse"], await stock_of_a(whole)) == ("erp:CN-2", None, 13)
    for name, value, found in (("q", "erp:CN-2", 1), ("kind", "corrected", 1), ("to", "2026-05-01", 0), ("from", "2026-05-02", 3)):
        assert len(await listed(whole, "/v1/credits", **{name: value})) == found, name
    assert [len(await listed(whole, "/v1/credits", partner_id=one)) for one in ("p1", "p2")] == [3, 0]
    told = (await whole.get(f"/v1/events/{money['event_id']}")).json()
    assert told["data"]["amount"] == "25"
    movements = await listed(whole, "/v1/stock/sh/A/movements")
    assert next((row["kind"], row["on_hand"], row["order_id"], row["reference"]) for row in movements) == ("returned", 3, None, "erp:CN-1")


async def test_a_partner_sees_its_own_notes_and_gives_none(client: Running) -> None:
    await stocked(client, A=10)
    await done(client, "/v1/goods-returns", GOODS)
    await done(client, "/v1/amount-corrections", MONEY | {"partner_id": "p2", "external_id": "CN-9"})
    me = client.as_("partner", partner_id="p1")
    assert (await me.get("/v1/goods-returns/erp:CN-1")).json()["lines"][0]["unit_price"] == "9.90"
    for path in ("/v1/amount-corrections/erp:CN-9", "/v1/amount-corrections/erp:CN-1", "/v1/goods-returns/erp:none"):
        answer = await me.get(path)
        assert (answer.status_code, answer.json()["code"], answer.headers.get("etag")) == (404, "credit_unknown", None)
    assert (await me.post("/v1/goods-returns", json=GOODS)).status_code == 403


async def test_what_a_note_names_has_to_be_here_and_a_refusal_writes_nothing(client: Running) -> None:
    await stocked(client, A=10)
    at = await head(client)
    for path, body, code in (
        ("goods-returns", GOODS | {"lines": [{"sku": "Z", "quantity": 1, "unit_price": "1"}]}, "product_unknown"),
        ("goods-returns", GOODS | {"warehouse": "xx"}, "warehouse_unknown"),
        ("goods-returns", GOODS | {"partner_id": "p9"}, "partner_unknown"),
        ("amount-corrections", MONEY | {"sku": "Z"}, "product_unknown"),
    ):
        answer = await client.post(f"/v1/{path}", json=body)
        assert (answer.status_code, answer.json()["code"], await head(client)) == (409, code, at)


async def test_a_repeated_request_without_a_number_is_one_note(client: Running) -> None:
    await stocked(client, A=10)
    body = {name: value for name, value in GOODS.items() if name != "external_id"}
    first, second = [await done(client, "/v1/goods-returns", body, **{"idempotency-key": "k1"}) for _ in range(2)]
    assert (first["id"], await stock_of_a(client)) == (second["id"], 13)


async def test_an_order_and_a_note_of_one_number_are_two_documents(client: Running) -> None:
    await stocked(client, A=10)
    await done(client, "/v1/orders", order(source="erp", external_id="CN-1"))
    await done(client, "/v1/goods-returns", GOODS)
    assert (await client.get("/v1/orders/erp:CN-1")).json()["lines"][0]["returned"] == 0
