"""However facts of all kinds arrive, what is posted comes to what is earned; and whatever is posted explains itself."""

from decimal import Decimal
from typing import Any

import pytest
from channel_service.partners import PartnerApplied, PartnerMoved
from channel_service.testing import Running, fold
from incentives.contracts import orders_inventory as told
from incentives.contracts.partner_registry import TerritoryDefined
from incentives.views.movements import MOVEMENTS
from incentives.views.partner_copy import PARTNERS
from statement_checker import check

from .plans import document, go, rule
from .settling import Clock, begin, posted, rows, until
from .test_credits_over_http import FLAT, NEW_YEAR, put
from .test_credits_posted import clock, settling
from .test_earnings_over_http import ORDERS, happened, in_log

__all__ = ["clock", "settling"]
OVERRIDE = {"override": {"rates": ["0.02", "0.01"]}}
PLACES = [PartnerApplied("p-0", "Jade Group", "distributor", "CN", NEW_YEAR)]
PLACES.append(PartnerApplied("p-1", "Jade", "store", "CN-E", NEW_YEAR, parent="p-0"))
"""What the fixture told."""


async def told_later(client: Running, view: Any, before: list[Any], *events: Any) -> None:
    """Events of another service, behind those before them. Folded here they move no mark, by which the settlement sees that there is
    something to do; what concerns nobody does."""
    before.extend(events)
    await fold(client.runtime.settings.database_url, view, in_log(*before)[len(before) - len(events) :])
    await put(client, "quotas/partner/nobody/sales", first="2026-01-01", last="2026-01-31", amount=f"{len(before)}.{view is MOVEMENTS:d}")


async def explained(client: Running, entry_id: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/explain/{entry_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def require_explained(client: Running) -> list[dict[str, Any]]:
    """Every posting, whoever's: its entry comes to what is posted, by lines whose events are there."""
    found = [one for one in await rows(client, "/v1/ledger-entries") if one["what"].startswith("earning_")]
    for entry_id in sorted({one["entry_id"] for one in found}):
        said = await explained(client, entry_id)
        own = [one for one in found if one["entry_id"] == entry_id]
        assert Decimal(said["entry"]["amount"]) == sum(Decimal(one["amount"]) for one in own), entry_id
        assert [one["event_id"] for one in said["posted"]] == [one["event_id"] for one in own]
        assert said["lines"] or said["earned_by"]
        assert all(one["event_id"] for one in said["lines"])
        assert said["entry"]["en"]
    return found


def nothing_left(found: list[dict[str, Any]]) -> bool:
    return len(found) > 2 and not sum(Decimal(one["amount"]) for one in found if one["amount"])


@pytest.mark.row("IN-34")
@pytest.mark.row("IN-21")
async def test_a_place_that_was_another_all_along_moves_what_was_posted_for_who_is_above(settling: Running) -> None:
    await go(settling, document(rule(OVERRIDE, credit="above", moment="ordered")))
    await begin(settling)
    [first] = await posted(settling, "21.60", payee="p-0")
    moved = [PartnerApplied("p-5", "Old Town", "distributor", "CN", NEW_YEAR), PartnerMoved("p-1", "CN-E", NEW_YEAR, parent="p-5")]
    await told_later(settling, PARTNERS, [*PLACES], *moved)
    await posted(settling, "21.60", "-21.60", payee="p-0")
    await posted(settling, "21.60", payee="p-5")
    # The entry is no more: it says so, and what it was.
    gone = await explained(settling, first["entry_id"])
    assert (gone["entry"]["amount"], gone["entry"]["en"]) == (
        "0",
        ["what it was earned by is credited to others now, or does not count any more"],
    )
    assert [(one["order_id"], one["event_id"], one["counted"]) for one in gone["lines"]] == [
        ("shop:1", "event-2", "0"),
        ("shop:2", "event-4", "0"),
    ]
    assert [one["amount"] for one in gone["posted"]] == ["21.60", "-21.60"]
    partner = settling.as_("partner", partner_id="p-0")
    shown = await explained(partner, first["entry_id"])
    assert {(one["order_id"], one["event_id"]) for one in shown["lines"]} == {("", "")}  # p-1's orders are not its to see
    await require_explained(settling)
    # What comes back comes back from all that were paid for it.
    back = [happened(told.ReturnReceived, f"shop:{at}", "2026-05-01", units) for at, units in ((1, 8), (2, 4))]
    await told_later(settling, MOVEMENTS, [one.data for one in ORDERS], *back)
    await until(settling, "/v1/ledger-entries", nothing_left, payee_id="p-5")
    balance = {one["account"]: Decimal(one["amount"]) for one in await rows(settling, "/v1/ledger-balances", payee_id="p-5")}
    assert balance == {"expense": Decimal("21.60"), "clawed_back": Decimal("-21.60"), "accrued": Decimal(0)}


@pytest.mark.row("IN-34")
@pytest.mark.row("IN-11")
async def test_a_split_and_a_cost_after_the_statement_are_deltas_of_the_open_period(settling: Running, clock: Clock) -> None:
    margin = rule(FLAT, rule_id="margin", moment="ordered", base="margin")
    await go(settling, document(rule(FLAT, moment="ordered"), margin))
    await begin(settling, begins="2026-02-01", objection_days=366)
    await put(settling, "costs/PEN/CNY", since="2026-01-01", unit_cost="50.00")
    await posted(settling, "108.00", "48.00", period="2026-02")
    clock.at("2026-03-10")
    issued = await until(settling, "/v1/statements", lambda found: len(found) == 1, payee_id="p-1")
    amounts = await rows(settling, "/v1/statement-amounts")
    await put(settling, "splits/partner/shop:1", shares=[{"payee_id": "p-1", "share": "0.5"}, {"payee_id": "p-2", "share": "0.5"}])
    await posted(settling, "36.00", "16.00", payee="p-2", period="2026-03")
    await posted(settling, "-36.00", "-16.00", period="2026-03")
    await put(settling, "costs/PEN/CNY", since="2026-01-01", unit_cost="60.00")
    await posted(settling, "-36.00", "-16.00", "-8.00", period="2026-03")  # a tenth of 8 at 10 more
    assert await rows(settling, "/v1/statements", payee_id="p-1") == issued
    assert await rows(settling, "/v1/statement-amounts", statement_id=issued[0]["statement_id"]) == amounts
    clock.at("2026-04-10")
    await until(settling, "/v1/statements", lambda found: len(found) == 3)
    for name in ("partner~p-1~2026-03", "partner~p-2~2026-03"):
        report = check((await settling.get(f"/v1/statements/{name}/file")).text.splitlines())
        assert report.findings == []
    [listed] = await rows(settling, "/v1/statement-amounts", statement_id="partner~p-2~2026-03")
    assert Decimal(listed["payable"]) == Decimal("36.00") + Decimal("12.00")
    found = await require_explained(settling)
    assert sum(Decimal(one["amount"]) for one in found) == Decimal("108.00") + Decimal("36.00")  # a tenth of 1,080, and of 12 at 30


@pytest.mark.row("IN-18")
@pytest.mark.row("IN-13")
async def test_facts_of_all_kinds_one_after_the_other_come_to_what_all_of_them_do_at_once(settling: Running) -> None:
    tiers = [{"start": "0", "until": "900", "rate": "0.03"}, {"start": "900", "rate": "0.05"}]
    level = rule({"level_difference": {"boundary": "start", "tiers": tiers}}, credit="group", moment="ordered", window="quarter")
    margin = rule(FLAT, rule_id="margin", moment="ordered", base="margin", window="month")
    await go(settling, document(level, margin, rule(OVERRIDE, credit="above", moment="shipped"), foreign="exchanged", pays_in="USD"))
    await begin(settling)
    territory = rule(FLAT, rule_id="territory", credit="territory", moment="ordered", window="quarter")
    reps = document(
        territory, rule(FLAT, moment="ordered"), rule(OVERRIDE, credit="above", moment="ordered"), payee="sales_rep", overlays=True
    )
    await go(settling, reps, "reps")
    orders, places = [one.data for one in ORDERS], [*PLACES]
    await put(settling, "exchange-rates/CNY/USD/2026-01-01", rate="0.14")
    await put(settling, "responsibilities/sales_rep/CN/cid", first="2026-01-01")
    await told_later(settling, PARTNERS, places, TerritoryDefined(territory="CN-E", parent="CN"))
    abroad = happened(told.OrderPlaced, "shop:9", "2026-03-01", 10, currency="EUR", sales_rep="bob", partner_id="p-2")
    await told_later(settling, MOVEMENTS, orders, abroad)
    await put(settling, "superiors/ann", above="bob", since="2026-01-01")
    await put(settling, "costs/PEN/CNY", since="2026-01-01", unit_cost="50.00")
    shares = [{"payee_id": "p-1", "share": "0.4"}, {"payee_id": "p-2", "share": "0.6"}]
    await put(settling, "splits/partner/shop:1", shares=shares)
    await told_later(settling, PARTNERS, places, PartnerApplied("p-2", "Pine", "store", "CN-W", NEW_YEAR, parent="p-1"))
    await put(settling, "exchange-rates/EUR/CNY/2026-02-01", rate="7.7")
    await put(
        settling,
        "splits/sales_rep/shop:2",
        shares=[{"payee_id": "bob", "share": "1"}, {"payee_id": "eve", "share": "0.5", "counts": "overlay"}],
    )
    await put(settling, "responsibilities/sales_rep/CN-E/dan", first="2026-01-01", share="0.3")
    await told_later(settling, MOVEMENTS, orders, happened(told.ReturnReceived, "shop:1", "2026-05-01", 3))
    await put(settling, "superiors/ann", above="eve", since="2026-01-01")
    await told_later(settling, PARTNERS, places, PartnerMoved("p-2", "CN-W", NEW_YEAR, parent="p-0"))
    await put(settling, "costs/PEN/EUR", since="2026-01-01", unit_cost="20.00")
    last = await put(settling, "costs/PEN/CNY", since="2026-01-01", unit_cost="70.00")
    await rows(settling, "/v1/costs", wait_for=last["token"])
    earned: dict[str, Decimal] = {}
    for plan_id, payees in (("dealers", ["p-0", "p-1", "p-2"]), ("reps", ["ann", "bob", "cid", "dan", "eve"])):
        for payee in payees:
            found = (await settling.get(f"/v1/plans/{plan_id}/versions/1/payees/{payee}")).json()
            earned |= {one["entry_id"]: Decimal(one["amount"]) for one in found["entries"] if Decimal(one["amount"])}
    assert len(earned) > 12

    def comes_to(found: list[dict[str, Any]]) -> bool:
        sums: dict[str, Decimal] = {}
        for one in found:
            if one["entry_id"] and one["amount"]:
                sums[one["entry_id"]] = sums.get(one["entry_id"], Decimal(0)) + Decimal(one["amount"])
        return {name: amount for name, amount in sums.items() if amount} == earned

    await until(settling, "/v1/ledger-entries", comes_to)
    await require_explained(settling)
