"""Pushes and versions as deciders and as a list; what CloudEvents mean."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from channel_events import Rejected
from channel_testing import feed, given, recorded
from msgspec.structs import replace
from orders_inventory.application.platforms import CONNECTORS
from orders_inventory.connectors import Delivery
from orders_inventory.connectors.meaning import Asked, Meaning, Nothing
from orders_inventory.domain.order import (
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    NewLine,
    OrderStep,
    PlaceOrder,
    ReturnOrder,
    ShipOrder,
    Wanted,
    WantedBack,
)
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.push import PUSH, Outcome, PushReceived, PushSettled, Receive, Settle
from orders_inventory.domain.pushed import PUSHED, PushedVersionTaken, TakeVersion
from orders_inventory.domain.stock import ReceiveStock
from orders_inventory.views.pushes import PUSHES

from .desk import Desk
from .pushing import NOW, PAYLOADS, SETTINGS, event, raw

RECEIVED = PushReceived(source="shop", push_id="p", platform="woocommerce", headers={}, encoding="text", body="{}", digest="d")
ERP = replace(SETTINGS, partner_id=None)
PLACED = {"external_id": "A-1", "partner_id": "p1", "currency": "CNY", "on": "2026-05-01"}
LINE = {"sku": "PEN", "quantity": 3, "unit_price": "2.50"}


def settled(outcome: Outcome, reason: str | None = None) -> PushSettled:
    return PushSettled(source="shop", push_id="p", outcome=outcome, reason=reason, entity=None, version=None)


def taken(version: str) -> PushedVersionTaken:
    return PushedVersionTaken(source="shop", entity="order:7", version=version, push_id="p")


def test_a_push_is_received_once_and_another_body_under_its_id_is_refused() -> None:
    given(PUSH).when(Receive(RECEIVED)).then(RECEIVED)
    given(PUSH, RECEIVED).when(Receive(RECEIVED)).then_nothing()
    given(PUSH, RECEIVED).when(Receive(replace(RECEIVED, digest="e"))).then_rejected("push_id_reused")


def test_a_push_is_settled_once() -> None:
    given(PUSH, RECEIVED).when(Settle("shop", "p", Outcome.APPLIED)).then(settled(Outcome.APPLIED))
    given(PUSH, RECEIVED, settled(Outcome.APPLIED)).when(Settle("shop", "p", Outcome.DISMISSED, "late")).then_nothing()
    given(PUSH).when(Settle("shop", "p", Outcome.DISMISSED, "which?")).then_rejected("push_unknown")


def test_versions_only_grow() -> None:
    given(PUSHED).when(TakeVersion("shop", "order:7", "2017-03-22", "p")).then(taken("2017-03-22"))
    for version in ("2017-03-22", "2017-03-21"):
        given(PUSHED, taken("2017-03-22")).when(TakeVersion("shop", "order:7", version, "p")).then_rejected("version_passed")


def test_the_list_has_a_push_with_what_became_of_it() -> None:
    events = [recorded(one, stream="push/shop/p") for one in (RECEIVED, settled(Outcome.IGNORED, "topic_not_used"))]
    [row] = feed(PUSHES, *events).rows()
    assert (row["source"], row["push_id"], row["position"], row["outcome"]) == ("shop", "p", 1, "ignored")
    assert row["settled_reason"] == "topic_not_used"


def read(body: Any, **settings: Any) -> Meaning:
    received_at: datetime = NOW
    return CONNECTORS["cloudevents"].interpret(Delivery({}, raw(body)), replace(ERP, **settings), received_at)


def asked(body: Any, **settings: Any) -> Any:
    meaning = read(body, **settings)
    assert isinstance(meaning, Asked)
    assert meaning.entity.startswith("event:")
    return meaning.command


def test_an_order_of_an_erp_is_the_command_itself_served_from_the_sources_warehouse() -> None:
    lines = (
        NewLine("PEN", 3, Decimal("2.50")),
        NewLine("PEN", 3, Decimal("2.50"), line_id="b", discount=Decimal("1.00")),
    )
    placed = PlaceOrder(external_id="A-1", partner_id="p1", currency="CNY", warehouse="sh", on=date(2026, 5, 1), lines=lines)
    assert asked(event("order.placed", PLACED | {"lines": [LINE, LINE | {"line_id": "b", "discount": "1.00"}]})) == placed


@pytest.mark.parametrize(
    ("type_", "step", "more"),
    [
        ("order.confirmed", ConfirmOrder, {}),
        ("order.shipped", ShipOrder, {"lines": [{"sku": "PEN", "quantity": 1}]}),
        ("order.delivered", DeliverOrder, {"shipment": 2}),
        ("order.cancelled", CancelOrder, {"reason": "late", "lines": [{"line_id": "1"}]}),
        ("order.returned", ReturnOrder, {"reason": "broken", "lines": [{"sku": "PEN", "quantity": 1}]}),
    ],
)
def test_a_step_of_an_erp_is_the_command_itself(type_: str, step: type[OrderStep], more: dict[str, Any]) -> None:
    data = {"external_id": "A-1", "on": "2026-05-01", "reference": "DN-1"} | more
    told = asked(event(type_, data))
    wanted = WantedBack if step is ReturnOrder else Wanted
    lines = [wanted(**one) for one in more.get("lines", ())]
    assert told == step(**data | {"on": date(2026, 5, 1)} | ({"lines": tuple(lines)} if lines else {}))


def test_products_and_stock_of_an_erp() -> None:
    product = asked(event("product.defined", {"sku": "PEN", "name": "Gel pen", "on": "2026-05-01"}))
    stock = asked(event("stock.received", {"sku": "PEN", "quantity": 5, "on": "2026-05-01", "reference": "DN-1"}))
    assert product == DefineProduct(sku="PEN", name="Gel pen", on=date(2026, 5, 1))
    assert stock == ReceiveStock(warehouse="sh", sku="PEN", quantity=5, on=date(2026, 5, 1), reference="DN-1")


def test_one_event_is_one_entity_by_its_source_and_id() -> None:
    step = {"external_id": "A-1", "on": "2026-05-01"}
    one, same, other = (read(event("order.confirmed", step, **names)) for names in ({}, {"time": "x"}, {"source": "/erp/200"}))
    assert one.entity == same.entity != other.entity


def test_events_that_are_not_ours_are_ignored_also_sap_own() -> None:
    path = PAYLOADS / "sap" / "s4_salesorder_created_capture.json"
    if not path.exists():
        pytest.skip("set QUDAO_SHARED to a folder with the data sets")
    seen = read(path.read_bytes())
    assert isinstance(seen, Nothing)
    assert seen.reason == "type_not_used"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (event("order.placed", PLACED | {"lines": [LINE | {"unit_price": None}]}), "push_unreadable"),
        (event("order.placed", PLACED | {"lines": [LINE | {"sku": ""}]}), "sku_missing"),
        (event("order.placed", PLACED | {"lines": [LINE], "on": "20260501"}), "push_unreadable"),
        (event("order.placed", PLACED | {"lines": [LINE], "on": "2026-02-30"}), "push_unreadable"),
        (event("order.placed", PLACED), "push_unreadable"),
        (event("order.placed", None), "push_unreadable"),
        (event("order.placed", PLACED, specversion="0.3"), "push_unreadable"),
        (event("order.placed", PLACED, id_=""), "push_unreadable"),
        (event("order.placed", PLACED, datacontenttype="text/xml"), "push_unreadable"),
        (event("product.defined", {"sku": "A", "name": "", "on": "2026-05-01"}), "push_unreadable"),
        (event("product.defined", {"sku": "A", "name": "x\0", "on": "2026-05-01"}), "push_unreadable"),
        (event("order.returned", {"external_id": "A", "on": "2026-05-01", "reason": "x" * 501}), "push_unreadable"),
        (
            raw(event("order.confirmed", {"external_id": "A", "on": "2026-05-01"})).replace(b'"on"', b'"external_id": "B", "on"'),
            "push_unreadable",
        ),
        (b"\x00", "push_unreadable"),
    ],
)
def test_what_cannot_be_read_of_an_erp_has_a_reason(body: Any, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read(body)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("type_", "data", "reason"),
    [
        ("order.confirmed", {"external_id": "A", "colour": "red"}, "Object contains unknown field `colour`"),
        ("order.shipped", {"external_id": "A", "lines": [{"sku": "PEN", "units": 1}]}, "unknown field `units` - at `$.lines[0]`"),
        ("order.shipped", {"external_id": "A", "lines": [{"quantity": 1}]}, "must name a line by line_id or sku"),
        ("order.returned", {"external_id": "A"}, "missing required field `reason`"),
        ("order.placed", PLACED | {"lines": [LINE], "source": "direct"}, "data names no source: it is that of the push"),
        ("order.placed", PLACED | {"lines": [LINE | {"unit_price": 2.5}]}, "must be a decimal number as text"),
    ],
)
def test_data_that_is_not_the_command_is_refused_in_words(type_: str, data: dict[str, Any], reason: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read(event(type_, data))
    assert refusal.value.code == "push_unreadable"
    assert reason in refusal.value.facts["problem"]


BRANDS: dict[str, dict[str, Any]] = {
    "product.defined": {"sku": "PEN", "name": "Pen"},
    "stock.received": {"sku": "woo-93", "quantity": 5},
    "goods.returned": {"external_id": "CN-1", "currency": "CNY", "reason": "old", "warehouse": "sh", "lines": [LINE | {"sku": "woo-93"}]},
}


@pytest.mark.parametrize("type_", BRANDS)
async def test_a_source_of_one_partner_tells_of_no_product_and_fills_no_stock(type_: str) -> None:
    for partner_id, outcome in (("p1", "source_of_partner"), (None, "applied")):
        desk = Desk(settings=replace(SETTINGS, partner_id=partner_id))
        data = BRANDS[type_] | ({} if type_ != "goods.returned" else {"partner_id": "p1"})
        before = dict(desk.events)
        assert desk.outcome(await desk.push(event(type_, data), platform="cloudevents", **{"webhook-id": "m"})) == outcome
        assert (desk.item("woo-93").on_hand != 100 or "product/PEN" in desk.events.keys() - before.keys()) == (partner_id is None)


async def test_a_source_of_one_partner_still_tells_of_what_came_back_to_no_stock() -> None:
    desk = Desk()
    data = {name: value for name, value in BRANDS["goods.returned"].items() if name != "warehouse"}
    assert desk.outcome(await desk.push(event("goods.returned", data), platform="cloudevents", **{"webhook-id": "m"})) == "applied"
