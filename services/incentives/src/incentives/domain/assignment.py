"""Assignments: that a plan is a payee's, and which version of it the payee has read and accepted."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import Code, HappenedOn, as_part, happened_on
from msgspec import Meta, Struct
from msgspec.structs import replace

from incentives.domain.plan.commands import By, VersionNumber
from incentives.domain.words import Payee, PlanId


class _OfAssignment(Struct, frozen=True, kw_only=True):
    plan_id: str
    payee: Payee
    payee_id: str
    by: str
    occurred_on: date


@event("plan_assigned")
class PlanAssigned(_OfAssignment, frozen=True, kw_only=True):
    pass


@event("plan_acknowledged")
class PlanAcknowledged(_OfAssignment, frozen=True, kw_only=True):
    """``by`` says that the payee has read and accepted the version."""

    version: int


@event("assignment_ended")
class AssignmentEnded(_OfAssignment, frozen=True, kw_only=True):
    pass


class _Assignment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    plan_id: PlanId
    payee: Payee
    payee_id: Annotated[Code, Meta(examples=["p-1001"])]
    by: By = None
    on: HappenedOn = None


@command("assign_plan", stream="assignment/{plan_id}/{payee}/{payee_id}")
class AssignPlan(_Assignment, frozen=True, kw_only=True):
    """From now on the payee reads its approved versions, and is asked to acknowledge them."""


@command("acknowledge_plan", stream="assignment/{plan_id}/{payee}/{payee_id}")
class AcknowledgePlan(_Assignment, frozen=True, kw_only=True):
    """The payee has read the version and accepts it. Said by its own token, or by the brand for who said so elsewhere."""

    version: VersionNumber


@command("end_assignment", stream="assignment/{plan_id}/{payee}/{payee_id}")
class EndAssignment(_Assignment, frozen=True, kw_only=True):
    """The payee reads it no more; what it earned by it stays."""


AssignmentCommand: TypeAlias = AssignPlan | AcknowledgePlan | EndAssignment
AssignmentEvent: TypeAlias = PlanAssigned | PlanAcknowledged | AssignmentEnded


class Acknowledged(Struct, frozen=True):
    by: str
    on: date


class Assignment(Struct, frozen=True, kw_only=True):
    """``acknowledged`` are the versions."""

    assigned: bool = False
    acknowledged: Mapping[int, Acknowledged] = {}


def assignment_key(plan_id: str, payee: Payee, payee_id: str) -> str:
    """A slash in a name is no slash between names."""
    return f"{plan_id}/{payee}/{as_part(payee_id)}"


def decide(command: AssignmentCommand, assignment: Assignment, known: Known) -> Iterator[AssignmentEvent]:
    c = command
    about = {"by": c.by or "", "occurred_on": happened_on(c.on, known)}
    if isinstance(c, AssignPlan):
        if not assignment.assigned:
            yield tell(PlanAssigned, c, **about)
    elif not assignment.assigned:
        raise Rejected("assignment_unknown", plan_id=c.plan_id, payee=c.payee.value, payee_id=c.payee_id)
    elif isinstance(c, EndAssignment):
        yield tell(AssignmentEnded, c, **about)
    elif isinstance(c, AcknowledgePlan) and c.version not in assignment.acknowledged:
        yield tell(PlanAcknowledged, c, **about)


def evolve(assignment: Assignment, event: AssignmentEvent) -> Assignment:
    match event:
        case PlanAssigned():
            return replace(assignment, assigned=True)
        case PlanAcknowledged():
            said = Acknowledged(event.by, event.occurred_on)
            return replace(assignment, acknowledged={**assignment.acknowledged, event.version: said})
        case AssignmentEnded():
            return replace(assignment, assigned=False)


ASSIGNMENT: Decider[AssignmentCommand, Assignment, AssignmentEvent] = Decider(
    "assignment", initial=Assignment(), decide=decide, evolve=evolve, events=[PlanAssigned, PlanAcknowledged, AssignmentEnded]
)
