"""Shares of what is paid, in ledgers and statements: whoever has one is posted to, told late too; and the statement proves it alone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running
from incentives.contracts import orders_inventory as told
from incentives.views.movements import MOVEMENTS
from statement_checker import check

from .plans import document, go, rule
from .settling import Clock, begin, posted, rows, until
from .test_credits_over_http import FLAT, put
from .test_credits_posted import clock, settling
from .test_credits_settled import explained, nothing_left, require_explained, told_later
from .test_earnings_over_http import BACK, ORDERS, happened
from .test_payout_shares_over_http import THIRDS, among

__all__ = ["clock", "settling"]


async def share(client: Running, *members: dict[str, str], since: str = "2026-01-01", **more: Any) -> None:
    await put(client, "payout-shares/partner/p-1", since=since, members=list(members), **more)


@pytest.mark.row("IN-12")
async def test_members_are_posted_what_they_have_a_share_of_and_the_difference_when_it_becomes_another(settling: Running) -> None:
    await go(settling, document(rule({"flat": {"rate": "0.0926"}}, moment="ordered")))  # 100.01
    await begin(settling)
    await posted(settling, "100.01")
    await share(settling, *THIRDS)
    [of_ann] = await posted(settling, "33.34", payee="ann")
    await posted(settling, "33.33", payee="bob")  # the cents that are left go to the first by kind and name
    await posted(settling, "100.01", "33.34", "-100.01")
    assert of_ann["payee"] == "sales_rep"
    # Told late: the differences, and no more.
    await share(settling, *among(ann="0.5", p_2="0.5"))
    await posted(settling, "33.34", "16.66", payee="ann")
    await posted(settling, "33.33", "-33.33", payee="bob")
    await posted(settling, "50.01", payee="p-2")
    await posted(settling, "100.01", "33.34", "-100.01", "-33.34")


@pytest.mark.row("IN-12")
@pytest.mark.row("IN-21")
async def test_a_share_that_is_no_more_leads_to_what_it_was_a_share_of(settling: Running) -> None:
    await go(settling, document(rule(FLAT, moment="ordered")))
    await share(settling, *among(ann="1"))
    await begin(settling)
    [entry] = await posted(settling, "108.00", payee="ann")
    await share(settling, *among(bob="1"))
    await posted(settling, "108.00", "-108.00", payee="ann")
    gone = await explained(settling, entry["entry_id"])
    assert (gone["entry"]["amount"], gone["entry"]["en"]) == ("0", ["what was earned on these days is shared otherwise now"])
    assert [one["amount"] for one in gone["posted"]] == ["108.00", "-108.00"]
    pool = await explained(settling, gone["earned_by"][0])
    assert [(one["payee_id"], one["amount"]) for one in pool["shared"]] == [("bob", "108.00")]


@pytest.mark.row("IN-12")
@pytest.mark.row("IN-18")
async def test_what_comes_back_is_taken_back_from_all_who_had_a_share(settling: Running) -> None:
    await go(settling, document(rule(FLAT, moment="ordered")))
    await share(settling, *among(ann="0.5", p_2="0.5"))
    await begin(settling)
    await posted(settling, "54.00", payee="ann")
    await posted(settling, "54.00", payee="p-2")
    await told_later(settling, MOVEMENTS, [one.data for one in ORDERS], BACK)
    await posted(settling, "54.00", "-18.00", payee="ann")
    await posted(settling, "54.00", "-18.00", payee="p-2")
    assert await posted(settling) == []


@pytest.mark.row("IN-12")
@pytest.mark.row("IN-20")
@pytest.mark.row("IN-34")
async def test_a_statement_that_is_issued_stays_and_proves_itself_and_late_shares_are_of_the_open_period(
    settling: Running, clock: Clock
) -> None:
    await go(settling, document(rule({"flat": {"rate": "0.0926"}}, moment="ordered")))  # 100.01
    await begin(settling, begins="2026-02-01", objection_days=366)
    await share(settling, *THIRDS)
    for payee, amount in (("p-1", "33.34"), ("ann", "33.34"), ("bob", "33.33")):
        await posted(settling, amount, payee=payee, period="2026-02")
    clock.at("2026-03-10")
    issued = await until(settling, "/v1/statements", lambda found: len(found) == 3)
    amounts = await rows(settling, "/v1/statement-amounts")
    files = {one["statement_id"]: await exported(settling, one["statement_id"]) for one in issued}
    await share(settling, *among(ann="0.25", p_2="0.75"))
    await posted(settling, "-8.34", payee="ann", period="2026-03")
    await posted(settling, "-33.33", payee="bob", period="2026-03")
    await posted(settling, "-33.34", period="2026-03")
    await posted(settling, "75.01", payee="p-2", period="2026-03")
    assert await rows(settling, "/v1/statements") == issued
    assert await rows(settling, "/v1/statement-amounts") == amounts
    assert {name: await exported(settling, name) for name in files} == files
    clock.at("2026-04-10")
    await until(settling, "/v1/statements", lambda found: len(found) == 7)
    for one in await rows(settling, "/v1/statements"):
        file = await exported(settling, one["statement_id"])
        assert check(file.splitlines()).findings == []
        assert "shop:1" not in file  # of the lines of another a member's statement tells nothing
    found = await rows(settling, "/v1/statement-amounts")
    assert sum(Decimal(one["accrued"]) + Decimal(one["reversed"]) for one in found) == Decimal("100.01")
    balances = [one for one in await rows(settling, "/v1/ledger-balances") if one["account"] == "expense"]
    assert sum(Decimal(one["amount"]) for one in balances) == Decimal("175.02")


async def exported(client: Running, statement_id: str) -> str:
    answer = await client.get(f"/v1/statements/{statement_id}/file")
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.row("IN-12")
async def test_a_partners_token_sees_the_ledger_and_the_statement_of_its_own_share(settling: Running, clock: Clock) -> None:
    await go(settling, document(rule(FLAT, moment="ordered")))
    await share(settling, *among(p_1="0.5", p_2="0.3", ann="0.2"))
    await begin(settling, begins="2026-02-01")
    for payee, amount in (("p-1", "54.00"), ("p-2", "32.40"), ("ann", "21.60")):
        await posted(settling, amount, payee=payee)
    clock.at("2026-03-10")
    await until(settling, "/v1/statements", lambda found: len(found) == 3)
    partner = settling.as_("partner", partner_id="p-2")
    assert [one["payable"] for one in await rows(partner, "/v1/statement-amounts")] == ["32.40"]
    assert {one["payee_id"] for one in await rows(partner, "/v1/ledger-entries")} == {"p-2"}
    report = check((await exported(partner, "partner~p-2~2026-02")).splitlines())
    assert (report.findings, report.payable) == ([], {"CNY": "32.40"})
    for other in ("partner~p-1~2026-02", "sales_rep~ann~2026-02"):
        assert (await partner.get(f"/v1/statements/{other}/file")).status_code == 404


@pytest.mark.row("IN-12")
async def test_facts_one_after_the_other_are_posted_to_pools_and_members_as_all_at_once(settling: Running) -> None:
    """Whatever is told of who shares is told of all who have a share: orders, rates, returns, and that others share, too."""
    rate = rule({"flat": {"rate": "0.0333"}}, moment="ordered", window="month")
    override = rule({"override": {"rates": ["0.02", "0.01"]}}, credit="above", moment="ordered")
    await go(settling, document(rate, override, foreign="exchanged"))
    await begin(settling)
    await go(settling, document(rule(FLAT, moment="ordered"), payee="sales_rep"), "reps")
    orders: list[Any] = [one.data for one in ORDERS]
    await share(settling, *THIRDS)
    await put(settling, "payout-shares/partner/p-0", since="2026-01-01", members=among(p_1="0.5", cid="0.5"))
    await put(settling, "payout-shares/sales_rep/ann", since="2026-01-01", members=among(ann="0.3", p_1="0.7"))
    abroad = happened(told.OrderPlaced, "shop:9", "2026-03-01", 10, currency="EUR", sales_rep="bob")
    await told_later(settling, MOVEMENTS, orders, abroad)
    await put(settling, "exchange-rates/EUR/CNY/2026-01-01", rate="7.7777")
    await told_later(settling, MOVEMENTS, orders, BACK)
    await share(settling, *among(eve="0.4", p_2="0.6"), since="2026-03-01")
    await share(settling, *among(eve="1/3", p_2="2/3"), since="2026-03-01")
    await put(settling, "payout-shares/partner/p-0", since="2026-02-01", plan_id="dealers", members=among(p_0="1"))
    for shown in ("payout-shares", "exchange-rates", "plans"):  # all that was told is in the views
        await rows(settling, f"/v1/{shown}")
    earned: dict[str, Decimal] = {}
    for plan_id in ("dealers", "reps"):
        for kind, payees in (("partner", ["p-0", "p-1", "p-2"]), ("sales_rep", ["ann", "bob", "cid", "eve"])):
            for payee in payees:
                path = f"/v1/plans/{plan_id}/versions/1/payees/{payee}"
                found = (await settling.get(path, params={"payee": kind})).json()
                earned |= {one["entry_id"]: Decimal(one["amount"]) for one in found["entries"] if Decimal(one["amount"])}
    assert len(earned) == 8, earned

    def comes_to(found: list[dict[str, Any]]) -> bool:
        sums: dict[str, Decimal] = {}
        for one in found:
            if one["entry_id"] and one["amount"]:
                sums[one["entry_id"]] = sums.get(one["entry_id"], Decimal(0)) + Decimal(one["amount"])
        return {name: amount for name, amount in sums.items() if amount} == earned

    await until(settling, "/v1/ledger-entries", comes_to)
    await require_explained(settling)
    abroad_too: dict[str, Any] = {"currency": "EUR", "sales_rep": "bob", "placed_on": date(2026, 3, 1)}
    rest = [
        happened(told.ReturnReceived, "shop:1", "2026-05-02", 8),
        happened(told.ReturnReceived, "shop:9", "2026-05-02", 10, **abroad_too),
    ]
    await told_later(settling, MOVEMENTS, orders, *rest)
    await until(settling, "/v1/ledger-entries", nothing_left)
