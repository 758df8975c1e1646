"""Assigning plans, and acknowledging them: the plan has to be there, and the version to be approved."""

from channel_events import Ask, On, Rejected, Steps
from channel_events.pure import tell

from incentives.domain.assignment import ASSIGNMENT, AcknowledgePlan, AssignPlan, AssignTo, EndAssignment, assignment_key
from incentives.domain.plan.decide import PLAN
from incentives.domain.plan.state import Plan


def assigning(c: AssignPlan) -> Steps:
    plan: Plan = (yield Ask(PLAN, c.plan_id)).state
    if plan.last is None:
        raise Rejected("plan_unknown", plan_id=c.plan_id, version=1)
    yield On(ASSIGNMENT, assignment_key(c.plan_id, c.payee_id), tell(AssignTo, c, payee=plan.last.plan.payee))


def acknowledging(c: AcknowledgePlan) -> Steps:
    plan: Plan = (yield Ask(PLAN, c.plan_id)).state
    if plan.rated(c.version) is None:
        raise Rejected("plan_unknown", plan_id=c.plan_id, version=c.version)
    yield On(ASSIGNMENT, assignment_key(c.plan_id, c.payee_id), c)


def ending(c: EndAssignment) -> Steps:
    yield On(ASSIGNMENT, assignment_key(c.plan_id, c.payee_id), c)
