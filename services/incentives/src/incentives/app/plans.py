"""Plans: written, tried, approved; run over the past, and assigned."""

from channel_service import Work

from incentives.api import assignments, plan_yaml, plans, what_ifs
from incentives.app.subdomain import SubDomain
from incentives.application.what_ifs import look
from incentives.domain.assignment import ASSIGNMENT
from incentives.domain.plan.decide import PLAN
from incentives.domain.what_if import WHAT_IF
from incentives.problems import plans as problems
from incentives.views.assignments import ASSIGNMENTS
from incentives.views.plans import PLANS as PLANS_VIEW
from incentives.views.what_ifs import WHAT_IFS

PLANS = SubDomain(
    problems=problems.PLANS,
    deciders=[PLAN, ASSIGNMENT, WHAT_IF],
    views=[PLANS_VIEW, ASSIGNMENTS, WHAT_IFS],
    works=[Work("what_ifs", look)],
    routers=[plans.router, plan_yaml.router, assignments.router, what_ifs.router],
)
