"""What may be done with a plan: draft, simulate, submit, and be approved by somebody else."""

from collections.abc import Iterator

from channel_events.pure import Decider, Known, Rejected, tell
from channel_terms import check_days, happened_on
from msgspec import convert

from incentives.domain.calculation.trial import tried
from incentives.domain.plan.commands import (
    ApprovePlan,
    DraftPlan,
    NoteWhatIf,
    PlanCommand,
    RetirePlan,
    SimulatePlan,
    SubmitPlan,
    WithdrawPlan,
)
from incentives.domain.plan.document import PlanDocument
from incentives.domain.plan.events import (
    EVENTS,
    PlanDrafted,
    PlanEvent,
    PlanRetired,
    PlanRunOverPast,
    PlanSimulated,
    PlanSubmitted,
    PlanVersionPublished,
    PlanVersionWithdrawn,
)
from incentives.domain.plan.state import Plan, Status, Version, evolve
from incentives.domain.rule_types import read_pays


def decide(command: PlanCommand, plan: Plan, known: Known) -> Iterator[PlanEvent]:
    match command:
        case DraftPlan():
            return _draft(command, plan, known)
        case SimulatePlan():
            return _simulate(command, plan, known)
        case SubmitPlan():
            return _submit(command, plan, known)
        case ApprovePlan():
            return _approve(command, plan, known)
        case WithdrawPlan():
            return _withdraw(command, plan, known)
        case RetirePlan():
            return _retire(command, plan, known)
        case NoteWhatIf():
            return _note(command, plan)


def _draft(command: DraftPlan, plan: Plan, known: Known) -> Iterator[PlanDrafted]:
    document = convert(command, PlanDocument, from_attributes=True)
    for part in (document, *(read_pays(one.pays)[1] for one in document.rules)):
        check_days(part, known.today)
    if plan.retired_on is not None:
        raise Rejected("plan_retired", plan_id=command.plan_id, retired_on=plan.retired_on)
    last = plan.last
    # What is assigned, compared and given points for by a plan's name is about one kind of payees: ids of both kinds may be the same.
    if last is not None and last.plan.payee is not document.payee:
        raise Rejected("plan_pays_others", plan_id=command.plan_id, pays=last.plan.payee.value, payee=document.payee.value)
    if last is not None and last.plan == document and last.status is not Status.WITHDRAWN:
        return
    version = 1 if last is None else last.version + (last.status in (Status.APPROVED, Status.WITHDRAWN))
    on = happened_on(command.on, known)
    yield PlanDrafted(plan_id=command.plan_id, version=version, by=command.by or "", occurred_on=on, plan=document)


def _simulate(command: SimulatePlan, plan: Plan, known: Known) -> Iterator[PlanSimulated]:
    last = _open(command, plan, Status.DRAFT, Status.SIMULATED)
    found = tuple(tried(last.plan))
    if last.status is Status.DRAFT or found != last.tried:
        on = happened_on(command.on, known)
        yield PlanSimulated(plan_id=command.plan_id, version=last.version, by=command.by or "", occurred_on=on, tried=found)


def _submit(command: SubmitPlan, plan: Plan, known: Known) -> Iterator[PlanSubmitted]:
    last = _open(command, plan, Status.SIMULATED, Status.SUBMITTED)
    if failing := [one for one in last.tried if not one.holds]:
        said = "; ".join(f"{one.rule_id}, {one.says}: {one.pays} ≠ {one.paid}" for one in failing)
        raise Rejected("plan_examples_fail", plan_id=command.plan_id, failing=said)
    if last.status is Status.SIMULATED:
        on = happened_on(command.on, known)
        yield PlanSubmitted(plan_id=command.plan_id, version=last.version, by=command.by or "", occurred_on=on)


def _approve(command: ApprovePlan, plan: Plan, known: Known) -> Iterator[PlanVersionPublished]:
    last = _open(command, plan, Status.SUBMITTED, Status.APPROVED)
    if last.status is Status.APPROVED:
        return
    by = command.by or ""
    if by in last.writers:
        raise Rejected("plan_four_eyes", plan_id=command.plan_id, by=by)
    _within_budget(command, last)
    yield PlanVersionPublished(
        plan_id=command.plan_id,
        version=last.version,
        by=by,
        occurred_on=happened_on(command.on, known),
        title=last.plan.title,
        payee=last.plan.payee,
        currency=last.plan.currency,
        valid_from=last.plan.valid_from,
        valid_until=last.plan.valid_until,
        rules=tuple(one.rule_id for one in last.plan.rules),
    )


def _within_budget(command: ApprovePlan, last: Version) -> None:
    if (budget := last.plan.budget) is None:
        return
    if last.what_if is None:
        raise Rejected("plan_not_run", plan_id=command.plan_id, version=last.version, budget=budget)
    if last.what_if > budget:
        raise Rejected("plan_over_budget", plan_id=command.plan_id, version=last.version, total=last.what_if, budget=budget)


def _note(command: NoteWhatIf, plan: Plan) -> Iterator[PlanRunOverPast]:
    """Of a version that was drafted anew meanwhile nothing is known."""
    last = plan.last
    drafted = {Status.DRAFT, Status.SIMULATED, Status.SUBMITTED}
    if last is not None and last.version == command.version and last.plan == command.plan and last.status in drafted:
        yield tell(PlanRunOverPast, command, occurred_on=command.on)


def _withdraw(command: WithdrawPlan, plan: Plan, known: Known) -> Iterator[PlanVersionWithdrawn]:
    if command.version > len(plan.versions):
        raise Rejected("plan_unknown", plan_id=command.plan_id, version=command.version)
    found = plan.versions[command.version - 1]
    first = found.plan.valid_from
    if found.status not in (Status.APPROVED, Status.WITHDRAWN):
        raise Rejected("plan_step_wrong", plan_id=command.plan_id, version=command.version, status=found.status)
    if found.status is Status.APPROVED:
        # Told again where it moves to another installation, its first day may have come by now.
        if first <= known.today and not known.imported:
            raise Rejected("plan_begun", plan_id=command.plan_id, version=command.version, valid_from=first)
        on = happened_on(command.on, known)
        yield PlanVersionWithdrawn(plan_id=command.plan_id, version=command.version, by=command.by or "", occurred_on=on, valid_from=first)


def _retire(command: RetirePlan, plan: Plan, known: Known) -> Iterator[PlanRetired]:
    if not any(one.status is Status.APPROVED for one in plan.versions):
        raise Rejected("plan_not_approved", plan_id=command.plan_id)
    if plan.retired_on is None:
        yield PlanRetired(plan_id=command.plan_id, by=command.by or "", occurred_on=happened_on(command.on, known))


def _open(command: SimulatePlan | SubmitPlan | ApprovePlan, plan: Plan, *steps: Status) -> Version:
    """The version that the command is about, which has to be the last and at one of these steps: what somebody looked at is what he
    submits or approves."""
    last = plan.last
    if last is None or command.version > last.version:
        raise Rejected("plan_unknown", plan_id=command.plan_id, version=command.version)
    if plan.retired_on is not None:
        raise Rejected("plan_retired", plan_id=command.plan_id, retired_on=plan.retired_on)
    status = plan.versions[command.version - 1].status
    if command.version != last.version or status not in steps:
        raise Rejected("plan_step_wrong", plan_id=command.plan_id, version=command.version, status=status)
    return last


PLAN: Decider[PlanCommand, Plan, PlanEvent] = Decider("plan", initial=Plan(), decide=decide, evolve=evolve, events=EVENTS)
