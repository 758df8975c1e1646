"""Funds through HTTP: who may do what, that nothing is promised twice at once, and what a timer leaves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from channel_service import Service
from channel_service.testing import Running, fold, running
from incentives.app import SERVICE
from incentives.views.movements import MOVEMENTS

from .funds import FILE, FUND, INVOICE, body, claimed
from .test_earnings_over_http import ORDERS

PART = "/v1/funds/mdf/parts/p-1"
FAIR = f"{PART}/requests/fair"


async def done(client: Running, method: str, path: str, json: dict[str, Any]) -> dict[str, Any]:
    answer = await client.request(method, path, json=json)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(client: Running, method: str, path: str, json: dict[str, Any]) -> tuple[int, str]:
    answer = await client.request(method, path, json=json)
    return answer.status_code, answer.json()["code"]


async def opened(client: Running, amount: str = "4000.00", **more: Any) -> None:
    await done(client.as_("finance", subject="eve"), "PUT", "/v1/funds/mdf", FUND | more)
    await done(client.as_("channel_manager", subject="cem"), "POST", f"{PART}/allocations", {"amount": amount, "reference": "Q1"})
    await client.as_("partner", partner_id="p-1").put(FILE, content=INVOICE, headers={"content-type": "application/pdf"})


@pytest.mark.row("IN-24")
async def test_from_a_budget_to_a_payment(client: Running) -> None:
    await opened(client)
    manager, eve, bob = (client.as_("channel_manager"), client.as_("finance", subject="eve"), client.as_("finance", subject="bob"))
    partner, other = client.as_("partner", partner_id="p-1"), client.as_("partner", partner_id="p-2")
    again = {"amount": "4000.00", "reference": "Q1"}
    assert (await done(manager, "POST", f"{PART}/allocations", again))["changed"] is False
    assert await refused(manager, "POST", f"{PART}/allocations", again | {"amount": "1"}) == (409, "fund_allocation_exists")
    assert await refused(manager, "POST", f"{PART}/allocations", {"amount": "6000.01", "reference": "Q2"}) == (409, "fund_budget_exceeded")
    assert await refused(manager, "PUT", "/v1/funds/x", FUND) == (403, "forbidden")
    assert await refused(other, "PUT", FAIR, body()) == (403, "not_yours")
    await done(partner, "PUT", FAIR, body())
    assert await refused(partner, "POST", f"{FAIR}/approve", {}) == (403, "forbidden")
    await done(bob, "POST", f"{FAIR}/approve", {})
    await done(partner, "POST", f"{FAIR}/activity", {"held_on": "2026-02-02", "report": "140 visitors"})
    await done(partner, "PUT", f"{FAIR}/claims/stand", claimed("600.00", orders=["shop:1"]))
    await done(bob, "POST", f"{FAIR}/claims/stand/approve", {})
    assert await refused(bob, "POST", f"{FAIR}/claims/stand/pay", {"reference": "bank-1"}) == (409, "fund_four_eyes")
    await done(eve, "POST", f"{FAIR}/claims/stand/pay", {"reference": "bank-1"})
    whole = (await partner.get(PART)).json()
    amounts = {"allocated": "4000.00", "committed": "400.00", "owed": "0", "paid": "600.00", "expired": "0", "available": "3000.00"}
    assert whole["standing"] == amounts
    assert [one["status"] for one in whole["requests"][0]["claims"]] == ["paid"]
    assert (await other.get(PART)).json()["code"] == "fund_part_unknown"
    assert (await client.as_("auditor").get("/v1/funds/mdf")).json()["given"] == "4000.00"
    denied = await done(bob, "PUT", f"{PART}/requests/second", body())
    assert denied["changed"]
    assert await refused(bob, "POST", f"{PART}/requests/second/deny", {"reason": "no"}) == (409, "fund_four_eyes")
    await done(eve, "POST", f"{PART}/requests/second/deny", {"reason": "no"})


@pytest.mark.row("IN-24")
async def test_of_two_approvals_at_once_only_what_is_there_is_promised(client: Running) -> None:
    await opened(client, "1500.00")
    partner, bob = client.as_("partner", partner_id="p-1"), client.as_("finance", subject="bob")
    for number in range(8):
        await done(partner, "PUT", f"{PART}/requests/r{number}", body(amount="400.00"))
    answers = await asyncio.gather(*(bob.post(f"{PART}/requests/r{number}/approve", json={}) for number in range(8)))
    assert sorted(one.status_code for one in answers) == [200] * 3 + [409] * 5
    standing = (await partner.get(PART)).json()["standing"]
    assert (standing["committed"], standing["available"]) == ("1200.00", "300.00")
    asked = [{"amount": "900.00", "reference": f"q{number}"} for number in range(20)]
    manager = client.as_("channel_manager")
    given = await asyncio.gather(*(manager.post(f"/v1/funds/mdf/parts/p-{at}/allocations", json=one) for at, one in enumerate(asked)))
    assert sorted(one.status_code for one in given) == [200] * 9 + [409] * 11  # 8,500 of the budget are left
    assert (await manager.get("/v1/funds/mdf")).json()["given"] == "9600.00"


@pytest.mark.row("IN-25")
async def test_several_claims_with_proofs_and_what_the_orders_they_won_come_to(whole: Running) -> None:
    await fold(whole.runtime.settings.database_url, MOVEMENTS, ORDERS)
    await opened(whole)
    partner, bob, eve = whole.as_("partner", partner_id="p-1"), whole.as_("finance", subject="bob"), whole.as_("finance", subject="eve")
    await done(partner, "PUT", FAIR, body())
    await done(bob, "POST", f"{FAIR}/approve", {})
    assert await refused(partner, "PUT", f"{FAIR}/claims/a", claimed("1.00")) == (409, "fund_activity_not_held")
    await done(partner, "POST", f"{FAIR}/activity", {"held_on": "2026-02-02", "report": "140 visitors"})
    no_hash = claimed("1.00", proofs=[{"name": "a.pdf", "sha256": "no hash"}])
    assert (await refused(partner, "PUT", f"{FAIR}/claims/a", no_hash))[0] == 422
    assert (await refused(partner, "PUT", f"{FAIR}/claims/a", claimed("1.00", proofs=[])))[0] == 422
    await done(partner, "PUT", f"{FAIR}/claims/a", claimed("540.00", orders=["shop:1"]))
    await done(partner, "PUT", f"{FAIR}/claims/b", claimed("460.00", orders=["nowhere:1"]))
    assert await refused(partner, "PUT", f"{FAIR}/claims/c", claimed("0.01")) == (409, "claim_too_high")
    await done(bob, "POST", f"{FAIR}/claims/a/approve", {})
    roi = (await partner.get(f"{FAIR}/roi")).json()
    assert (roi["spent"], roi["elsewhere"]) == ("540.00", ["nowhere:1"])
    assert [one["order_id"] for one in roi["orders"]] == ["shop:1"]
    assert (roi["won"], roi["ratio"]) == ("720", "1.3333")
    receipt = await done(eve, "POST", f"{FAIR}/claims/a/pay", {"reference": "bank-1"})
    waiting = {"wait_for": receipt["token"]}
    [paid] = (await partner.get("/v1/fund-claims", params=waiting | {"status": "paid"})).json()["items"]
    assert (paid["claim_id"], paid["approved"], paid["reference"]) == ("a", "540.00", "bank-1")
    [part] = (await eve.get("/v1/fund-parts", params={"fund_id": "mdf"})).json()["items"]
    assert [part[name] for name in ("allocated", "committed", "paid", "available")] == ["4000.00", "460.00", "540.00", "3000.00"]
    assert [one["request_id"] for one in (await partner.get("/v1/fund-requests?q=stand")).json()["items"]] == ["fair"]
    other = whole.as_("partner", partner_id="p-2")
    for path in ("/v1/fund-parts", "/v1/fund-requests", "/v1/fund-claims"):
        assert (await other.get(path)).json()["items"] == []
    assert (await other.get("/v1/funds")).status_code == 403
    csv = (await eve.get("/v1/exports/fund-claims", params={"format": "csv"})).text
    assert csv.count("\n") == 3


@pytest.mark.row("IN-26")
async def test_what_is_not_used_in_time_expires_and_a_share_of_it_is_carried_over(
    migrated: Callable[[Service], Awaitable[str]], kafka: str, topic_prefix: str
) -> None:
    moment = [datetime(2026, 6, 15, tzinfo=UTC)]
    old = FUND | {"last": "2026-06-30", "claims_until": "2026-07-31", "carry_over": {"into": "next", "share": "0.25"}}
    url = await migrated(SERVICE)
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix, clock=lambda: moment[0]) as client:
        await opened(client, **old)
        eve, bob = client.as_("finance", subject="eve"), client.as_("finance", subject="bob")
        await done(eve, "PUT", "/v1/funds/next", FUND | {"budget": "0"})
        await done(client, "PUT", FAIR, body(on="2026-02-01"))
        await done(bob, "POST", f"{FAIR}/approve", {"on": "2026-02-01"})
        gone = {"available": "0.00", "committed": "0", "expired": "4000.00"}
        moment[0] = datetime(2100, 1, 1, tzinfo=UTC)  # the part was brought in late: it is left alone for a day
        # Somebody writes, which is when timers look; the brand's clock, which decides, is that of today, past both times.
        await done(eve, "PUT", "/v1/funds/another", FUND)
        found = await until(client, PART, lambda one: one["standing"]["expired"] != "0")
        assert {name: found["standing"][name] for name in gone} == gone
        carried = await until(client, "/v1/funds/next/parts/p-1", lambda one: "standing" in one)
        assert carried["standing"]["available"] == "1000.00"
        fund = (await eve.get("/v1/funds/next")).json()
        assert (fund["budget"], fund["given"]) == ("1000.00", "1000.00")


async def until(client: Running, path: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What a route answers once that holds."""
    async with asyncio.timeout(20):
        while True:
            found: dict[str, Any] = (await client.get(path)).json()
            if holds(found):
                return found
            await asyncio.sleep(0.02)
