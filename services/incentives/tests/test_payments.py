"""Payments: how they are told, how one is split among the lines of its order, and that rules about what was paid see them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running, fold
from channel_testing import feed, given
from incentives.domain.facts import Line, Moment
from incentives.domain.movements import What, lines_of
from incentives.domain.payment import PAYMENT, Paid, PaymentReceived, PaymentTakenBack, ReceivePayment, TakeBackPayment, paid_lines
from incentives.views.movements import MOVEMENTS
from incentives.views.payments import PAYMENTS

from .plans import document, go, rule
from .test_earnings_over_http import ORDERS, earned
from .test_movements import moved

DAY = date(2026, 3, 1)
NAMED: dict[str, Any] = {"order_id": "shop:1", "reference": "b-1"}
SAID: dict[str, Any] = NAMED | {"partner_id": "p-1", "currency": "CNY", "amount": Decimal(100)}
RECEIVED = PaymentReceived(**SAID, occurred_on=DAY)
TAKEN_BACK = PaymentTakenBack(**NAMED, occurred_on=DAY)


def test_a_payment_is_received_once_and_may_come_to_nothing() -> None:
    given(PAYMENT).when(ReceivePayment(**SAID, on=DAY)).then(RECEIVED)
    given(PAYMENT, RECEIVED).when(ReceivePayment(**SAID)).then_nothing()
    given(PAYMENT, RECEIVED).when(ReceivePayment(**SAID | {"amount": Decimal(99)})).then_rejected("payment_exists")
    given(PAYMENT, RECEIVED).when(ReceivePayment(**SAID, on=date(2026, 3, 2))).then_rejected("payment_exists")
    given(PAYMENT, RECEIVED).when(TakeBackPayment(**NAMED, on=DAY)).then(TAKEN_BACK)
    given(PAYMENT, RECEIVED, TAKEN_BACK).when(TakeBackPayment(**NAMED, on=DAY)).then_nothing()
    given(PAYMENT, RECEIVED, TAKEN_BACK).when(ReceivePayment(**SAID)).then_rejected("payment_exists")
    given(PAYMENT).when(TakeBackPayment(**NAMED)).then_rejected("payment_unknown")
    for currency, amount in (("CNY", "0"), ("CNY", "1.005"), ("JPY", "0.5")):
        refused = ReceivePayment(**SAID | {"currency": currency, "amount": Decimal(amount)})
        given(PAYMENT).when(refused).then_rejected("payment_amount_invalid")
    assert [row["amount"] for row in feed(PAYMENTS, RECEIVED).rows()] == [100]
    assert feed(PAYMENTS, RECEIVED, TAKEN_BACK).rows() == []


def paid(amount: str, on: int = 20, **more: Any) -> Paid:
    said: dict[str, Any] = {"event_id": "pay", "order_id": "shop:1", "currency": "CNY", "amount": Decimal(amount)}
    return Paid(**said | {"paid_on": date(2026, 2, on)} | more)


THREE = [moved(at, What.PLACED, 10, 1, line_id=str(at), discount=Decimal(0)) for at in (1, 2, 3)]


def shares(lines: list[Line], *payments: Paid) -> dict[str, Decimal]:
    return {one.line_id: one.net for one in paid_lines(lines, payments)}


def test_a_payment_is_split_among_the_lines_to_the_cent() -> None:
    lines = list(lines_of(THREE, {}))
    assert shares(lines, paid("100.00")) == {"1": Decimal("33.34"), "2": Decimal("33.33"), "3": Decimal("33.33")}
    [one, *_] = paid_lines(lines, [paid("100.00", on=16)])
    assert (one.fact_id, one.moment, one.on, one.days, one.units) == ("pay/1/paid", Moment.PAID, date(2026, 2, 16), 15, 0)


def test_what_is_cancelled_is_not_paid() -> None:
    cancelled = moved(9, What.CANCELLED, 10, 2, line_id="3", discount=Decimal(0))
    assert shares(list(lines_of([*THREE, cancelled], {})), paid("100.00")) == {"1": 50, "2": 50, "3": 0}
    every = [moved(10 + at, What.CANCELLED, 10, 2, line_id=str(at), discount=Decimal(0)) for at in (1, 2, 3)]
    assert shares(list(lines_of([*THREE, *every], {})), paid("100.00")) == {}


@pytest.mark.parametrize("more", [{"order_id": "shop:9"}, {"currency": "USD"}])
def test_a_payment_of_no_order_here_or_in_another_currency_does_not_count(more: dict[str, Any]) -> None:
    assert shares(list(lines_of(THREE, {})), paid("100.00", **more)) == {}


@pytest.mark.row("IN-10")
async def test_a_rebate_on_what_was_paid_on_time(whole: Running) -> None:
    await fold(whole.runtime.settings.database_url, MOVEMENTS, ORDERS)
    cycles = [{"days": 15, "factor": "1"}, {"days": 30, "factor": "0.8"}]
    await go(whole, document(rule({"payment_cycle": {"rate": "0.1", "cycles": cycles}}, moment="paid")))
    finance = whole.as_("finance")
    for reference, day, amount in (("a", "2026-02-16", "300.00"), ("b", "2026-02-17", "100.00"), ("c", "2026-03-10", "320.00")):
        body = {"partner_id": "p-1", "currency": "CNY", "amount": amount, "on": day}
        receipt = await finance.put(f"/v1/payments/shop:1/{reference}", json=body)
        assert receipt.status_code == 201, receipt.text
    listed = await finance.get("/v1/payments", params={"wait_for": receipt.json()["token"], "partner_id": "p-1"})
    assert [one["reference"] for one in listed.json()["items"]] == ["a", "b", "c"]
    assert (await earned(finance))["amount"] == "38.00"  # a tenth of 300 and of four fifths of 100; 37 days are too late
    gone = (await finance.delete("/v1/payments/shop:1/a")).json()
    assert [one["reference"] for one in (await finance.get(f"/v1/payments?wait_for={gone['token']}")).json()["items"]] == ["b", "c"]
    assert (await earned(finance))["amount"] == "8.00"
    other = whole.as_("partner", partner_id="p-2")
    assert (await other.get("/v1/payments")).json()["items"] == []
