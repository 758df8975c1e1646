"""Plans as they are now."""

from channel_events import Log, Rejected

from incentives.domain.plan.decide import PLAN
from incentives.domain.plan.state import Plan, Version


async def find_plan(log: Log, plan_id: str) -> tuple[Plan, str | None]:
    """The plan, and the tag of its stream; ``plan_unknown`` when there is none."""
    found = await log.current(PLAN, plan_id)
    if not found.state.versions:
        raise Rejected("plan_unknown", plan_id=plan_id, version=1)
    return found.state, found.tag


async def find_version(log: Log, plan_id: str, version: int) -> tuple[Version, str | None]:
    plan, tag = await find_plan(log, plan_id)
    if not 1 <= version <= len(plan.versions):
        raise Rejected("plan_unknown", plan_id=plan_id, version=version)
    return plan.versions[version - 1], tag
