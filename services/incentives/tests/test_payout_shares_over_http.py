"""Payout shares through the doors: what a plan pays one is several payees', explained, and seen by whom it is meant for."""

from typing import Any

import pytest
from channel_service.testing import Running

from .plans import document, go, rule
from .test_credits_over_http import FLAT, amounts, finance, put, seen
from .test_earnings_over_http import earned
from .test_explaining import approved, reasons

__all__ = ["finance"]


def among(**shares: str) -> list[dict[str, str]]:
    """Of partners, whose names begin with ``p_``, and sales reps."""
    kinds = {name.replace("_", "-"): "partner" if name.startswith("p_") else "sales_rep" for name in shares}
    return [{"member": kind, "member_id": name, "share": share} for (name, kind), share in zip(kinds.items(), shares.values(), strict=True)]


THIRDS = among(p_1="1/3", ann="1/3", bob="1/3")


@pytest.mark.row("IN-12")
async def test_what_a_partner_earns_is_shared_with_another_and_with_its_salespeople(finance: Running) -> None:
    await go(finance, document(rule(FLAT, moment="ordered")))
    receipt = await put(finance, "payout-shares/partner/p-1", since="2026-01-01", members=among(p_1="0.5", p_2="0.2", ann="0.3"))
    assert [(one["member"], one["member_id"], one["share"]) for one in await seen(finance, "payout-shares", receipt)] == [
        ("partner", "p-1", "0.5"),
        ("partner", "p-2", "0.2"),
        ("sales_rep", "ann", "0.3"),
    ]
    assert await amounts(finance, "p-1", "p-2", "ann") == ["54.00", "21.60", "0"]
    of_ann = await finance.get("/v1/plans/dealers/versions/1/payees/ann", params={"payee": "sales_rep"})
    assert (of_ann.json()["payee"], of_ann.json()["amount"]) == ("sales_rep", "32.40")
    estimate = (await finance.get("/v1/plans/dealers/versions/1/payees/p-2/estimate", params={"order_id": "shop:1"})).json()
    assert estimate["amount"] == "14.40"  # of 72
    # What counts for it is its own: one more share of the same entry, and no other tier.
    pool, own = (await earned(finance, "p-1"))["entries"]
    assert (pool["counted"], pool["amount"], pool["en"][-1]) == ("1080", "0.00", "all of 108 is given out by shares")
    assert (own["counted"], own["amount"]) == ("108", "54.00")


@pytest.mark.row("IN-12")
@pytest.mark.row("IN-21")
async def test_a_share_is_explained_to_the_entry_it_is_of_and_that_to_the_events(finance: Running) -> None:
    await go(finance, document(rule(FLAT, moment="ordered")))
    await approved(finance, 1)
    await seen(finance, "payout-shares", await put(finance, "payout-shares/partner/p-1", since="2026-01-01", members=THIRDS))
    [line, *_] = shares = await reasons(finance)
    assert [(one["payee"], one["payee_id"], one["why"]) for one in shares] == [
        ("partner", "p-1", "shared"),
        ("partner", "p-1", "not_posted"),
        ("sales_rep", "ann", "not_posted"),
        ("sales_rep", "bob", "not_posted"),
    ]
    of_bob = (await finance.get(f"/v1/explain/{shares[-1]['entry_id']}")).json()
    assert (of_bob["payee"], of_bob["payee_id"], of_bob["entry"]["amount"]) == ("sales_rep", "bob", "36.00")
    assert of_bob["entry"]["en"] == ["a share of 1/3 of 108"]
    assert of_bob["earned_by"] == [line["entry_id"]]
    pool = (await finance.get(f"/v1/explain/{of_bob['earned_by'][0]}")).json()
    assert [one["event_id"] for one in pool["lines"]] == ["event-2", "event-4"]
    assert [(one["rate"], one["amount"]) for one in pool["slices"]] == [("0.1", "108")]
    assert [(one["payee_id"], one["share"], one["amount"]) for one in pool["shared"]] == [
        ("p-1", "1/3", "36.00"),
        ("ann", "1/3", "36.00"),
        ("bob", "1/3", "36.00"),
    ]
    assert pool["shared"][2]["entry_id"] == shares[-1]["entry_id"]


@pytest.mark.row("IN-12")
async def test_a_partner_sees_its_own_share_and_nobody_elses(finance: Running) -> None:
    await go(finance, document(rule(FLAT, moment="ordered")))
    await approved(finance, 1)
    members = among(p_2="0.2", p_1="0.5", p_9="0.1")
    members += [{"member": "sales_rep", "member_id": name, "share": "0.1"} for name in ("p-1", "p-2")]  # called like the partners
    await seen(finance, "payout-shares", await put(finance, "payout-shares/partner/p-1", since="2026-01-01", members=members))
    partner = finance.as_("partner", partner_id="p-2")
    assert [(one["member_id"], one["member"], one["share"]) for one in (await partner.get("/v1/payout-shares")).json()["items"]] == [
        ("p-2", "partner", "0.2")
    ]
    [own] = (await earned(partner, "p-2"))["entries"]
    shown = (await partner.get(f"/v1/explain/{own['entry_id']}")).json()
    assert (shown["entry"]["amount"], shown["lines"], shown["shared"]) == ("21.60", [], [])
    # Not what it is a share of, nor what others, and those of its name, have of it.
    entries = [one["entry_id"] for one in (await finance.get(f"/v1/explain/{shown['earned_by'][0]}")).json()["shared"]]
    hidden = [one for one in (*shown["earned_by"], *entries) if one != own["entry_id"]]
    assert len(hidden) == 5
    for entry_id in hidden:
        assert (await partner.get(f"/v1/explain/{entry_id}")).json()["code"] == "entry_unknown"
    answer = await partner.get("/v1/plans/dealers/versions/1/payees/p-2", params={"payee": "sales_rep"})
    assert answer.status_code == 404
    # Whose lines they are sees that it is shared, and its own share.
    seller = finance.as_("partner", partner_id="p-1")
    assert [(one["payee"], one["payee_id"], one["why"]) for one in await reasons(seller)] == [
        ("partner", "p-1", "shared"),
        ("partner", "p-1", "not_posted"),
    ]
    pool = (await seller.get(f"/v1/explain/{shown['earned_by'][0]}")).json()
    assert [(one["payee_id"], one["amount"]) for one in pool["shared"]] == [("p-1", "54.00")]


@pytest.mark.row("IN-12")
async def test_one_plan_or_one_rule_is_shared_apart_and_kept_from_a_day_on(finance: Running) -> None:
    await go(finance, document(rule(FLAT, moment="ordered"), rule(FLAT, rule_id="more", moment="ordered")))
    await put(finance, "payout-shares/partner/p-1", since="2026-01-01", members=among(p_2="1"))
    receipt = await put(finance, "payout-shares/partner/p-1", plan_id="dealers", rule_id="more", since="2026-01-01", members=among(p_9="1"))
    assert len(await seen(finance, "payout-shares", receipt)) == 2
    assert await amounts(finance, "p-1", "p-2", "p-9") == ["0.00", "108.00", "108.00"]
    kept: dict[str, Any] = {"plan_id": "dealers", "members": among(p_1="1")}
    receipt = await put(finance, "payout-shares/partner/p-1", since="2026-06-01", **kept)
    assert [one["member_id"] for one in await seen(finance, "payout-shares", receipt)] == ["p-2", "p-1", "p-9"]
    assert await amounts(finance, "p-1", "p-2", "p-9") == ["0.00", "108.00", "108.00"]  # all of it was earned before
    await approved(finance, 1)
    assert [(one["rule_id"], one["payee_id"], one["why"]) for one in await reasons(finance)] == [
        ("flat", "p-1", "shared"),
        ("flat", "p-2", "not_posted"),
        ("more", "p-1", "shared"),
        ("more", "p-9", "not_posted"),
    ]
    await seen(finance, "payout-shares", await put(finance, "payout-shares/partner/p-1", since="2026-01-01", **kept))
    assert await amounts(finance, "p-1", "p-2", "p-9") == ["108.00", "0", "108.00"]
    await seen(finance, "payout-shares", await put(finance, "payout-shares/partner/p-1", since="2026-01-01", plan_id="dealers"))
    assert await amounts(finance, "p-1", "p-2", "p-9") == ["0.00", "108.00", "108.00"]


@pytest.mark.row("IN-12")
@pytest.mark.parametrize(
    "said",
    [
        {"members": among(ann="0.5", bob="0.4")},
        {"members": among(ann="0.5", bob="0.6")},
        {"members": among(ann="0.3333", bob="0.3333", eve="0.3333")},
        {"members": among(ann="2/1")},
        {"members": [*among(ann="0.5"), *among(ann="0.5")]},
        {"members": among(ann="1"), "rule_id": "flat"},
        {"members": [{"member": "sales_rep", "member_id": "ann", "share": 1}]},
    ],
)
async def test_shares_of_what_is_paid_come_to_all_of_it(client: Running, said: dict[str, Any]) -> None:
    answer = await client.as_("finance").put("/v1/payout-shares/partner/p-1", json={"since": "2026-01-01"} | said)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    for role in ("partner", "ops"):
        answer = await client.as_(role, **({"partner_id": "p-1"} if role == "partner" else {})).put(
            "/v1/payout-shares/partner/p-1", json={"since": "2026-01-01", "members": among(ann="1")}
        )
        assert answer.status_code == 403


@pytest.mark.row("IN-12")
@pytest.mark.row("IN-33")
async def test_a_what_if_is_of_what_is_paid_before_it_is_shared(finance: Running) -> None:
    await go(finance, document(rule(FLAT, moment="ordered")))
    await approved(finance, 1)
    await seen(finance, "payout-shares", await put(finance, "payout-shares/partner/p-1", since="2026-01-01", members=THIRDS))
    said = {"plan_id": "dealers", "version": 1, "first": "2026-01-01", "last": "2026-06-30"}
    await put(finance, "what-ifs/a", **said)
    found = (await finance.get("/v1/what-ifs/a/payees/p-1")).json()
    assert {(one["earned"], one["would"]) for one in found["lines"]} == {("72.00", "72.00"), ("36.00", "36.00")}
