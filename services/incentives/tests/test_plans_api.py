"""Plans over HTTP: who may do what, what is refused and why, and what the list shows."""

from typing import Any

import pytest
from channel_service.testing import Running
from incentives.domain.credits import CreditTo
from incentives.domain.rule_types import RULE_TYPES

from .plans import document, example, go, rule


@pytest.mark.row("IN-01")
async def test_a_version_is_approved_by_somebody_else_and_never_changes(client: Running) -> None:
    body = document(rule({"flat": {"rate": "0.05"}}))
    approved = await go(client, body)
    assert (approved["status"], approved["writers"], approved["approved_by"]) == ("approved", ["ann"], "bob")
    finance = client.as_("finance", subject="bob")
    await finance.put("/v1/plans/dealers", json=body | {"title": "Next", "valid_from": "2026-07-01"})
    found = (await finance.get("/v1/plans/dealers")).json()
    assert [(one["version"], one["status"], one["plan"]["title"]) for one in found["versions"]] == [
        (1, "approved", "Dealers"),
        (2, "draft", "Next"),
    ]
    assert found["versions"][0] == approved
    for what in ("simulate", "submit", "approve"):
        again = await finance.post(f"/v1/plans/dealers/{what}", json={"version": 2})
    assert (again.status_code, again.json()["code"]) == (409, "plan_four_eyes")
    manager = client.as_("channel_manager", subject="eve")
    assert (await manager.post("/v1/plans/dealers/approve", json={"version": 2})).status_code == 403


async def test_the_list_shows_versions_by_status_text_and_the_day_on_which_they_are_in_force(whole: Running) -> None:
    flat = rule({"flat": {"rate": "0.05"}})
    await go(whole, document(flat))
    await go(whole, document(flat, title="Next", valid_from="2026-07-01"))
    await go(whole, document(flat, title="Reps", payee="sales_rep", valid_until="2026-03-31"), "reps")
    receipt = await whole.post("/v1/plans/reps/retire", json={"on": "2026-02-28"})
    waiting = {"wait_for": receipt.json()["token"]}

    async def listed(**asked: str) -> list[tuple[str, int]]:
        answer = await whole.get("/v1/plans", params=waiting | asked)
        return [(one["plan_id"], one["version"]) for one in answer.json()["items"]]

    first, second, reps = ("dealers", 1), ("dealers", 2), ("reps", 1)
    assert await listed() == [first, second, reps]
    assert await listed(status="draft") == []
    assert await listed(payee="sales_rep") == [reps]
    assert await listed(q="next") == [second]
    for day, expected in {"2025-12-31": [], "2026-02-28": [first, reps], "2026-03-01": [first], "2026-07-01": [second]}.items():
        assert await listed(in_force_on=day) == expected
    assert [(await whole.get(f"/v1/plans/{name}")).json()["retired_on"] for name in ("dealers", "reps")] == [None, "2026-02-28"]


async def test_a_version_that_lies_ahead_is_withdrawn_and_the_one_before_it_goes_on(whole: Running) -> None:
    flat, ahead = rule({"flat": {"rate": "0.05"}}), {"title": "Next", "valid_from": "2030-01-01"}
    await go(whole, document(flat))
    await go(whole, document(flat, **ahead))
    finance, manager = whole.as_("finance", subject="bob"), whole.as_("channel_manager", subject="ann")
    withdrawn = "/v1/plans/dealers/withdraw"
    assert (await manager.post(withdrawn, json={"version": 2})).status_code == 403
    begun = await finance.post(withdrawn, json={"version": 1})
    assert (begun.status_code, begun.json()["code"]) == (409, "plan_begun")
    receipt = (await finance.post(withdrawn, json={"version": 2})).json()
    assert [one["type"] for one in receipt["events"]] == ["plan_version_withdrawn"]
    listed = (await whole.get("/v1/plans", params={"in_force_on": "2030-01-01", "wait_for": receipt["token"]})).json()["items"]
    assert [(one["title"], one["version"]) for one in listed] == [("Dealers", 1)]
    for what in ("submit", "approve"):
        again = await finance.post(f"/v1/plans/dealers/{what}", json={"version": 2})
        assert (again.status_code, again.json()["code"]) == (409, "plan_step_wrong")
    assert (await manager.put("/v1/plans/dealers", json=document(flat, **ahead))).json()["changed"]
    assert [one["status"] for one in (await whole.get("/v1/plans/dealers")).json()["versions"]] == ["approved", "withdrawn", "draft"]


async def test_what_is_drafted_can_be_drafted_again_as_it_is_shown(client: Running) -> None:
    approved = await go(client, document(*(rule({name: one.example}, **about(name)) for name, one in RULE_TYPES.items() if not one.of)))
    again = await client.put("/v1/plans/dealers", json=approved["plan"])
    assert (again.status_code, again.json()["changed"]) == (200, False)


def about(name: str) -> dict[str, Any]:
    credits_ = RULE_TYPES[name].credits
    credit = {} if CreditTo.DIRECT in credits_ else {"credit": min(credits_).value}
    return credit | ({"moment": "paid"} if name == "payment_cycle" else {})


async def test_a_plan_whose_examples_fail_says_which_and_what_they_come_to(client: Running) -> None:
    await client.put("/v1/plans/p", json=document(rule({"flat": {"rate": "0.05"}}, examples=[example("11", {"net": "200"})])))
    await client.post("/v1/plans/p/simulate", json={"version": 1})
    refused = await client.post("/v1/plans/p/submit", json={"version": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_examples_fail")
    assert "flat, by hand: 11 ≠ 10.00" in refused.json()["detail"]
    shown = (await client.get("/v1/plans/p/versions/1")).json()
    assert (shown["status"], shown["tried"]) == (
        "simulated",
        [{"rule_id": "flat", "says": "by hand", "pays": "11", "paid": "10.00", "holds": False}],
    )


@pytest.mark.row("IN-06")
@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ([("0", "100"), ("101", None)], "tier 1 ends at 100, the next starts at 101"),
        ([("0", "100"), ("99", None)], "tier 1 ends at 100, the next starts at 99"),
        ([("1", None)], "the first tier starts at 1, not at 0"),
        ([("0", "100")], "the last tier ends at 100"),
        ([("0", None), ("100", None)], "tier 1 has no end"),
        ([("0", "0"), ("0", None)], "tier 1 ends at 0, where it starts"),
    ],
)
async def test_tiers_have_no_gap_and_no_overlap(client: Running, tiers: list[tuple[str, str | None]], said: str) -> None:
    slab = {"boundary": "start", "tiers": [{"start": start, "until": until, "rate": "0.01"} for start, until in tiers]}
    refused = await client.put("/v1/plans/p", json=document(rule({"slab": slab})))
    assert refused.status_code == 422
    assert said in str(refused.json()["errors"])


@pytest.mark.row("IN-06")
@pytest.mark.parametrize(("boundary", "pays"), [("start", "20"), ("until", "10")])
async def test_on_which_side_a_boundary_lies_is_data(client: Running, boundary: str, pays: str) -> None:
    tiers = [{"start": "0", "until": "1000", "rate": "0.01"}, {"start": "1000", "rate": "0.02"}]
    exactly = example(pays, {"net": "400"}, {"net": "600"})
    await go(client, document(rule({"slab": {"boundary": boundary, "tiers": tiers}}, examples=[exactly])))
    del tiers[0]["until"]
    missing = await client.put("/v1/plans/q", json=document(rule({"slab": {"tiers": tiers}})))
    assert (missing.status_code, "boundary" in missing.text) == (422, True)


async def test_every_fault_of_a_plan_is_named_with_its_place(client: Running) -> None:
    body = document(rule({"flat": {"rate": 0.05}}), rule({"nothing": {}}), rule({"flat": {"rate": "0.05"}}, when="net > 100"), payee="all")
    refused = await client.put("/v1/plans/p", json=body)
    assert refused.status_code == 422
    places = {one["field"] for one in refused.json()["errors"]}
    assert places == {"payee", "rules[0].pays", "rules[1].pays", "rules[2].when"}


async def test_rules_that_do_not_fit_together_are_told_in_the_language_of_the_reader(client: Running) -> None:
    body = document(rule({"flat": {"rate": "0.05"}}), rule({"flat": {"rate": "0.05"}}))
    refused = await client.put("/v1/plans/p", json=body, headers={"accept-language": "zh"})
    assert (refused.status_code, [one["problem"] for one in refused.json()["errors"]]) == (422, ["flat：规则编号重复"])


async def test_it_is_written_and_approved_by_those_who_may(client: Running) -> None:
    body = document(rule({"flat": {"rate": "0.05"}}))
    for role in ("ops", "auditor", "partner"):
        more = {"partner_id": "p-1"} if role == "partner" else {}
        assert (await client.as_(role, **more).put("/v1/plans/p", json=body)).status_code == 403
    await go(client, body, "p")
    assert (await client.as_("auditor").get("/v1/plans/p")).status_code == 200
    assert (await client.as_("partner", partner_id="p-1").get("/v1/plans/p")).status_code == 403
    assert (await client.as_("ops").post("/v1/plans/p/retire")).status_code == 403
    assert (await client.as_("finance").post("/v1/plans/p/retire")).json()["changed"] is True
    assert (await client.get("/v1/plans/nobody")).json()["code"] == "plan_unknown"


async def test_nobody_writes_in_anothers_name(client: Running) -> None:
    ann = client.as_("finance", subject="ann")
    await ann.put("/v1/plans/p", json=document(rule({"flat": {"rate": "0.05"}})) | {"by": "eve"})
    assert (await ann.get("/v1/plans/p/versions/1")).json()["writers"] == ["ann"]
