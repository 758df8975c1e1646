"""Assigning plans, and acknowledging them: the plan has to be there, and the version to be approved."""

from channel_events import Ask, Log, On, Rejected, Steps

from incentives.domain.assignment import ASSIGNMENT, AcknowledgePlan, Assignment, AssignPlan, EndAssignment, assignment_key
from incentives.domain.plan.decide import PLAN
from incentives.domain.plan.state import Plan
from incentives.domain.words import Payee


def assigning(c: AssignPlan) -> Steps:
    plan: Plan = (yield Ask(PLAN, c.plan_id)).state
    if plan.last is None:
        raise Rejected("plan_unknown", plan_id=c.plan_id, version=1)
    if plan.last.plan.payee is not c.payee:
        raise Rejected("plan_pays_others", plan_id=c.plan_id, pays=plan.last.plan.payee.value, payee=c.payee.value)
    yield On(ASSIGNMENT, assignment_key(c.plan_id, c.payee, c.payee_id), c)


def acknowledging(c: AcknowledgePlan) -> Steps:
    plan: Plan = (yield Ask(PLAN, c.plan_id)).state
    if plan.rated(c.version) is None:
        raise Rejected("plan_unknown", plan_id=c.plan_id, version=c.version)
    yield On(ASSIGNMENT, assignment_key(c.plan_id, c.payee, c.payee_id), c)


async def find_assignment(log: Log, plan_id: str, payee: Payee, payee_id: str) -> tuple[Assignment, Plan]:
    """With its plan; ``assignment_unknown`` where it is not assigned now."""
    assignment: Assignment = await log.state(ASSIGNMENT, assignment_key(plan_id, payee, payee_id))
    if not assignment.assigned:
        raise Rejected("assignment_unknown", plan_id=plan_id, payee=payee.value, payee_id=payee_id)
    return assignment, await log.state(PLAN, plan_id)


def ending(c: EndAssignment) -> Steps:
    yield On(ASSIGNMENT, assignment_key(c.plan_id, c.payee, c.payee_id), c)
