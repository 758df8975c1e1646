"""Plans that are assigned: read and acknowledged by their payee, version by version."""

from datetime import date
from typing import Any

import pytest
from channel_service.testing import Running
from channel_testing import feed, given
from incentives.domain.assignment import (
    ASSIGNMENT,
    AcknowledgePlan,
    AssignmentEnded,
    AssignPlan,
    EndAssignment,
    PlanAcknowledged,
    PlanAssigned,
)
from incentives.domain.words import Payee
from incentives.views.assignments import ASSIGNMENTS

from .plans import document, go, rule

DAY = date(2026, 3, 1)
NAMED: dict[str, Any] = {"plan_id": "dealers", "payee": Payee.PARTNER, "payee_id": "p-1", "by": "ann"}
TOLD: dict[str, Any] = NAMED | {"occurred_on": DAY}
ASSIGNED, ENDED = PlanAssigned(**TOLD), AssignmentEnded(**TOLD)
ASSIGN = AssignPlan(**NAMED, on=DAY)


def test_a_plan_is_assigned_acknowledged_by_version_and_ended() -> None:
    acknowledge, acknowledged = AcknowledgePlan(**NAMED, version=1, on=DAY), PlanAcknowledged(**TOLD, version=1)
    given(ASSIGNMENT).when(ASSIGN).then(ASSIGNED)
    given(ASSIGNMENT, ASSIGNED).when(ASSIGN).then_nothing()
    given(ASSIGNMENT, ASSIGNED).when(acknowledge).then(acknowledged)
    given(ASSIGNMENT, ASSIGNED, acknowledged).when(acknowledge).then_nothing()
    given(ASSIGNMENT).when(acknowledge).then_rejected("assignment_unknown")
    given(ASSIGNMENT, ASSIGNED).when(EndAssignment(**NAMED, on=DAY)).then(ENDED)
    given(ASSIGNMENT, ASSIGNED, ENDED).when(acknowledge).then_rejected("assignment_unknown")
    given(ASSIGNMENT, ASSIGNED, ENDED).when(ASSIGN).then(ASSIGNED)
    [row] = feed(ASSIGNMENTS, ASSIGNED, acknowledged, ENDED).rows()
    assert (row["acknowledged"], row["acknowledged_by"], row["ended_on"]) == (1, "ann", DAY)


@pytest.mark.row("IN-38")
async def test_a_partner_reads_its_plans_and_acknowledges_a_version(whole: Running) -> None:
    finance = whole.as_("finance")
    own, other = (whole.as_("partner", partner_id=name, subject=f"{name}'s lin") for name in ("p-1", "p-2"))
    await go(whole, document(rule({"flat": {"rate": "0.05"}})))
    path = "/v1/plans/dealers/assignments/partner/p-1"
    assert (await own.get(path)).json()["code"] == "assignment_unknown"
    assert (await finance.put("/v1/plans/none/assignments/partner/p-1", json={})).json()["code"] == "plan_unknown"
    assert (await own.put(path, json={})).status_code == 403
    assert (await finance.put(path, json={})).status_code == 201
    read = (await own.get(path)).json()
    assert [(one["version"], one["acknowledged_by"]) for one in read["versions"]] == [(1, None)]
    assert read["versions"][0]["plan"]["rules"][0]["pays"] == {"flat": {"rate": "0.05"}}
    assert (await own.post(f"{path}/acknowledge", json={"version": 2})).json()["code"] == "plan_unknown"
    for call in (other.post(f"{path}/acknowledge", json={"version": 1}), other.get(path)):
        assert (await call).json()["code"] == "assignment_unknown"
    receipt = (await own.post(f"{path}/acknowledge", json={"version": 1})).json()
    assert (await own.get(path)).json()["versions"][0]["acknowledged_by"] == "p-1's lin"
    # Another version is acknowledged anew; a draft of one is not there for a partner.
    await finance.put("/v1/plans/dealers", json=document(rule({"flat": {"rate": "0.06"}})))
    assert len((await own.get(path)).json()["versions"]) == 1
    await go(whole, document(rule({"flat": {"rate": "0.07"}})))
    assert [one["acknowledged_by"] for one in (await own.get(path)).json()["versions"]] == ["p-1's lin", None]
    listed = {who: (await who.get("/v1/assignments", params={"wait_for": receipt["token"]})).json()["items"] for who in (own, other)}
    assert [(one["plan_id"], one["acknowledged"]) for one in listed[own]] == [("dealers", 1)]
    assert listed[other] == []
    assert (await finance.post(f"{path}/end", json={})).json()["changed"]
    assert (await own.get(path)).status_code == 404
