"""Every route of every service, walked by a partner with another partner's ids, and by each role.

The routes come from the five OpenAPI documents, so a new one is walked at once; one that cannot be filled fails until it is
taught here.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from qudao_local.issuer import ROLES
from qudao_local.stack import Stack

from .platform import DAY, Platform

MINE, OTHER, CHILD = "walk-mine", "walk-other", "walk-child"
PARENT, KID, GRANDKID = "walk-parent", "walk-kid", "walk-grandkid"
METHODS = ("get", "post", "put", "patch", "delete")
FILTERS = {"partner", "partner_id", "partner_tree", "parent", "payee_id", "q", "stream", "order_line", "statement_id"}
SPELLED = {"stream": "order/direct:{}", "order_line": "direct:{}/1", "statement_id": "partner~{}~2026-01"}
"""Query parameters that can name another's."""
NAMING = {"partner_id", "payee_id", "order_id", "credit_id", "entry_id", "statement_id"}
"""Parts of paths that name a partner, or what is of one."""
QUESTIONS = {"/v1/plans/{plan_id}/versions/{version}/payees/{payee_id}/estimate"}
"""What is asked by a POST, because it takes a body, and is kept by nobody."""


@dataclass(frozen=True)
class Route:
    """An operation of a service, as its document describes it."""

    service: str
    method: str
    path: str
    said: dict[str, Any]

    @property
    def roles(self) -> list[str] | None:
        """Who may call it; None is anybody."""
        return self.said.get("x-roles")

    @property
    def in_path(self) -> list[str]:
        return re.findall(r"{(\w+)(?::\w+)?}", self.path)

    @property
    def reads(self) -> bool:
        return self.method == "get" or self.path in QUESTIONS

    def __str__(self) -> str:
        return f"{self.service} {self.method.upper()} {self.path}"


@pytest.fixture(scope="module")
def routes(platform: Platform) -> list[Route]:
    found = []
    for service, url in platform.urls.items():
        document = httpx.get(f"{url}/openapi.json", trust_env=False).json()
        found += [
            Route(service, method, path, said)
            for path, item in document["paths"].items()
            for method, said in item.items()
            if method in METHODS
        ]
    assert len(found) > 60
    return found


@pytest.fixture(scope="module")
def ids(platform: Platform, stack: Stack) -> dict[str, str]:
    """What path parameters are filled with: everything is another partner's. All services have heard of it."""
    for partner in (MINE, OTHER, CHILD):
        platform.partner(partner)
    platform.post("partner-registry", f"/v1/partners/{CHILD}/move", {"parent": MINE, "on": "2026-01-01"})
    for partner in (MINE, OTHER, CHILD):
        platform.until(lambda partner=partner: platform.order(lines=[("bell", 1, "1.00")], partner=partner, external_id=partner).is_success)
    for partner in (MINE, OTHER, CHILD):
        platform.until(lambda partner=partner: platform.kpi("orders", partner=partner) == 1)
        for copy in ("incentives", "comms"):
            platform.until(lambda partner=partner, copy=copy: f'"{partner}"' in json.dumps(platform.get(copy, "/v1/partners", limit=200)))
    events = platform.get("orders-inventory", "/v1/events", stream=f"order/direct:{OTHER}")["items"]
    note(platform, OTHER)
    hook = {"url": "https://hooks.example.com/q", "event_types": ["orders_inventory.*"], "partner_id": OTHER}
    platform.post("comms", "/v1/webhooks", {"webhook_id": "anothers", **hook})
    return {
        **earned(platform, stack, OTHER),
        "partner_id": OTHER,
        "order_id": f"direct:{OTHER}",
        "event_id": events[0]["id"],
        "territory": "east",
        "warehouse": "main",
        "sku": "bell",
        "kpi": "gross",
        "source": "walk",
        "push_id": "0" * 40,
        "price_list": "standard",
        "currency": "CNY",
        "webhook_id": "anothers",
        "delivery_id": "0" * 40,
        "credit_id": f"direct:{OTHER}",
        "statement_id": f"partner~{OTHER}~2026-01",
        "dispute_id": "walk",
        "payout_id": "walk",
        "calendar_id": "calendar",
        "payee": "partner",
        "base": "USD",
        "quote": "CNY",
        "day": DAY,
        "run_id": "walk",
        "sha256": HASH,
    }


PLAN = {
    "title": "Walk", "payee": "partner", "currency": "CNY", "valid_from": "2026-01-01", "rounding": "half_up", "exclusive": "best",
    "rules": [{
        "rule_id": "all", "pays": {"flat": {"rate": "0.05"}}, "base": "net", "moment": "ordered", "window": "year",
        "examples": [{"says": "a hundred", "lines": [{"on": "2026-01-15", "net": "100.00"}], "pays": "5.00"}],
    }],
}  # fmt: skip


def earned(platform: Platform, stack: Stack, partner: str) -> dict[str, str]:
    """A plan by which the partner earned something, with a quota, a ruling and a payment of its."""
    platform.put("incentives", "/v1/plans/walk", PLAN)
    for step in ("simulate", "submit"):
        platform.post("incentives", f"/v1/plans/walk/{step}", {"version": 1})
    with Platform(stack.urls, stack.token("finance")) as another:
        another.post("incentives", "/v1/plans/walk/approve", {"version": 1})
    platform.put("incentives", f"/v1/quotas/partner/{partner}/net", {"first": "2026-01-01", "last": "2026-12-31", "amount": "100.00"})
    ruling = {"payee": "partner", "payee_id": partner, "cause": "cross_region", "reason": "sold elsewhere"}
    platform.put("incentives", "/v1/rulings/walk", ruling)
    paid = {"partner_id": partner, "currency": "CNY", "amount": "1.00", "on": DAY}
    platform.put("incentives", f"/v1/payments/direct:{partner}/bank-1", paid)
    funded(platform, partner)
    credited(platform, partner)
    payee = f"/v1/plans/walk/versions/1/payees/{partner}"
    platform.until(lambda: platform.get("incentives", payee)["entries"])
    (entry,) = platform.get("incentives", payee)["entries"]
    return {
        "plan_id": "walk", "version": "1", "payee_id": partner, "entry_id": entry["entry_id"],
        "measure": "net", "ruling_id": "walk", "reference": "bank-1", "fund_id": "walk", "request_id": "fair", "claim_id": "stand",
        "promotion_id": "walk", "coupon": "walk", "agreement_id": "walk", "protection_id": "walk", "rotation_id": "walk",
        "programme_id": "walk", "reward_id": "walk",
    }  # fmt: skip


def credited(platform: Platform, partner: str) -> None:
    """A split among others, a responsibility beyond what others have, and an assigned plan."""
    platform.put("incentives", f"/v1/splits/partner/direct:{partner}-split", {"shares": [{"payee_id": partner, "share": "1"}]})
    overlay = {"first": "2026-01-01", "share": "0.1", "counts": "overlay"}
    platform.put("incentives", f"/v1/responsibilities/partner/east/{partner}", overlay)
    platform.put("incentives", f"/v1/plans/walk/assignments/partner/{partner}", {})


FILE = b"what was paid"
HASH = hashlib.sha256(FILE).hexdigest()


def funded(platform: Platform, partner: str) -> None:
    """A part of a fund, a request of the partner, and a file of its."""
    address = f"{platform.urls['incentives']}/v1/partners/{partner}/files/{HASH}"
    assert platform.http.put(address, content=FILE, headers={"content-type": "text/plain"}).is_success
    terms = {"first": "2026-01-01", "last": "2030-12-31", "claims_until": "2031-01-31"}
    platform.put("incentives", "/v1/funds/walk", terms | {"title": "Walk", "currency": "CNY", "budget": "100.00"})
    part = f"/v1/funds/walk/parts/{partner}"
    platform.post("incentives", f"{part}/allocations", {"amount": "10.00", "reference": "walk"})
    fair = {"activity": "fair", "title": "Fair", "starts": "2026-06-01", "ends": "2026-06-02", "amount": "5.00"}
    platform.put("incentives", f"{part}/requests/fair", fair)
    platform.put("incentives", "/v1/points-programmes/walk", {"title": "Walk", "currency": "CNY"})
    platform.post("incentives", f"/v1/points/walk/partner/{partner}/give", {"points": 1, "reason": "walk", "reference": "walk"})


def note(platform: Platform, partner: str) -> None:
    """A credit note of the partner, called like it: goods that came back, and money."""
    said = {"external_id": partner, "partner_id": partner, "currency": "CNY", "reason": "late", "on": DAY}
    platform.post("orders-inventory", "/v1/goods-returns", said | {"lines": [{"sku": "bell", "quantity": 1, "unit_price": "1.00"}]})
    platform.post("orders-inventory", "/v1/amount-corrections", said | {"note": "credit", "amount": "1.00"})


@pytest.fixture(scope="module")
def kin(platform: Platform, stack: Stack, ids: dict[str, str]) -> dict[str, dict[str, str]]:
    """`ids` for the kid and the grandkid of a parent that may see its children, when all services have heard of it."""
    family = (PARENT, KID, GRANDKID)
    for partner in family:
        platform.partner(partner)
        platform.until(lambda partner=partner: platform.order(lines=[("bell", 1, "1.00")], partner=partner, external_id=partner).is_success)
        note(platform, partner)
        funded(platform, partner)
        credited(platform, partner)
    for child, parent in ((KID, PARENT), (GRANDKID, KID)):
        platform.post("partner-registry", f"/v1/partners/{child}/move", {"parent": parent, "on": "2026-01-01"})
    for partner in family:
        platform.until(lambda partner=partner: platform.kpi("orders", partner=partner) == 1)
    platform.put("partner-registry", f"/v1/partners/{PARENT}/children-access", {"agreement": "A-2026-017"})
    with Platform(stack.urls, stack.token("partner", partner_id=PARENT)) as me:
        for service in ("partner-registry", "incentives", "comms", "metrics"):
            me.until(lambda service=service: f'"{KID}"' in json.dumps(me.get(service, "/v1/partners", limit=200)))
        me.until(lambda: len(me.get("orders-inventory", "/v1/orders")["items"]) == 2)
    names = ("order_id", "credit_id")
    return {
        partner: {**ids, **dict.fromkeys(("partner_id", "payee_id"), partner), **dict.fromkeys(names, f"direct:{partner}")}
        for partner in (KID, GRANDKID)
    }


def filled(route: Route, ids: dict[str, str]) -> str:
    unknown = [name for name in route.in_path if name not in ids]
    assert not unknown, f"{route}: say in the fixture `ids` what another partner's {', '.join(unknown)} is"
    return re.sub(r"{(\w+)(?::\w+)?}", lambda match: ids[match[1]], route.path)


def body_of(route: Route) -> Any:
    """The example of a JSON body; None when it takes none."""
    content = route.said.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    examples: list[dict[str, Any]] = list((content.get("examples") or {}).values())
    found = content["example"] if "example" in content else examples[0]["value"] if examples else None
    assert found is not None, f"{route}: its body has no example"
    return found


def anothers(body: Any, another: str = OTHER) -> Any:
    """The body with another partner in every place for one."""
    if isinstance(body, dict):
        return {name: another if name in {"partner_id", "partner"} else anothers(value, another) for name, value in body.items()}
    return [anothers(one, another) for one in body] if isinstance(body, list) else body


def asked(platform: Platform, route: Route, path: str, token: str | None, params: Any = None, body: Any = None) -> tuple[int, str]:
    """The status and what was said; of a stream its first bytes."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.stream(
        route.method, platform.urls[route.service] + path, params=params, json=body, headers=headers, timeout=30, trust_env=False
    ) as answer:
        if "event-stream" in answer.headers.get("content-type", ""):
            return answer.status_code, next(answer.iter_text(), "")
        return answer.status_code, answer.read().decode()


def walks(route: Route, partners: tuple[str, ...] = (OTHER, CHILD)) -> Iterator[dict[str, str]]:
    """Without a filter, then with each that can name another's."""
    named = {one["name"] for one in route.said.get("parameters", ()) if one["in"] == "query"}
    yield {}
    for name in sorted(named & FILTERS):
        for partner in partners:
            yield {name: SPELLED.get(name, "{}").format(partner)}


def leaks(text: str) -> list[str]:
    return [partner for partner in (OTHER, CHILD) if partner in text]


def test_a_partner_reaches_nothing_of_another_partner_on_any_route(
    platform: Platform, stack: Stack, routes: list[Route], ids: dict[str, str]
) -> None:
    token = stack.token("partner", partner_id=MINE)
    wrong = []
    for route in routes:
        path, body = filled(route, ids), anothers(body_of(route))
        names_another = set(route.in_path) & (NAMING | {"event_id", "webhook_id"}) or OTHER in json.dumps(body)
        for params in walks(route):
            status, said = asked(platform, route, path, token, params, body)
            closed = route.roles is not None and "partner" not in route.roles
            allowed = {403} if closed else {403, 404} if names_another else {200, 401, 403, 404, 422}
            # A problem may repeat the id that was asked for; an answer with rows must not hold it.
            if status not in allowed or (status == 200 and leaks(said)):
                wrong.append(f"{route} {params}: {status} {said[:200]}")
    assert wrong == []


STREAMS = {"orders-inventory": "order/direct:", "partner-registry": "partner/"}
"""Of the services that have events of a partner, the beginning of their stream."""


def events_of(platform: Platform, partner: str) -> dict[str, str]:
    """By service, an event of this partner."""
    streams = {service: platform.get(service, "/v1/events", stream=f"{stream}{partner}") for service, stream in STREAMS.items()}
    return {service: events["items"][0]["id"] for service, events in streams.items()}


def test_a_granted_parent_reads_its_children_on_every_route_and_changes_nothing_there(
    platform: Platform, stack: Stack, routes: list[Route], kin: dict[str, dict[str, str]]
) -> None:
    token = stack.token("partner", partner_id=PARENT)
    wrong, read = [], 0
    for partner, found in ((KID, 200), (GRANDKID, 404)):
        events = events_of(platform, partner)
        for route in routes:
            if route.roles is None:
                continue
            path = filled(route, {**kin[partner], "event_id": events.get(route.service, "0")})
            body = anothers(body_of(route), partner)
            named = set(route.in_path) & (NAMING - {"entry_id", "statement_id"} | {"event_id"})
            for params in walks(route, (partner, OTHER)):
                status, said = asked(platform, route, path, token, params, body)
                if route.reads and "partner" in route.roles and named:
                    expected = {404 if "event_id" in named and route.service not in events else found}
                    read += status == 200
                elif route.reads:
                    expected = {200, 403, 404, 422}
                else:
                    expected = {403, 404}
                leaked = status == 200 and any(one in said for one in (GRANDKID, OTHER))
                if leaked or (status not in expected and (named or partner in json.dumps(body))):
                    wrong.append(f"{route} {params}: {status} {said[:200]}")
    assert wrong == []
    assert read >= 6, "its record in three services, its order, and an event in each of two services"
    with Platform(stack.urls, token) as me:
        assert me.kpi("orders", partner=KID) == 1
        assert me.kpi("orders") == 2


def test_a_partner_sees_what_is_its_own(platform: Platform, stack: Stack, ids: dict[str, str]) -> None:
    token = stack.token("partner", partner_id=MINE)
    with Platform(stack.urls, token) as me:
        assert me.get("partner-registry", f"/v1/partners/{MINE}")["partner_id"] == MINE
        for service, path in [("partner-registry", "/v1/partners"), ("incentives", "/v1/partners"), ("comms", "/v1/partners")]:
            assert [one["partner_id"] for one in me.get(service, path)["items"]] == [MINE]
        assert [one["order_id"] for one in me.get("orders-inventory", "/v1/orders")["items"]] == [f"direct:{MINE}"]
        assert me.get("orders-inventory", f"/v1/orders/direct:{MINE}")["partner_id"] == MINE
        events = me.get("orders-inventory", "/v1/events", stream=f"order/direct:{MINE}")["items"]
        assert me.get("orders-inventory", f"/v1/events/{events[0]['id']}")["data"]["partner_id"] == MINE
        assert me.kpi("orders") == me.kpi("orders", group_by="partner") == 1
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
        assert me.order(lines=[("bell", 1, "1.00")], partner=MINE, external_id="own", on=today).status_code == 201
        assert me.order(lines=[("bell", 1, "1.00")], partner=MINE, external_id="late").json()["code"] == "date_not_open"


def test_each_role_is_let_in_where_the_route_says_so_and_nowhere_else(
    platform: Platform, stack: Stack, routes: list[Route], ids: dict[str, str]
) -> None:
    tokens: dict[str, str] = {
        role: stack.token(role, **({"partner_id": MINE} if role == "partner" else {"source": "walk"} if role == "source" else {}))
        for role in ROLES
    }
    # What is not there, so that nothing happens where it is allowed; no body, which is a form that no command has.
    nothing = dict.fromkeys(ids, "nothing") | {"kpi": "gross"}
    wrong = []
    for route in routes:
        path = filled(route, nothing)
        if route.roles is None:
            continue
        if asked(platform, route, path, None)[0] != 401:
            wrong.append(f"{route}: without a token")
        for role, token in tokens.items():
            status, said = asked(platform, route, path, token)
            if (status == 403) != (role not in route.roles) or status in {401, 500}:
                wrong.append(f"{route} as {role}: {status} {said[:200]}")
    assert wrong == []


def test_fields_that_a_command_does_not_know_are_refused(platform: Platform, routes: list[Route], ids: dict[str, str]) -> None:
    nothing = dict.fromkeys(ids, "nothing") | {"kpi": "gross", "order_id": "direct:nothing"}
    token = str(platform.http.headers["authorization"]).removeprefix("Bearer ")
    wrong = []
    for route in routes:
        if route.roles is None or not isinstance(body := body_of(route), dict):
            continue
        for more in ({"role": "brand_admin"}, {"actor": "somebody"}, {"tenant": OTHER}):
            status, said = asked(platform, route, filled(route, nothing), token, body={**body, **more})
            if status != 422:
                wrong.append(f"{route} with {more}: {status} {said[:200]}")
    assert wrong == []
