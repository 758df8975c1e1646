"""Pushes and versions as deciders and as a list; what CloudEvents mean."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from channel_events import Rejected
from channel_events.testing import feed, given, recorded
from msgspec.structs import replace
from orders_inventory.connectors import CONNECTORS, Delivery
from orders_inventory.connectors.meaning import Meaning, Nothing, OrderStepTaken, ProductDescribed, StockArrived, Units, WholeOrder
from orders_inventory.domain.push import PUSH, Outcome, PushReceived, PushSettled, Receive, Settle
from orders_inventory.domain.pushed import PUSHED, PushedVersionTaken, TakeVersion
from orders_inventory.views.pushes import PUSHES

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
    given(PUSH, RECEIVED).when(Settle(Outcome.APPLIED)).then(settled(Outcome.APPLIED))
    given(PUSH, RECEIVED, settled(Outcome.APPLIED)).when(Settle(Outcome.DISMISSED, "late")).then_nothing()
    given(PUSH).when(Settle(Outcome.DISMISSED, "which?")).then_rejected("push_unknown")


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


def test_an_order_of_an_erp() -> None:
    seen = read(event("order.placed", PLACED | {"lines": [LINE, LINE | {"line_id": "b", "discount": "1.00"}]}))
    assert isinstance(seen, WholeOrder)
    assert (seen.external_id, seen.partner_id, seen.placed_on, seen.entity[:6]) == ("A-1", "p1", date(2026, 5, 1), "event:")
    assert [(one.line_id, one.unit_price, one.discount) for one in seen.lines] == [
        ("1", Decimal("2.50"), Decimal(0)),
        ("b", Decimal("2.50"), Decimal("1.00")),
    ]


@pytest.mark.parametrize(
    ("type_", "step"),
    [
        ("order.confirmed", "confirm"),
        ("order.shipped", "ship"),
        ("order.delivered", "deliver"),
        ("order.cancelled", "cancel"),
        ("order.returned", "return"),
    ],
)
def test_a_step_of_an_erp(type_: str, step: str) -> None:
    seen = read(event(type_, {"external_id": "A-1", "on": "2026-05-01", "lines": [{"sku": "PEN", "quantity": 1}]}))
    assert isinstance(seen, OrderStepTaken)
    assert (seen.step, seen.lines) == (step, (Units(None, "PEN", 1),))


def test_products_and_stock_of_an_erp() -> None:
    product = read(event("product.defined", {"sku": "PEN", "name": "Gel pen", "on": "2026-05-01"}))
    stock = read(event("stock.received", {"sku": "PEN", "quantity": 5, "on": "2026-05-01", "reference": "DN-1"}))
    assert isinstance(product, ProductDescribed)
    assert isinstance(stock, StockArrived)
    assert (product.name, stock.quantity, stock.reference) == ("Gel pen", 5, "DN-1")


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
        (event("order.placed", PLACED | {"lines": [LINE | {"unit_price": None}]}), "amount_invalid"),
        (event("order.placed", PLACED | {"lines": [LINE | {"sku": ""}]}), "sku_missing"),
        (event("order.placed", PLACED | {"lines": [LINE], "on": "20260501"}), "time_invalid"),
        (event("order.placed", PLACED | {"lines": [LINE], "on": "2026-02-30"}), "time_invalid"),
        (event("order.placed", PLACED), "push_unreadable"),
        (event("order.placed", None), "push_unreadable"),
        (event("order.placed", PLACED, specversion="0.3"), "push_unreadable"),
        (event("order.placed", PLACED, id_=""), "push_unreadable"),
        (event("order.placed", PLACED, datacontenttype="text/xml"), "push_unreadable"),
        (event("product.defined", {"sku": "A", "name": "", "on": "2026-05-01"}), "push_unreadable"),
        (event("product.defined", {"sku": "A", "name": "x\0", "on": "2026-05-01"}), "push_unreadable"),
        (event("order.returned", {"external_id": "A", "on": "2026-05-01", "reason": "x" * 501}), "push_unreadable"),
        (b"\x00", "push_unreadable"),
    ],
)
def test_what_cannot_be_read_of_an_erp_has_a_reason(body: Any, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read(body)
    assert refusal.value.code == code
