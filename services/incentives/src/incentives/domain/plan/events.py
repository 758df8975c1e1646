"""What happens to a plan."""

from datetime import date
from decimal import Decimal
from typing import TypeAlias

from channel_events.pure import event
from msgspec import Struct

from incentives.domain.calculation.trial import Tried
from incentives.domain.plan.document import Payee, PlanDocument


class _OfVersion(Struct, frozen=True, kw_only=True):
    """``by`` is who asked for it."""

    plan_id: str
    version: int
    by: str
    occurred_on: date


@event("plan_drafted")
class PlanDrafted(_OfVersion, frozen=True, kw_only=True):
    """This is the version now, with every parameter said."""

    plan: PlanDocument


@event("plan_simulated")
class PlanSimulated(_OfVersion, frozen=True, kw_only=True):
    tried: tuple[Tried, ...]


@event("plan_run_over_past")
class PlanRunOverPast(_OfVersion, frozen=True, kw_only=True):
    """The what-if ``run_id`` of the version as it was then came to ``total``, in the currency that it pays in."""

    run_id: str
    total: Decimal


@event("plan_submitted")
class PlanSubmitted(_OfVersion, frozen=True, kw_only=True):
    pass


@event("plan_version_published", public=True)
class PlanVersionPublished(_OfVersion, frozen=True, kw_only=True):
    """The version was approved by ``by`` and never changes any more. It is in force from ``valid_from`` on, up to and including
    ``valid_until`` where that is said, and until a later version of the plan is."""

    title: str
    payee: Payee
    currency: str
    valid_from: date
    valid_until: date | None
    rules: tuple[str, ...]


@event("plan_version_withdrawn", public=True)
class PlanVersionWithdrawn(_OfVersion, frozen=True, kw_only=True):
    """The version that was to be in force from ``valid_from`` on never is: the one before it goes on."""

    valid_from: date


@event("plan_retired", public=True)
class PlanRetired(Struct, frozen=True, kw_only=True):
    """No version of it is in force after ``occurred_on``."""

    plan_id: str
    by: str
    occurred_on: date


PlanEvent: TypeAlias = (
    PlanDrafted | PlanSimulated | PlanRunOverPast | PlanSubmitted | PlanVersionPublished | PlanVersionWithdrawn | PlanRetired
)
EVENTS: tuple[type[PlanEvent], ...] = (
    PlanDrafted,
    PlanSimulated,
    PlanRunOverPast,
    PlanSubmitted,
    PlanVersionPublished,
    PlanVersionWithdrawn,
    PlanRetired,
)
