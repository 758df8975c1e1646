"""A plan as its events tell it: its versions, the last of which may still be worked on."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from incentives.domain.calculation.trial import Tried
from incentives.domain.plan.document import PlanDocument
from incentives.domain.plan.events import (
    PlanDrafted,
    PlanEvent,
    PlanRetired,
    PlanRunOverPast,
    PlanSimulated,
    PlanSubmitted,
    PlanVersionPublished,
    PlanVersionWithdrawn,
)


class Status(StrEnum):
    DRAFT = "draft"
    SIMULATED = "simulated"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    """It was approved, and never came into force."""


class Version(Struct, frozen=True, kw_only=True):
    """``writers`` wrote it or submitted it; ``tried`` are its examples, as they came out when it was simulated last.
    ``what_if`` is what the last run over the past came to."""

    version: int
    plan: PlanDocument
    status: Status = Status.DRAFT
    writers: tuple[str, ...] = ()
    tried: tuple[Tried, ...] = ()
    what_if: Decimal | None = None
    approved_by: str | None = None
    approved_on: date | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """``retired_on`` is the last day on which it is in force."""

    versions: tuple[Version, ...] = ()
    retired_on: date | None = None

    @property
    def last(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    def in_force(self, day: date) -> Version | None:
        """The version by which lines of ``day`` are rated: of those approved that had begun the newest, if it has not ended."""
        begun = [one for one in self.versions if one.status is Status.APPROVED and one.plan.valid_from <= day]
        if not begun or (self.retired_on is not None and day > self.retired_on):
            return None
        newest = begun[-1]
        return None if newest.plan.valid_until is not None and day > newest.plan.valid_until else newest

    def rated(self, version: int) -> PlanDocument | None:
        """The approved version as it rates lines: of the days on which it is in force. None where it was never approved."""
        found = next((one for one in self.versions if one.version == version and one.status is Status.APPROVED), None)
        if found is None:
            return None
        later = [one.plan.valid_from for one in self.versions[version:] if one.status is Status.APPROVED]
        ends = [found.plan.valid_until, self.retired_on, *(day - timedelta(days=1) for day in later)]
        return replace(found.plan, valid_until=min((day for day in ends if day is not None), default=None))


def evolve(plan: Plan, event: PlanEvent) -> Plan:
    if isinstance(event, PlanRetired):
        return replace(plan, retired_on=event.occurred_on)
    if isinstance(event, PlanDrafted):
        before = plan.versions[event.version - 1 :]
        writers = dict.fromkeys([*(name for one in before for name in one.writers), event.by])
        drafted = Version(version=event.version, plan=event.plan, writers=tuple(writers))
        return replace(plan, versions=(*plan.versions[: event.version - 1], drafted))
    number = event.version - 1
    return replace(plan, versions=(*plan.versions[:number], _moved(plan.versions[number], event), *plan.versions[number + 1 :]))


def _moved(last: Version, event: PlanSimulated | PlanRunOverPast | PlanSubmitted | PlanVersionPublished | PlanVersionWithdrawn) -> Version:
    match event:
        case PlanVersionWithdrawn():
            return replace(last, status=Status.WITHDRAWN)
        case PlanSimulated():
            return replace(last, status=Status.SIMULATED, tried=event.tried)
        case PlanRunOverPast():
            return replace(last, what_if=event.total)
        case PlanSubmitted():
            return replace(last, status=Status.SUBMITTED, writers=tuple(dict.fromkeys([*last.writers, event.by])))
        case PlanVersionPublished():
            return replace(last, status=Status.APPROVED, approved_by=event.by, approved_on=event.occurred_on)
