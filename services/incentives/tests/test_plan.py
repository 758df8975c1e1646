"""A plan's life: what is approved never changes, by whom and in which order it comes there, and what its list shows."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_terms import Reader
from channel_testing import feed, given
from incentives.domain.calculation.trial import Tried, needed
from incentives.domain.plan.commands import ApprovePlan, DraftPlan, RetirePlan, SimulatePlan, SubmitPlan
from incentives.domain.plan.decide import PLAN
from incentives.domain.plan.document import PlanDocument
from incentives.domain.plan.events import PlanDrafted, PlanRetired, PlanSimulated, PlanSubmitted, PlanVersionPublished
from incentives.domain.plan.state import Plan
from incentives.views.plans import PLANS
from msgspec import ValidationError, convert

from .plans import document, plan, rule

DAY = date(2026, 3, 1)
RULE = rule({"flat": {"rate": "0.05"}}, examples=[{"says": "5 % of 200", "lines": [{"on": "2026-01-05", "net": "200"}], "pays": "10"}])
TRIED = Tried(rule_id="flat", says="5 % of 200", pays=Decimal(10), paid=Decimal("10.00"))


def draft(*rules: dict[str, Any], by: str = "ann", **more: Any) -> DraftPlan:
    return Reader(DraftPlan).read(document(*(rules or (RULE,)), **more) | {"plan_id": "dealers", "by": by, "on": "2026-03-01"})


def of(command: DraftPlan) -> PlanDocument:
    return convert(command, PlanDocument, from_attributes=True)


def step(cls: Any, by: str = "ann", version: int = 1) -> Any:
    return cls(plan_id="dealers", version=version, by=by, on=DAY)


def told(cls: Any, by: str = "ann", version: int = 1, **more: Any) -> Any:
    return cls(plan_id="dealers", version=version, by=by, occurred_on=DAY, **more)


DRAFTED = told(PlanDrafted, plan=of(draft()))
SIMULATED = told(PlanSimulated, tried=(TRIED,))
SUBMITTED = told(PlanSubmitted)
ABOUT: dict[str, Any] = {
    "title": "Dealers",
    "payee": "partner",
    "currency": "CNY",
    "valid_from": date(2026, 1, 1),
    "valid_until": None,
    "rules": ("flat",),
}
PUBLISHED = told(PlanVersionPublished, by="bob", **ABOUT)
APPROVED = (DRAFTED, SIMULATED, SUBMITTED, PUBLISHED)


def test_it_goes_from_draft_to_approval_step_by_step() -> None:
    given(PLAN).when(draft()).then(DRAFTED)
    given(PLAN, DRAFTED).when(step(SimulatePlan)).then(SIMULATED)
    given(PLAN, DRAFTED, SIMULATED).when(step(SubmitPlan)).then(SUBMITTED)
    given(PLAN, DRAFTED, SIMULATED, SUBMITTED).when(step(ApprovePlan, "bob")).then(PUBLISHED)


def test_each_step_again_changes_nothing() -> None:
    given(PLAN, DRAFTED).when(draft()).then_nothing()
    given(PLAN, DRAFTED, SIMULATED).when(step(SimulatePlan)).then_nothing()
    given(PLAN, DRAFTED, SIMULATED, SUBMITTED).when(step(SubmitPlan)).then_nothing()
    given(PLAN, *APPROVED).when(step(ApprovePlan, "bob")).then_nothing()
    given(PLAN, *APPROVED).when(draft()).then_nothing()


@pytest.mark.parametrize(
    ("before", "command", "status"),
    [
        ((DRAFTED,), SubmitPlan, "draft"),
        ((DRAFTED,), ApprovePlan, "draft"),
        ((DRAFTED, SIMULATED), ApprovePlan, "simulated"),
        ((DRAFTED, SIMULATED, SUBMITTED), SimulatePlan, "submitted"),
        (APPROVED, SimulatePlan, "approved"),
        (APPROVED, SubmitPlan, "approved"),
    ],
)
def test_no_step_is_left_out(before: tuple[Any, ...], command: Any, status: str) -> None:
    given(PLAN, *before).when(step(command, "bob")).then_rejected("plan_step_wrong", status=status)


@pytest.mark.parametrize(("by", "writes", "submits"), [("ann", "ann", "eve"), ("ann", "eve", "ann")])
def test_nobody_approves_what_he_wrote_or_submitted(by: str, writes: str, submits: str) -> None:
    before = (told(PlanDrafted, by=writes, plan=of(draft())), SIMULATED, told(PlanSubmitted, by=submits))
    given(PLAN, *before).when(step(ApprovePlan, by)).then_rejected("plan_four_eyes", by=by)


def test_whoever_wrote_an_earlier_draft_of_the_version_wrote_it() -> None:
    before = (told(PlanDrafted, by="bob", plan=of(draft(title="First"))), DRAFTED, SIMULATED, SUBMITTED)
    given(PLAN, *before).when(step(ApprovePlan, "bob")).then_rejected("plan_four_eyes")


def test_the_writer_of_an_earlier_version_may_approve_the_next() -> None:
    before: tuple[Any, ...] = (*APPROVED, told(PlanDrafted, by="cal", version=2, plan=of(draft(title="Next"))))
    before = (*before, told(PlanSimulated, version=2, tried=(TRIED,)), told(PlanSubmitted, by="cal", version=2))
    published = told(PlanVersionPublished, version=2, **ABOUT | {"title": "Next"})
    given(PLAN, *before).when(step(ApprovePlan, "ann", 2)).then(published)


def test_another_draft_begins_anew_until_it_is_approved_and_is_the_next_version_then() -> None:
    other = draft(title="Other")
    for before in ((DRAFTED,), (DRAFTED, SIMULATED), (DRAFTED, SIMULATED, SUBMITTED)):
        given(PLAN, *before).when(other).then(told(PlanDrafted, plan=of(other)))
    given(PLAN, *APPROVED).when(other).then(told(PlanDrafted, version=2, plan=of(other)))
    redrafted = told(PlanDrafted, plan=of(other))
    given(PLAN, DRAFTED, SIMULATED, SUBMITTED, redrafted).when(step(ApprovePlan, "bob")).then_rejected("plan_step_wrong", status="draft")


def test_an_approved_version_never_changes() -> None:
    approved = PLAN.fold(APPROVED).versions[0]
    later = [told(PlanDrafted, version=2, plan=of(draft(title="Other"))), told(PlanSimulated, version=2, tried=())]
    assert PLAN.fold([*APPROVED, *later]).versions[0] == approved
    given(PLAN, *APPROVED, *later).when(step(SubmitPlan)).then_rejected("plan_step_wrong", version=1, status="approved")


def test_a_plan_whose_examples_fail_is_simulated_and_not_submitted() -> None:
    wrong = draft(rule({"flat": {"rate": "0.04"}}, examples=RULE["examples"]))
    drafted = told(PlanDrafted, plan=of(wrong))
    failing = told(PlanSimulated, tried=(Tried(rule_id="flat", says="5 % of 200", pays=Decimal(10), paid=Decimal("8.00")),))
    given(PLAN, drafted).when(step(SimulatePlan)).then(failing)
    given(PLAN, drafted, failing).when(step(SubmitPlan)).then_rejected("plan_examples_fail", failing="flat, 5 % of 200: 10 ≠ 8.00")


def test_rules_that_do_not_fit_together_are_no_plan() -> None:
    many = [rule({"flat": {"rate": "0.05"}}, rule_id=f"r{at}", examples=RULE["examples"] * 20) for at in range(11)]
    for rules, more, said in (
        ((RULE, RULE), {}, "flat: there is another rule of this name"),
        (many, {}, "it has 220 examples; more than 200 take too long to try"),
        ((RULE,), {"valid_until": "2025-12-31"}, "it ends before it begins"),
    ):
        with pytest.raises(ValidationError, match=said):
            draft(*rules, **more)
    given(PLAN).when(draft(valid_from="1931-01-01")).then_rejected("date_implausible")


def test_a_version_that_is_not_there_is_unknown() -> None:
    for command in (SimulatePlan, SubmitPlan, ApprovePlan):
        given(PLAN).when(step(command)).then_rejected("plan_unknown")
        given(PLAN, DRAFTED).when(step(command, version=2)).then_rejected("plan_unknown", version=2)


def test_a_retired_plan_is_at_its_end() -> None:
    retired = PlanRetired(plan_id="dealers", by="bob", occurred_on=DAY)
    retire = RetirePlan(plan_id="dealers", by="bob", on=DAY)
    given(PLAN, DRAFTED).when(retire).then_rejected("plan_not_approved")
    given(PLAN, *APPROVED).when(retire).then(retired)
    given(PLAN, *APPROVED, retired).when(retire).then_nothing()
    given(PLAN, *APPROVED, retired).when(draft(title="Other")).then_rejected("plan_retired")


def test_the_newest_version_that_has_begun_is_in_force_until_it_ends() -> None:
    def published(version: int, **more: Any) -> list[Any]:
        drafted = told(PlanDrafted, version=version, plan=of(draft(**more)))
        return [drafted, told(PlanSimulated, version=version, tried=()), told(PlanSubmitted, version=version), *approved(version)]

    def approved(version: int) -> list[Any]:
        return [told(PlanVersionPublished, by="bob", version=version, **ABOUT)]

    events = [
        *published(1),
        *published(2, valid_from="2026-05-01", valid_until="2026-06-30"),
        told(PlanDrafted, version=3, plan=of(draft())),
    ]

    def in_force(state: Plan, *days: date) -> list[int | None]:
        found = [state.in_force(day) for day in days]
        return [None if one is None else one.version for one in found]

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert in_force(PLAN.fold(events), *days) == [None, 1, 1, 2, 2, None]
    plan_ = PLAN.fold(events)
    rated = [plan_.rated(version) for version in (1, 2, 3)]
    assert [one and (one.valid_from, one.valid_until) for one in rated] == [(days[1], days[2]), (days[3], days[4]), None]
    retired = PlanRetired(plan_id="dealers", by="bob", occurred_on=date(2026, 4, 30))
    assert in_force(PLAN.fold([*events, retired]), *days) == [None, 1, 1, None, None, None]


def test_its_list_shows_where_each_version_stands() -> None:
    retired = PlanRetired(plan_id="dealers", by="bob", occurred_on=DAY)
    fed = feed(PLANS, *APPROVED, told(PlanDrafted, version=2, plan=of(draft(title="Other"))), retired)
    rows = [(one["version"], one["title"], one["status"], one["examples"], one["failing"], one["approved_by"]) for one in fed.rows()]
    assert rows == [(1, "Dealers", "approved", 1, 0, "bob"), (2, "Other", "draft", None, None, None)]
    assert fed.rows("plan_retired") == [{"plan_id": "dealers", "retired_on": DAY}]


def test_an_example_is_tried_with_the_rules_that_it_needs_and_no_others() -> None:
    flat = {"flat": {"rate": "0.1"}}
    made = plan(
        rule(flat, rule_id="a"),
        rule(flat, rule_id="b", less=["a"]),
        rule(flat, rule_id="c", exclusive="g"),
        rule(flat, rule_id="d", exclusive="g"),
        rule({"sanction": {"of": ["b"], "causes": ["x"], "takes": "1"}}, rule_id="e", base="earned"),
    )
    names = [[one.rule_id for one in needed(made, rule_)] for rule_ in made.rules]
    assert names == [["a"], ["a", "b"], ["c", "d"], ["c", "d"], ["a", "b", "e"]]
