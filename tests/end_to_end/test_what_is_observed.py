"""What operators see of the running platform: traces, logs, metrics. And what nobody sees there: secrets and people."""

import base64
import hmac
import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from qudao_checks.metrics import METRICS, read
from qudao_local.ports import PORTS
from qudao_local.stack import Stack

from .collector import Collector, Seen
from .platform import Platform

NAMES = {
    "partner": "Zhang Wei Outdoor",
    "search": "Li Na Cycling",
    "note": "call 13800138000 at Huaihai Road 755",
    "warehouse": "Building 9 Jinke Road",
    "product": "Secret Saddle Mk 9",
    "id": "zhang-wei-77",
    "sku": "SADDLE-MK9",
    "order": "erp-order-424242",
    "query": "buyer-of-last-spring",
    "buyer": "Wang Xiuying",
    "mail": "xiuying@mail.example",
    "street": "88 Nanjing West Road",
}
"""Each of them is sent to the platform somewhere; none may be in its logs, metrics or traces."""
WRONG_TOKEN = secrets.token_urlsafe(40)


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Stack]:
    settings = {"OTLP_ENDPOINT": collector.endpoint, "LOG_FORMAT": "json", "LOG_LEVEL": "debug"}
    data = tmp_path_factory.mktemp("stack")
    with Stack(data, given=dict.fromkeys(PORTS, 0), settings=settings, say=lambda *_: None) as running:
        yield running


def span(spans: list[Seen], service: str, name: str) -> Seen:
    (found,) = [one for one in spans if (one.service, one.name) == (service, name)]
    return found


def test_one_order_is_one_trace_from_the_request_to_the_kpi(platform: Platform, collector: Collector) -> None:
    trace, caller = secrets.token_hex(16), secrets.token_hex(8)
    platform.http.headers["traceparent"] = f"00-{trace}-{caller}-01"
    try:
        platform.placed(lines=[("bike", 2, "10.00")], source="traced")
    finally:
        del platform.http.headers["traceparent"]
    platform.until(lambda: platform.kpi("orders", source="traced") == 1)
    wanted = {"POST /v1/orders", "append", "relay", "fold sales"}
    platform.until(lambda: wanted <= {one.name for one in collector.of(trace)})  # each service sends its spans once a second
    spans = collector.of(trace)
    request = span(spans, "orders-inventory", "POST /v1/orders")
    append = span(spans, "orders-inventory", "append")
    assert (request.parent, append.parent) == (caller, request.id)
    after = [span(spans, "orders-inventory", "relay"), *(one for one in spans if one.name.startswith("fold "))]
    assert {one.parent for one in after} == {append.id}
    assert "fold sales" in {one.name for one in after if one.service == "metrics"}


class Shop:
    """A shop of WooCommerce that signs what it pushes, people and all."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.url = platform, platform.urls["orders-inventory"]
        platform.put("orders-inventory", "/v1/sources/watched", {
            "platform": "woocommerce", "partner_id": "p1", "warehouse": "main", "zone": "Asia/Shanghai",
        })  # fmt: skip
        self.secret = platform.post("orders-inventory", "/v1/sources/watched/secrets", {})["secret"]

    def push(self, number: int, sku: str, *, secret: str = "", **headers: str) -> httpx.Response:
        bought = {"id": 1, "product_id": 1, "quantity": 1, "sku": sku, "subtotal": "5.00", "total": "5.00"}
        moment = "2026-03-02T08:00:00"
        body = json.dumps({
            "id": number, "status": "processing", "currency": "CNY", "date_created_gmt": moment, "date_modified_gmt": moment,
            "billing": {"first_name": NAMES["buyer"], "email": NAMES["mail"], "address_1": NAMES["street"]},
            "customer_note": NAMES["note"], "line_items": [bought], "refunds": [],
        }).encode()  # fmt: skip
        signature = base64.b64encode(hmac.digest((secret or self.secret).encode(), body, "sha256")).decode()
        signed = {"content-type": "application/json", "x-wc-webhook-topic": "order.created", "x-wc-webhook-signature": signature}
        return self.platform.http.post(f"{self.url}/v1/pushes/watched", content=body, headers={**signed, **headers})

    def parked(self) -> int:
        return int(self.platform.get("orders-inventory", "/v1/pushes/tally")["states"].get("parked", 0))


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Shop:
    return Shop(platform)


def test_one_push_is_one_trace_from_the_door_to_the_kpi(platform: Platform, collector: Collector, shop: Shop) -> None:
    trace = secrets.token_hex(16)
    answer = shop.push(1, "bike", traceparent=f"00-{trace}-{secrets.token_hex(8)}-01")
    assert answer.status_code == 202, answer.text
    platform.until(lambda: platform.kpi("orders", source="watched") == 1)
    wanted = {"POST /v1/pushes/{source}", "append", "react apply_pushes", "relay", "fold sales"}
    platform.until(lambda: wanted <= {one.name for one in collector.of(trace)})
    assert {one.service for one in collector.of(trace)} >= {"orders-inventory", "metrics"}


def test_every_line_of_a_request_names_its_request_and_its_trace(platform: Platform, stack: Stack) -> None:
    trace = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01", "x-request-id": "asked-once"}
    assert platform.http.get(platform.urls["metrics"] + "/v1/kpis", headers=headers).is_success
    log = stack.folder.log("metrics")
    platform.until(lambda: "asked-once" in log.read_text())  # the line follows the answer
    (line,) = [json.loads(line) for line in log.read_text().splitlines() if "asked-once" in line]
    assert (line["trace_id"], line["route"], line["service"]) == (trace, "/v1/kpis", "metrics")
    assert re.fullmatch("[0-9a-f]{16}", line["span_id"])


@pytest.fixture(scope="module")
def used(platform: Platform, shop: Shop) -> list[httpx.Response]:
    """The platform after a day with people and secrets in all that is sent; the answers that were refusals."""
    platform.post("partner-registry", "/v1/partners", {
        "partner_id": NAMES["id"], "name": NAMES["partner"], "channel_type": "retailer", "territory": "east",
    })  # fmt: skip
    for step in ("approve", "activate"):
        platform.post("partner-registry", f"/v1/partners/{NAMES['id']}/{step}", {})
    platform.put("orders-inventory", f"/v1/products/{NAMES['sku']}", {"name": NAMES["product"]})
    platform.put("orders-inventory", "/v1/warehouses/w9", {"name": NAMES["warehouse"]})
    platform.receive(NAMES["sku"], 10)
    bought = [(NAMES["sku"], 2, "10.00")]
    platform.until(lambda: platform.order(lines=bought, partner=NAMES["id"], external_id=NAMES["order"]).is_success)
    platform.post("orders-inventory", f"/v1/orders/direct:{NAMES['order']}/cancel", {"reason": NAMES["note"]})
    platform.get("partner-registry", "/v1/partners", q=NAMES["search"])
    platform.until(lambda: platform.kpi("orders", partner=NAMES["id"]) == 1)
    assert shop.push(2, "bell").is_success
    assert shop.push(3, NAMES["buyer"]).is_success
    platform.until(lambda: shop.parked() == 1)
    orders, registry = platform.urls["orders-inventory"], platform.urls["partner-registry"]
    http = platform.http
    return [
        platform.order(lines=[(NAMES["sku"], 1000, "10.00")], partner=NAMES["id"], external_id="too-many"),
        platform.order(lines=bought, partner=NAMES["id"], external_id=NAMES["order"], sales_rep=NAMES["partner"]),
        http.post(f"{registry}/v1/partners", json={"name": NAMES["partner"], NAMES["note"]: 1}),
        http.post(f"{registry}/v1/partners", content=f'{{"name": "{NAMES["partner"]}"', headers={"content-type": "application/json"}),
        http.get(f"{registry}/v1/partners/{NAMES['partner']}", params={"as_of": NAMES["query"]}),
        http.get(f"{orders}/{NAMES['note']}", params={"token": NAMES["query"]}),
        http.get(f"{orders}/v1/events", params={"cursor": NAMES["query"]}),
        http.post(f"{orders}/v1/imports/orders", content=f"{NAMES['note']}\n", headers={"content-type": "application/x-ndjson"}),
        http.get(f"{registry}/v1/partners", headers={"authorization": f"Bearer {WRONG_TOKEN}"}),
        shop.push(4, "bell", secret=WRONG_TOKEN),
    ]


def secrets_of(platform: Platform, stack: Stack, shop: Shop) -> set[str]:
    """What must be in no output whatsoever: tokens and passwords."""
    passwords = {str(httpx.URL(stack.dsn(name)).password) for name in stack.urls}
    _, _, token = platform.http.headers.get("authorization", "").rpartition(" ")
    found = {
        stack.folder.secret(),
        stack.folder.secrets_key(),
        shop.secret,
        WRONG_TOKEN,
        *passwords,
        *filter(None, [token, token.rpartition(".")[2]]),
    }
    assert len(found) > len(stack.urls)
    assert all(len(one) > 10 for one in found)
    return found


def hits(shown: dict[str, str], wanted: set[str]) -> list[str]:
    return [f"{place}: {one}" for place, text in shown.items() for one in wanted if one in text]


@pytest.mark.usefixtures("used")
def test_no_log_holds_a_secret_or_a_person(platform: Platform, stack: Stack, shop: Shop) -> None:
    platform.until(lambda: "stream_parked" in stack.folder.log("orders-inventory").read_text())  # a line at info waits a moment
    logs = {path.name: path.read_text() for path in stack.folder.log("metrics").parent.iterdir()}
    assert {"orders-inventory.log", "partner-registry.log", "postgres.log", "broker.log"} <= logs.keys()
    assert '"route":"/v1/partners"' in logs["partner-registry.log"]
    (parked,) = [json.loads(line) for line in logs["orders-inventory.log"].splitlines() if "stream_parked" in line]
    assert parked["reason"].startswith("Rejected: ")
    assert parked["correlation"]
    assert hits(logs, secrets_of(platform, stack, shop) | set(NAMES.values())) == []


def test_no_trace_holds_a_secret_or_a_person(
    platform: Platform, stack: Stack, collector: Collector, shop: Shop, used: list[httpx.Response]
) -> None:
    platform.until(lambda: any(one.name == "POST /v1/orders/{order_id}/cancel" for one in collector.spans))
    assert hits({one.name: one.text for one in collector.spans}, secrets_of(platform, stack, shop) | set(NAMES.values())) == []


def test_no_answer_holds_a_secret(platform: Platform, stack: Stack, shop: Shop, used: list[httpx.Response]) -> None:
    assert [answer.status_code for answer in used if answer.is_success and not answer.request.url.path.startswith("/v1/imports")] in (
        [],
        [200],
    )
    assert all(answer.status_code < 500 for answer in used)
    shown = {f"{n} {answer.request.url.path}": answer.text + str(answer.headers) for n, answer in enumerate(used)}
    assert hits(shown, secrets_of(platform, stack, shop)) == []


@pytest.fixture(scope="module")
def scraped(platform: Platform, used: list[httpx.Response]) -> dict[str, str]:
    return {service: platform.http.get(f"{url}/metrics").text for service, url in platform.urls.items()}


def test_no_metric_holds_a_secret_or_a_business_id(platform: Platform, stack: Stack, shop: Shop, scraped: dict[str, str]) -> None:
    assert hits(scraped, secrets_of(platform, stack, shop) | set(NAMES.values())) == []
    values = {
        value
        for text in scraped.values()
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        for value in sample.labels.values()
    }
    assert values & {"p1", "bike", "bell", "main", "east", "direct:ready", "w9"} == set()
    assert "/v1/orders" in values
    assert 'qudao_subscription_events_total{outcome="parked",subscription="apply_pushes:own"} 1.0' in scraped["orders-inventory"]


def test_the_metrics_are_those_of_the_list(scraped: dict[str, str]) -> None:
    listed = read(METRICS)
    seen: set[str] = set()
    for service, text in scraped.items():
        for family in text_string_to_metric_families(text):
            if not family.name.startswith("qudao_"):
                continue
            one = listed[family.name]
            seen.add(family.name)
            assert (family.type, family.documentation) == (one.kind, one.help), f"{service}: {family.name}"
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            assert labels <= set(one.labels), f"{service}: {family.name}"
    assert seen == set(listed)
    for name in ("process_cpu_seconds", "process_resident_memory_bytes", "python_gc_collections"):
        assert all(f"# TYPE {name}" in text for text in scraped.values()), name


def test_promtool_finds_nothing_wrong(scraped: dict[str, str]) -> None:
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool is not installed")
    for service, text in scraped.items():
        checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stdout + checked.stderr) == (0, ""), service
