"""Funds, promotions, price support and points as files: a second import adds nothing, and the history makes the same lists elsewhere."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channel_service import Service
from channel_service.testing import Running, running
from incentives.api.rows import funds, points, price_support, promotions
from incentives.app import SERVICE

from .funds import FUND, HASH, body, claimed
from .test_funds_over_http import FAIR, PART, done, opened
from .test_points import MINE, MUG, PROGRAMME
from .test_price_support import AGREED
from .test_promotions_over_http import SPRING

LISTS = ["funds", "fund-parts", "fund-requests", "fund-claims", "promotions", "coupons", "support-agreements", "price-protections"]
LISTS += ["stock-rotations", "points", "points-programmes", "rewards"]


async def imported(client: Running, name: str, content: bytes, kind: str = "application/x-ndjson") -> dict[str, Any]:
    """The summary; each row that was not simply accepted is refused by the test."""
    answer = await client.post(f"/v1/imports/{name}", content=content, headers={"content-type": kind})
    assert answer.status_code == 200, answer.text
    *_, last = [json.loads(line) for line in answer.text.splitlines()]
    summary: dict[str, Any] = last["summary"]
    assert (summary["refused"], summary["stopped"]) == (0, None), answer.text
    return summary


@pytest.mark.row("IN-25")
async def test_claims_that_a_company_has_elsewhere_come_as_a_file_and_once(whole: Running) -> None:
    of = {"fund_id": "mdf", "partner_id": "p-1"}
    fair = of | {"request_id": "fair"}
    rows: list[dict[str, Any]] = [
        {"kind": "fund", "fund_id": "mdf"} | FUND,
        {"kind": "fund_allocation", **of, "amount": "4000.00", "reference": "Q1", "on": "2026-01-10"},
        {"kind": "fund_request", **fair, **body(), "by": "ann", "on": "2026-01-11"},
        {"kind": "fund_request_approval", **fair, "by": "bob", "on": "2026-01-12"},
        {"kind": "activity", **fair, "held_on": "2026-02-02", "report": "done", "on": "2026-02-03"},
        {"kind": "fund_claim", **fair, "claim_id": "stand", **claimed("600.00"), "by": "ann", "on": "2026-02-04"},
        {"kind": "fund_claim_approval", **fair, "claim_id": "stand", "by": "bob", "on": "2026-02-05"},
        {"kind": "fund_claim_payment", **fair, "claim_id": "stand", "reference": "bank-1", "by": "eve", "on": "2026-02-06"},
    ]
    file = "\n".join(map(json.dumps, rows)).encode()
    finance = whole.as_("finance")
    assert (await imported(finance, "funds", file))["accepted"] == 8
    assert (await imported(finance, "funds", file))["repeated"] == 8
    claims = (await whole.get(PART)).json()["requests"][0]["claims"]
    assert [(one["status"], one["proofs"][0]["sha256"], one["proofs"][0]["kept"]) for one in claims] == [("paid", HASH, False)]
    more = [rows[5] | {"claim_id": "more", "amount": "100.00"}, rows[6] | {"claim_id": "more", "by": "ann"}]
    mine = "\n".join(map(json.dumps, more)).encode()
    refused = (await finance.post("/v1/imports/funds", content=mine, headers={"content-type": "application/x-ndjson"})).text
    assert '"fund_four_eyes"' in refused
    assert (await whole.as_("partner", partner_id="p-1").post("/v1/imports/funds", content=mine)).status_code == 403


@pytest.mark.row("IN-27")
async def test_coupons_that_a_company_has_elsewhere_come_as_a_sheet_and_once(client: Running) -> None:
    await done(client.as_("channel_manager", subject="ann"), "PUT", "/v1/promotions/spring", SPRING)
    sheet = "coupon,promotion_id,partner_id,uses\n" + "".join(f"S-{number},spring,p-{number % 3},2\n" for number in range(50))
    finance = client.as_("finance")
    assert (await imported(finance, "coupons", sheet.encode(), "text/csv"))["accepted"] == 50
    assert (await imported(finance, "coupons", sheet.encode(), "text/csv"))["repeated"] == 50


async def a_history(client: Running) -> None:
    """Of each kind something, with what can happen to it."""
    await opened(client)
    ann, eve, bob = client.as_("channel_manager", subject="ann"), client.as_("finance", subject="eve"), client.as_("finance", subject="bob")
    partner = client.as_("partner", partner_id="p-1")
    await done(eve, "POST", "/v1/funds/mdf/budget", {"budget": "9000.00"})
    for name in ("fair", "denied", "ended"):
        await done(partner, "PUT", f"{PART}/requests/{name}", body(amount="900.00"))
    await done(bob, "POST", f"{PART}/requests/denied/deny", {"reason": "no"})
    for name in ("fair", "ended"):
        await done(bob, "POST", f"{PART}/requests/{name}/approve", {"amount": "800.00"})
    await done(partner, "POST", f"{PART}/requests/ended/end", {"reason": "rain"})
    await done(partner, "POST", f"{FAIR}/activity", {"held_on": "2026-02-02", "report": "done"})
    for name in ("a", "b", "c"):
        await done(partner, "PUT", f"{FAIR}/claims/{name}", claimed("200.00", orders=[f"o-{name}"]))
    await done(bob, "POST", f"{FAIR}/claims/a/approve", {"amount": "150.00"})
    await done(eve, "POST", f"{FAIR}/claims/a/pay", {"reference": "bank-1"})
    await done(bob, "POST", f"{FAIR}/claims/b/deny", {"reason": "no"})
    await done(partner, "POST", f"{FAIR}/claims/c/withdraw", {"reason": "mine"})
    await done(ann, "PUT", "/v1/promotions/spring", SPRING | {"budgets": [{"spend": "10.00"}], "when": "sku == 'PEN'"})
    await done(bob, "POST", "/v1/promotions/spring/start", {})
    for step, who in (("pause", ann), ("start", bob), ("end", ann)):
        await done(who, "POST", f"/v1/promotions/spring/{step}", {})
    await done(ann, "PUT", "/v1/coupons/C-1", {"promotion_id": "spring", "uses": None, "last": "2026-12-31"})
    await done(ann, "PUT", "/v1/support-agreements/sd-1", AGREED)
    await done(bob, "POST", "/v1/support-agreements/sd-1/approve", {})
    fell = {"sku": "PEN", "currency": "CNY", "changed_on": "2026-04-03", "before": "90.00", "after": "81.90"}
    await done(ann, "PUT", "/v1/price-protections/april", fell)
    terms = {"currency": "CNY", "share": "0.25", "bought_from": "2026-01-01", "bought_until": "2026-03-31"}
    await done(eve, "PUT", "/v1/stock-rotations/q1", terms | {"first": "2026-04-01", "last": "2030-04-30"})
    for wrong in ("support-agreements/sd-1", "price-protections/april", "stock-rotations/q1"):
        await done(eve, "POST", f"/v1/{wrong}/withdraw", {"reason": "it was wrong"})
    await done(eve, "PUT", "/v1/points-programmes/club", PROGRAMME)
    await done(eve, "PUT", "/v1/rewards/mug", MUG)
    await done(eve, "POST", f"{MINE}/give", {"points": 90, "reason": "contest", "reference": "c-1"})
    for reference in ("r", "s"):
        await done(partner, "POST", f"{MINE}/redeem", {"reward_id": "mug", "reference": reference})
    await done(eve, "POST", f"{MINE}/redemptions/r/cancel", {"reason": "broken"})
    await done(eve, "PUT", "/v1/rewards/mug", MUG | {"points": 12})


async def lists(client: Running, token: str) -> dict[str, Any]:
    found = {}
    for name in LISTS:
        answer = await client.get(f"/v1/{name}", params={"wait_for": token})
        assert answer.status_code == 200, answer.text
        found[name] = answer.json()["items"]
        assert found[name], name
    return found


async def test_the_history_makes_the_same_lists_elsewhere(
    migrated: Callable[[Service], Awaitable[str]], kafka: str, topic_prefix: str
) -> None:
    async def there() -> Any:
        return running(SERVICE, database_url=await migrated(SERVICE), kafka=kafka, topic_prefix=f"{topic_prefix}{len(made)}.")

    made: list[Any] = []
    async with await there() as one:
        await a_history(one)
        last = await done(one.as_("finance"), "PUT", "/v1/funds/last", FUND)
        here = await lists(one, last["token"])
        file = (await one.as_("auditor").get("/v1/exports/documents")).content
    made.append(here)
    kinds = {json.loads(line)["kind"] for line in file.splitlines()}
    assert kinds == {one.kind for rows in (funds, promotions, price_support, points) for one in rows.KINDS}
    async with await there() as other:
        finance = other.as_("finance")
        assert (await imported(finance, "programmes", file))["accepted"] == len(file.splitlines())
        again = await imported(finance, "programmes", file)
        assert again["repeated"] == len(file.splitlines())
        last = await done(finance, "PUT", "/v1/funds/another", FUND)
        elsewhere = await lists(other, last["token"])
    elsewhere["funds"] = [row for row in elsewhere["funds"] if row["fund_id"] != "another"]
    assert elsewhere == here
