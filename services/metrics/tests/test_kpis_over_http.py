"""KPIs over HTTP: what an answer carries, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running
from metrics.app import CATALOGUE

from .requests import all_facts, values


async def test_the_definitions_say_what_each_kpi_means(empty: Running) -> None:
    items = (await empty.get("/v1/kpis")).json()["items"]
    net = next(item for item in items if item["kpi"] == "net")
    formula = "placed.gross - placed.discount - cancelled.net - returned.net - returned_without_sale.net + corrected.net"
    assert (net["version"], net["unit"], net["formula"]) == (2, "money", formula)
    assert [item["kpi"] for item in items] == sorted(CATALOGUE.kpis)


async def test_a_value_carries_all_that_explains_it(client: Running) -> None:
    asked = {"from": "2026-01-01", "to": "2026-12-31", "as_of": "2026-12-31", "known_at": "2026-12-31"}
    answer = (await client.get("/v1/kpis/gross", params={**asked, "group_by": "partner,month", "partner": "p-1", "currency": "CNY"})).json()
    assert {**asked, "kpi": "gross", "version": 1, "group_by": ["partner", "month"]}.items() <= answer.items()
    value = answer["values"][0]
    assert value["group"] == {"partner": "p-1", "month": "2026-01", "currency": "CNY"}
    assert value["names"] == {"partner": "Partner p-1"}
    assert (value["unit"], value["currency"], value["reason"], value["denominator"]) == ("money", "CNY", None, None)
    assert value["exact"] == value["numerator"]
    assert Decimal(value["value"]) == round(Decimal(value["exact"]), 2)
    assert value["facts"].startswith("/v1/kpis/gross/facts?from=2026-01-01&to=2026-01-31&as_of=2026-12-31&known_at=2026-12-31&")


async def test_a_fact_leads_to_its_event(client: Running) -> None:
    (value,) = await values(client, "net", currency="USD")
    fact, *_ = [fact async for fact in all_facts(client, value["facts"], limit=1000)]
    assert fact["event"] == f"/v1/events/{fact['event_id']}"
    assert fact["service"] == "orders-inventory"
    assert Decimal(fact["net"]) == Decimal(fact["gross"]) - Decimal(fact["discount"])
    assert Decimal(fact["numerator"]) == Decimal(fact["net"] if fact["kind"] == "placed" else f"-{fact['net']}")


async def test_money_is_never_added_over_currencies(client: Running) -> None:
    assert [value["currency"] for value in await values(client, "gross")] == ["CNY", "USD"]
    assert [value["currency"] for value in await values(client, "units")] == [None]


async def test_the_highest_come_first_in_each_currency(client: Running) -> None:
    answer = (await client.get("/v1/kpis/net", params={"group_by": "partner", "order": "-value", "limit": 3})).json()
    for currency in ("CNY", "USD"):
        everything = [Decimal(one["exact"]) for one in await values(client, "net", group_by="partner", currency=currency)]
        highest = [Decimal(one["exact"]) for one in answer["values"] if one["currency"] == currency]
        assert highest == sorted(everything, reverse=True)[:3]
    assert answer["more"] is True


async def test_ratios_are_ordered_by_their_value(client: Running) -> None:
    found = [Decimal(one["value"]) for one in await values(client, "fill_rate", group_by="partner", order="value")]
    assert found == sorted(found)


async def test_without_facts_counts_are_zero_ratios_null_and_money_has_no_currency(empty: Running) -> None:
    (orders,) = await values(empty, "orders")
    (rate,) = await values(empty, "fill_rate")
    assert (orders["value"], rate["value"], rate["reason"], rate["denominator"]) == ("0", None, "denominator_zero", "0")
    assert await values(empty, "gross") == []


@pytest.mark.parametrize("path", ["/v1/kpis/{kpi}", "/v1/kpis/{kpi}/facts", "/v1/exports/kpis/{kpi}/facts"])
async def test_every_dimension_and_tree_is_a_filter(empty: Running, path: str) -> None:
    described = {one["name"] for one in (await empty.get("/openapi.json")).json()["paths"][path]["get"]["parameters"]}
    trees = {f"{one.name}_tree" for one in CATALOGUE.dimensions.values() if one.tree}
    assert trees == {"partner_tree", "territory_tree"}
    assert {*CATALOGUE.dimensions, *trees} <= described


REFUSED: list[tuple[str, dict[str, Any], int, str, str]] = [
    ("/v1/kpis/profit", {}, 404, "kpi_unknown", "fill_rate"),
    ("/v1/kpis/profit/facts", {}, 404, "kpi_unknown", "fill_rate"),
    ("/v1/kpis/net", {"chanel_type": "agent"}, 422, "parameter_unknown", "channel_type"),
    ("/v1/kpis/net/facts", {"group_by": "partner"}, 422, "parameter_unknown", "cursor"),
    ("/v1/kpis/net", {"group_by": "planet"}, 422, "group_unknown", "sales_rep"),
    ("/v1/kpis/net", {"group_by": "partner_tree"}, 422, "group_unknown", "quarter"),
    ("/v1/kpis/net", {"from": "yesterday"}, 422, "invalid_request", "like 2026-11-24"),
    ("/v1/kpis/net", {"to": "2026-02-30"}, 422, "invalid_request", "to"),
    ("/v1/kpis/net", {"as_of": "0"}, 422, "invalid_request", "like 2026-11-24"),
    ("/v1/kpis/net", {"known_at": "2026-01-01T00:00:00"}, 422, "invalid_request", "like 2026-11-24"),
    ("/v1/kpis/net", {"from": "2026-02-01", "to": "2026-01-31"}, 422, "invalid_request", "must not be before from"),
    ("/v1/kpis/net", {"order": "name"}, 422, "invalid_request", "-value"),
    ("/v1/kpis/net", {"limit": 0}, 422, "invalid_request", "limit"),
    ("/v1/kpis/net", {"limit": 10_001}, 422, "invalid_request", "limit"),
    ("/v1/kpis/net", {"partner": "p\x01"}, 422, "invalid_request", "partner"),
    ("/v1/kpis/net", {"partner": "p" * 201}, 422, "invalid_request", "partner"),
    ("/v1/kpis/net/facts", {"limit": 1001}, 422, "invalid_request", "limit"),
    ("/v1/kpis/net/facts", {"cursor": "nonsense"}, 422, "invalid_request", "cursor"),
    ("/v1/kpis/net/facts", {"cursor": "WyJwLTEwMDEiXQ"}, 422, "invalid_request", "cursor"),
    *(("/v1/kpis/net", {"wait_for": bad}, 422, "invalid_request", "wait_for") for bad in ("soon", "7", "1;1", "1;1:2,", "1;1:" + "9" * 19)),
    ("/v1/kpis/net", {"wait_for": "1;0:1", "wait_source": "comms"}, 422, "source_unknown", "orders-inventory"),
]


@pytest.mark.parametrize(("path", "params", "status", "code", "says"), REFUSED)
async def test_what_cannot_be_asked_is_a_problem_that_tells_what_can(
    empty: Running, path: str, params: dict[str, Any], status: int, code: str, says: str
) -> None:
    answer = await empty.get(path, params=params)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert says in answer.text


async def test_odd_but_harmless_questions_are_answered(empty: Running) -> None:
    for params in (
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"group_by": ","},
        {"partner": "'; drop table sales_fact_v3; --"},
        {"segment": ""},
    ):
        assert (await empty.get("/v1/kpis/orders", params=params)).status_code == 200


async def test_groups_come_in_their_order_or_from_the_last_one_down(client: Running) -> None:
    days = [one["group"]["day"] for one in await values(client, "orders", group_by="day")]
    assert days == sorted(set(days))
    assert [one["group"]["day"] for one in await values(client, "orders", group_by="day", order="-group")] == days[::-1]
    [last] = await values(client, "orders", group_by="day", order="-group", limit=1)
    assert last["group"]["day"] == days[-1]


async def test_the_last_days_of_the_calendar_can_be_grouped(client: Running) -> None:
    for period in ("day", "week", "month", "quarter", "half", "year", "fiscal_month", "fiscal_year"):
        assert await values(client, "orders", group_by=period, to="9999-12-31")
