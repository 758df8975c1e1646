"""Prices: effective-dated, per list, currency and SKU."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running
from channel_testing import TODAY, feed, given
from orders_inventory.domain.price import PRICE, PriceSet, PriceWithdrawn, SetPrice, WithdrawPrice
from orders_inventory.views.prices import PRICES

from .requests import done, stocked
from .test_lists_over_http import listed, until

JAN, MAR, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)


def set_price(**changes: Any) -> SetPrice:
    fields: dict[str, Any] = {
        "price_list": "retail",
        "currency": "CNY",
        "sku": "A",
        "unit_price": Decimal("3.50"),
        "valid_from": JAN,
        "on": MAY,
    }
    return SetPrice(**(fields | changes))


def price_set(previous: Decimal | None = None, **changes: Any) -> PriceSet:
    c = set_price(**changes)
    assert c.valid_from
    assert c.on
    return PriceSet(
        price_list=c.price_list,
        currency=c.currency,
        sku=c.sku,
        unit_price=c.unit_price,
        previous=previous,
        valid_from=c.valid_from,
        occurred_on=c.on,
    )


def test_a_price_holds_from_its_day() -> None:
    given(PRICE).when(set_price()).then(price_set())
    given(PRICE, price_set()).when(set_price(valid_from=MAR, unit_price=Decimal(4))).then(price_set(valid_from=MAR, unit_price=Decimal(4)))


def test_the_same_price_again_changes_nothing_and_another_for_the_day_replaces_it() -> None:
    given(PRICE, price_set()).when(set_price(unit_price=Decimal("3.5"))).then_nothing()
    given(PRICE, price_set()).when(set_price(unit_price=Decimal(4))).then(price_set(Decimal("3.50"), unit_price=Decimal(4)))


@pytest.mark.parametrize("unit_price", ["-1", "NaN", "Infinity", "1E+5", "0.00000000001", "1000000000000000"])
def test_a_price_that_is_none_is_refused(unit_price: str) -> None:
    given(PRICE).when(set_price(unit_price=Decimal(unit_price))).then_rejected("price_invalid")


def test_a_currency_that_is_none_is_refused() -> None:
    given(PRICE).when(set_price(currency="RMB")).then_rejected("currency_invalid")


def test_a_later_price_for_the_same_day_replaces_the_row() -> None:
    rows = feed(PRICES, price_set(), price_set(valid_from=MAR), price_set(Decimal("3.50"), unit_price=Decimal(9))).rows()
    assert [(row["valid_from"], row["unit_price"]) for row in rows] == [(JAN, Decimal(9)), (MAR, Decimal("3.50"))]


async def put(client: Running, path: str, price: str, valid_from: str) -> dict[str, Any]:
    return await done(client, f"/v1/prices/{path}", {"unit_price": price, "valid_from": valid_from}, method="PUT")


async def test_the_list_shows_what_holds_on_a_day(whole: Running) -> None:
    await stocked(whole)
    for path, price, day in (
        ("retail/CNY/A", "3.50", "2026-01-01"),
        ("retail/CNY/A", "4.00", "2026-03-01"),
        ("retail/CNY/B", "9", "2026-02-01"),
        ("retail/USD/A", "0.55", "2026-01-01"),
        ("dealer/CNY/A", "2", "2026-01-01"),
    ):
        assert (await put(whole, path, price, day))["changed"]
    assert not (await put(whole, "retail/CNY/A", "3.5", "2026-01-01"))["changed"]
    everything = await until(whole, 5, "/v1/prices", limit=2)
    assert [everything[0][name] for name in ("price_list", "currency", "sku", "unit_price")] == ["dealer", "CNY", "A", "2"]
    assert [(row["valid_from"], row["valid_until"]) for row in everything[1:3]] == [("2026-01-01", "2026-03-01"), ("2026-03-01", None)]

    async def holds(day: str) -> list[tuple[str, str]]:
        rows = await listed(whole, "/v1/prices", price_list="retail", currency="CNY", as_of=day)
        return [(row["sku"], row["unit_price"]) for row in rows]

    assert await holds("2025-12-31") == []
    assert await holds("2026-02-28") == [("A", "3.50"), ("B", "9")]
    assert await holds("2026-03-01") == [("A", "4.00"), ("B", "9")]
    assert len(await listed(whole, "/v1/prices", sku="A")) == 4


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("retail/CNY/C", {"unit_price": "1"}, 409, "product_unknown"),
        ("retail/RMB/A", {"unit_price": "1"}, 422, "currency_invalid"),
        ("re tail/CNY/A", {"unit_price": "1"}, 422, "price_list_invalid"),
        ("retail/CNY/A", {"unit_price": 1.5}, 422, "invalid_request"),
        ("retail/CNY/A", {"unit_price": "1000000000000000"}, 422, "price_invalid"),
        ("retail/CNY/A", {"unit_price": "1", "valid_from": "soon"}, 422, "invalid_request"),
        ("retail/CNY/A", {"unit_price": "1", "colour": "red"}, 422, "invalid_request"),
    ],
)
async def test_a_price_that_cannot_be_is_a_problem_and_nothing_is_written(
    client: Running, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    await stocked(client)
    before = await client.runtime.log.head()
    answer = await client.put(f"/v1/prices/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await client.runtime.log.head() == before


AHEAD = TODAY + timedelta(days=30)
PLANNED = price_set(valid_from=AHEAD, unit_price=Decimal(4))


def withdraw(valid_from: date = AHEAD) -> WithdrawPrice:
    return WithdrawPrice(price_list="retail", currency="CNY", sku="A", valid_from=valid_from)


def withdrawn(on: date = TODAY) -> PriceWithdrawn:
    return PriceWithdrawn(price_list="retail", currency="CNY", sku="A", unit_price=Decimal(4), valid_from=AHEAD, occurred_on=on)


def test_a_price_that_lies_ahead_can_be_withdrawn_and_no_other() -> None:
    given(PRICE, price_set(), PLANNED).when(withdraw()).then(withdrawn())
    given(PRICE, price_set(), PLANNED, withdrawn()).when(withdraw()).then_rejected("price_not_planned", sku="A", valid_from=AHEAD)
    given(PRICE, price_set(), PLANNED).when(withdraw(JAN)).then_rejected("price_not_planned")
    given(PRICE, PLANNED).known(today=AHEAD).when(withdraw()).then_rejected("price_not_planned")
    given(PRICE, PLANNED).known(today=AHEAD, imported=True).when(withdraw()).then(withdrawn(AHEAD))
    assert [row["valid_from"] for row in feed(PRICES, price_set(), PLANNED, withdrawn()).rows()] == [JAN]


async def test_a_planned_price_is_withdrawn_over_http(client: Running) -> None:
    await stocked(client)
    path, ahead = "/v1/prices/retail/CNY/A", {"valid_from": "2039-01-01"}
    await done(client, path, {"unit_price": "4"} | ahead, method="PUT")
    answer = await client.delete(path, params=ahead)
    assert (answer.status_code, answer.json()["changed"]) == (200, True)
    again = await client.delete(path, params=ahead)
    assert (again.status_code, again.json()["code"]) == (409, "price_not_planned")
