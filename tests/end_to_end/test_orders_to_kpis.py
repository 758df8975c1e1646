"""From a command at one service to a number at another, over real processes, PostgreSQL and the broker."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest
from qudao_local.guard import ask_to_end, start, wait
from qudao_local.ports import free_port
from qudao_local.services import SERVICES, environment
from qudao_local.stack import Stack

from .platform import Platform

OF_SALES = ("order_lines", "orders", "units", "gross", "discount", "cancelled", "returned", "net", "fill_rate")
KPIS = (*OF_SALES, "cycle_time", "cycle_time_p90", "return_rate")


def test_one_order_reaches_every_kpi_and_each_leads_back_to_its_event(platform: Platform) -> None:
    order_id = platform.placed(lines=[("bike", 2, "10.05"), ("bell", 3, "1.10")], source="one", sales_rep="ann")
    for step in ("confirm", "ship", "deliver"):
        platform.post("orders-inventory", f"/v1/orders/{order_id}/{step}", {"on": "2026-03-03"})
    platform.until(lambda: platform.kpi("fill_rate", source="one") == 1)
    platform.until(lambda: platform.kpi("cycle_time", source="one") == 1)
    expected = {"order_lines": "2", "orders": "1", "units": "5", "gross": "23.40", "net": "23.40", "cycle_time_p90": "1"}
    for kpi, value in expected.items():
        assert platform.kpi(kpi, source="one") == Decimal(value), kpi
    for kpi in ("discount", "cancelled", "returned", "return_rate"):
        assert platform.kpi(kpi, source="one") == 0, kpi
    fact = platform.get("metrics", "/v1/kpis/gross/facts", source="one")["items"][0]
    event = platform.get("orders-inventory", fact["event"])
    assert event["type"].endswith("order_placed")
    assert event["data"]["order_id"] == order_id
    stamped = [fact[name] for name in ("partner", "channel_type", "segment", "territory", "sales_rep")]
    assert stamped == ["p1", "retailer", "shop", "east", "ann"]


def test_a_cancelled_or_returned_order_restores_stock_and_kpis(platform: Platform) -> None:
    before = platform.stock("bell")
    cancelled = platform.placed(lines=[("bell", 7, "2.50")], source="back")
    returned = platform.placed(lines=[("bell", 5, "2.00")], source="back")
    for step in ("confirm", "ship", "deliver"):
        platform.post("orders-inventory", f"/v1/orders/{returned}/{step}", {"on": "2026-03-04"})
    platform.until(lambda: platform.kpi("net", source="back") == Decimal("27.50"))
    platform.until(lambda: platform.stock("bell") == {"on_hand": before["on_hand"] - 5, "reserved": before["reserved"] + 7})
    platform.post("orders-inventory", f"/v1/orders/{cancelled}/cancel", {"reason": "changed mind", "on": "2026-03-05"})
    platform.post("orders-inventory", f"/v1/orders/{returned}/return", {"reason": "wrong colour", "on": "2026-03-06"})
    platform.until(lambda: platform.kpi("net", source="back") == 0)
    platform.until(lambda: platform.stock("bell") == before)
    assert platform.kpi("cancelled", source="back") == Decimal("17.50")
    assert platform.kpi("returned", source="back") == Decimal("10.00")
    assert platform.kpi("gross", source="back") == Decimal("27.50")


def test_64_clients_over_two_api_processes_reserve_the_last_10_units_once(platform: Platform, stack: Stack) -> None:
    platform.put("orders-inventory", "/v1/products/last", {"name": "Last"})
    platform.receive("last", 10)
    port = free_port()
    settings = {
        "DATABASE_URL": stack.dsn("orders-inventory"),
        "KAFKA_BOOTSTRAP": stack.bootstrap,
        "PORT": str(port),
        "ROLE": "api",
        **stack.auth,
    }
    second = start_service("orders_inventory", settings, stack)
    try:
        urls = [platform.urls["orders-inventory"], f"http://127.0.0.1:{port}"]
        platform.until(lambda: answers(platform, urls[1]))
        with ThreadPoolExecutor(64) as pool:
            orders = [pool.submit(platform.order, lines=[("last", 1, "1.00")], source="last", url=urls[n % 2]) for n in range(64)]
        codes = [order.result().status_code for order in orders]
    finally:
        ask_to_end(second)
        wait(second)
    assert sorted(codes) == [201] * 10 + [409] * 54
    assert {o.result().json()["code"] for o in orders if o.result().status_code == 409} == {"stock_insufficient"}
    platform.until(lambda: platform.stock("last") == {"on_hand": 10, "reserved": 10})


def test_the_sum_over_the_pages_of_facts_is_the_value_for_every_kpi(platform: Platform) -> None:
    dice = random.Random(7)
    platform.partner("p2", "agent", "online")
    platform.until(lambda: platform.order(lines=[("bell", 1, "1.00")], partner="p2", external_id="hello", source="sum").is_success)
    for number in range(30):
        lines = [
            (dice.choice(("bike", "bell")), dice.randint(1, 9), f"{dice.randint(1, 999)}.{dice.randint(0, 9999):04}") for _ in range(4)
        ]
        order_id = platform.placed(lines=lines, partner=dice.choice(("p1", "p2")), source="sum", on=f"2026-0{dice.randint(1, 6)}-15")
        if number % 3 == 0:
            platform.post("orders-inventory", f"/v1/orders/{order_id}/cancel", {"reason": "test"})
        else:
            for step in ("confirm", "ship", "deliver", *(["return"] if number % 3 == 1 else [])):
                platform.post("orders-inventory", f"/v1/orders/{order_id}/{step}", {"reason": "test"} if step == "return" else {})
    platform.until(lambda: platform.kpi("orders", source="sum") == 31)
    choices = {
        "channel_type": ["retailer", "agent"],
        "partner": ["p1", "p2"],
        "segment": ["shop", "online"],
        "product": ["bike", "bell"],
        "product_category": ["things"],
        "territory_tree": ["east"],
        "from": ["2026-02-01", "2026-04-01"],
        "to": ["2026-05-01"],
    }
    for kpi in KPIS:
        for _ in range(4):
            asked = {name: dice.choice(choices[name]) for name in dice.sample(sorted(choices), dice.randint(0, 3))}
            group = dice.choice(["channel_type", "month", "product", "partner", "territory"])
            for value in platform.get("metrics", f"/v1/kpis/{kpi}", source="sum", group_by=group, **asked)["values"]:
                facts = all_facts(platform, value["facts"])
                assert sum(Decimal(f["numerator"]) for f in facts) == Decimal(value["numerator"]), (kpi, asked, value)
                if value["denominator"] is not None:
                    assert sum(Decimal(f["denominator"]) for f in facts) == Decimal(value["denominator"]), (kpi, asked, value)


def test_what_a_suspended_partner_may_do(platform: Platform) -> None:
    platform.partner("p3")
    platform.until(lambda: platform.order(lines=[("bell", 1, "1.00")], partner="p3").is_success)
    platform.post("partner-registry", "/v1/partners/p3/suspend", {"reason": "unpaid bills"})
    platform.until(lambda: platform.order(lines=[("bell", 1, "1.00")], partner="p3").status_code == 409)
    assert platform.order(lines=[("bell", 1, "1.00")], partner="p3").json()["code"] == "partner_suspended"
    line = {"line_id": "1", "sku": "bell", "quantity": 1, "unit_price": "1.00"}
    document = {"kind": "order", "source": "erp", "external_id": "s1", "partner_id": "p3", "currency": "CNY", "warehouse": "main"}
    answer = platform.http.post(
        f"{platform.urls['orders-inventory']}/v1/imports/orders", json={**document, "on": "2026-03-02", "lines": [line]},
        headers={"content-type": "application/x-ndjson"},
    )  # fmt: skip
    assert '"accepted":1' in answer.text.replace(" ", "")
    assert platform.get("orders-inventory", "/v1/orders/erp:s1")["flags"] == ["partner_suspended"]


def all_facts(platform: Platform, path: str) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        url = platform.urls["metrics"] + path
        page = platform.http.get(url, params={**dict(platform.http.build_request("GET", url).url.params), "limit": "7", **cursor}).json()
        facts += page["items"]
        if page["next"] is None:
            return facts
        cursor = {"cursor": page["next"]}


def start_service(module: str, settings: dict[str, str], stack: Stack) -> Any:
    return start([sys.executable, "-m", module], log=stack.folder.log("second"), environment=environment(settings))


def answers(platform: Platform, url: str) -> bool:
    try:
        return platform.http.get(f"{url}/health/ready").is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("service", [kind.name for kind in SERVICES])
def test_every_service_is_healthy_and_describes_itself(platform: Platform, service: str) -> None:
    assert platform.get(service, "/health/live")
    assert platform.get(service, "/health/ready")
    assert platform.get(service, "/openapi.json")["info"]["title"]
    assert "qudao_build_info" in platform.http.get(f"{platform.urls[service]}/metrics").text
