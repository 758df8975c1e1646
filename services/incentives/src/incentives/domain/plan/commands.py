"""What may be asked of a plan."""

from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_events.pure import command
from channel_terms import HappenedOn, Wrong
from msgspec import Meta, Struct

from incentives.domain.plan.document import PlanDocument, faults
from incentives.domain.words import PlanId

VersionNumber: TypeAlias = Annotated[int, Meta(ge=1, le=1_000_000, description="Counts from 1.", examples=[1])]
By: TypeAlias = Annotated[
    Annotated[str, Meta(max_length=500)] | None,
    Meta(description="Who asks: taken from the token, whatever is said here.", examples=["ann"]),
]


@command("draft_plan", stream="plan/{plan_id}")
class DraftPlan(PlanDocument, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next version of the plan, or another draft of it while nobody has approved it: then it is simulated and submitted anew. The
    same again changes nothing."""

    plan_id: PlanId
    by: By = None
    on: HappenedOn = None

    def __post_init__(self) -> None:
        # A fault of the document as a whole is a fault of its form: each door tells it like all others.
        if found := list(faults(self)):
            raise Wrong("; ".join(one.en for one in found), "；".join(one.zh for one in found))


class _OfVersion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    plan_id: PlanId
    version: VersionNumber
    by: By = None
    on: HappenedOn = None


@command("simulate_plan", stream="plan/{plan_id}")
class SimulatePlan(_OfVersion, frozen=True, kw_only=True):
    """Works out the examples of its rules, and keeps what each came to."""


@command("submit_plan", stream="plan/{plan_id}")
class SubmitPlan(_OfVersion, frozen=True, kw_only=True):
    """For approval, by somebody else. Every example has to hold."""


@command("approve_plan", stream="plan/{plan_id}")
class ApprovePlan(_OfVersion, frozen=True, kw_only=True):
    """From then on this version never changes; it is in force from its first day on. Nobody approves what he wrote or submitted."""


@command("withdraw_plan", stream="plan/{plan_id}")
class WithdrawPlan(_OfVersion, frozen=True, kw_only=True):
    """An approved version that lies ahead never comes into force: the one before it goes on. The next draft is a version of its own."""


@command("retire_plan", stream="plan/{plan_id}")
class RetirePlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No lines count after the day; what came to be counted until then stays, and is corrected by what comes back."""

    plan_id: PlanId
    by: By = None
    on: HappenedOn = None


class NoteWhatIf(Struct, frozen=True, kw_only=True):
    """Part of a larger command: a run over the past with this document came to so much."""

    plan_id: str
    version: int
    run_id: str
    plan: PlanDocument
    total: Decimal
    by: str
    on: date


PlanCommand: TypeAlias = DraftPlan | SimulatePlan | SubmitPlan | ApprovePlan | WithdrawPlan | RetirePlan | NoteWhatIf
