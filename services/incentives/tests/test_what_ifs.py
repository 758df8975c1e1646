"""What-ifs: a draft over what really happened, beside what was earned; stopped, resumed, and what its plan keeps of it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running, fold
from channel_testing import feed, given
from incentives.domain.what_if import (
    WHAT_IF,
    BeginWhatIf,
    Compared,
    GoOn,
    RequestWhatIf,
    ResumeWhatIf,
    StopWhatIf,
    WhatIfFinished,
    WhatIfRequested,
    WhatIfResumed,
    WhatIfStopped,
    WhatIfWentOn,
)
from incentives.views.movements import MOVEMENTS
from incentives.views.what_ifs import WHAT_IFS

from .plans import document, go, plan, rule
from .settling import until
from .test_earnings_over_http import ORDERS

DAY, LAST = date(2026, 1, 1), date(2026, 6, 30)
ABOUT: dict[str, Any] = {"run_id": "a", "plan_id": "dealers", "version": 1, "first": DAY, "last": LAST, "by": "ann"}
PLAN = plan(rule({"flat": {"rate": "0.1"}}))
ASKED = WhatIfRequested(**ABOUT, plan=PLAN, occurred_on=DAY)


def begin(**more: Any) -> BeginWhatIf:
    return BeginWhatIf(asked=RequestWhatIf(**ABOUT | more, on=DAY), plan=PLAN)


ONE = Compared(payee_id="p-1", earned=Decimal(3), would=Decimal(5))
WENT_ON = WhatIfWentOn(run_id="a", payee=PLAN.payee, compared=(ONE,), done=1, total=2, occurred_on=DAY)
STOPPED = WhatIfStopped(run_id="a", by="ann", occurred_on=DAY)
RESUMED = WhatIfResumed(run_id="a", by="ann", occurred_on=DAY)


def step(after: str, *compared: Compared) -> GoOn:
    return GoOn(run_id="a", after=after, compared=compared, total=2)


def test_a_run_goes_on_once_from_where_it_is_and_may_be_stopped() -> None:
    given(WHAT_IF).when(begin()).then(ASKED)
    given(WHAT_IF, ASKED).when(begin()).then_nothing()
    given(WHAT_IF, ASKED).when(begin(version=2)).then_rejected("what_if_exists")
    given(WHAT_IF).when(begin(last=date(2025, 1, 1))).then_rejected("days_reversed")
    given(WHAT_IF).when(StopWhatIf(run_id="a")).then_rejected("what_if_unknown")
    given(WHAT_IF, ASKED).known(today=DAY).when(step("", ONE)).then(WENT_ON)
    given(WHAT_IF, ASKED, WENT_ON).when(step("", ONE)).then_nothing()  # another worker was quicker
    given(WHAT_IF, ASKED, WENT_ON).when(StopWhatIf(run_id="a", by="ann", on=DAY)).then(STOPPED)
    given(WHAT_IF, ASKED, WENT_ON, STOPPED).when(step("p-1")).then_nothing()
    given(WHAT_IF, ASKED, WENT_ON, STOPPED).when(ResumeWhatIf(run_id="a", by="ann", on=DAY)).then(RESUMED)
    finished = WhatIfFinished(run_id="a", earned=Decimal(3), would=Decimal(5), occurred_on=DAY)
    given(WHAT_IF, ASKED, WENT_ON, STOPPED, RESUMED).known(today=DAY).when(step("p-1")).then(finished)
    fed = feed(WHAT_IFS, ASKED, WENT_ON, STOPPED, RESUMED, finished)
    assert [(row["stage"], row["done"], row["would"]) for row in fed.rows("what_if")] == [("finished", 1, 5)]
    assert [(row["payee_id"], row["difference"]) for row in fed.rows("what_if_compared")] == [("p-1", 2)]


@pytest.mark.row("IN-33")
async def test_a_draft_is_compared_with_what_was_earned_and_is_not_approved_over_its_budget(whole: Running) -> None:
    await fold(whole.runtime.settings.database_url, MOVEMENTS, ORDERS)
    finance, manager = whole.as_("finance", subject="bob"), whole.as_("channel_manager", subject="ann")
    await go(whole, document(rule({"flat": {"rate": "0.1"}}, moment="ordered")))

    async def drafted(rate: str) -> None:
        body = document(rule({"flat": {"rate": rate}}, moment="ordered"), valid_from="2027-01-01", budget="150.00")
        assert (await manager.put("/v1/plans/dealers", json=body)).is_success
        for what in ("simulate", "submit"):
            assert (await manager.post(f"/v1/plans/dealers/{what}", json={"version": 2})).is_success

    async def run(name: str) -> dict[str, Any]:
        asked = {"plan_id": "dealers", "version": 2, "first": "2026-01-01", "last": "2026-06-30"}
        assert (await manager.put(f"/v1/what-ifs/{name}", json=asked)).status_code == 201
        found = await until(whole, "/v1/what-ifs", lambda rows: any((r["run_id"], r["stage"]) == (name, "finished") for r in rows))
        return next(one for one in found if one["run_id"] == name)

    approve = {"version": 2}
    await drafted("0.15")
    assert (await finance.post("/v1/plans/dealers/approve", json=approve)).json()["code"] == "plan_not_run"
    row = await run("a")
    assert (row["done"], row["total"], row["earned"], row["would"]) == (1, 1, "108.00", "162.00")
    [payee] = (await finance.get("/v1/what-if-payees", params={"run_id": "a"})).json()["items"]
    assert (payee["payee_id"], payee["earned"], payee["would"], payee["difference"]) == ("p-1", "108.00", "162.00", "54.00")
    lines = (await finance.get("/v1/what-ifs/a/payees/p-1")).json()["lines"]
    assert [(one["order_id"], one["earned"], one["would"]) for one in lines] == [
        ("shop:1", "72.00", "108.00"),
        ("shop:2", "36.00", "54.00"),
    ]
    refused = (await finance.post("/v1/plans/dealers/approve", json=approve)).json()
    assert (refused["code"], refused["facts"]["total"]) == ("plan_over_budget", "162.00")
    # What is drafted anew was not run.
    await drafted("0.12")
    assert (await finance.post("/v1/plans/dealers/approve", json=approve)).json()["code"] == "plan_not_run"
    assert (await run("b"))["would"] == "129.60"
    assert (await finance.post("/v1/plans/dealers/approve", json=approve)).is_success
    assert (await whole.as_("partner", partner_id="p-1").get("/v1/what-ifs")).status_code == 403
