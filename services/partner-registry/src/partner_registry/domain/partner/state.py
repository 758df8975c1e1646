"""What is known of a partner, by business date."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

import msgspec

from partner_registry.domain.partner.events import (
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerDescribed,
    PartnerEvent,
    PartnerMoved,
    PartnerMoveWithdrawn,
    PartnerReinstated,
    PartnerSuspended,
)


class Status(StrEnum):
    APPLIED = "applied"
    APPROVED = "approved"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class Standing(msgspec.Struct, frozen=True):
    """A status from ``since`` until the next one; ``reason`` is that of a suspension."""

    status: Status
    since: date
    reason: str | None = None


class Placement(msgspec.Struct, frozen=True):
    """Where the partner is from ``since`` until the next place; ``since`` may lie ahead."""

    territory: str
    parent: str | None
    since: date


class Description(msgspec.Struct, frozen=True):
    """What the partner is called, and its segment, from ``since`` until the next one."""

    name: str
    segment: str | None
    since: date


class ChildrenAccess(msgspec.Struct, frozen=True):
    """From ``since``, which may lie ahead, until the next one: by which agreement it sees what is of its children; None is not."""

    agreement: str | None
    since: date


class _Since(Protocol):
    @property
    def since(self) -> date: ...


Period = TypeVar("Period", bound=_Since)


def valid_on(day: date, periods: Sequence[Period]) -> Period | None:
    """The one of ``periods``, oldest first, that holds on ``day``; None before the first."""
    return next((period for period in reversed(periods) if period.since <= day), None)


class Partner(msgspec.Struct, frozen=True):
    """``application`` is None as long as there is no such partner; all else is oldest first."""

    application: PartnerApplied | None = None
    standings: tuple[Standing, ...] = ()
    places: tuple[Placement, ...] = ()
    accesses: tuple[ChildrenAccess, ...] = ()
    descriptions: tuple[Description, ...] = ()

    def description_on(self, day: date) -> Description | None:
        return valid_on(day, self.descriptions)

    def standing_on(self, day: date) -> Standing | None:
        return valid_on(day, self.standings)

    def place_on(self, day: date) -> Placement | None:
        return valid_on(day, self.places)

    def agreement_on(self, day: date) -> str | None:
        """The agreement by which it sees what is of its children on ``day``."""
        access = valid_on(day, self.accesses)
        return access.agreement if access else None


def evolve(partner: Partner, event: PartnerEvent) -> Partner:
    match event:
        case PartnerApplied():
            on = event.occurred_on
            place, description = Placement(event.territory, event.parent, on), Description(event.name, event.segment, on)
            return Partner(event, (standing_after(event),), (place,), descriptions=(description,))
        case PartnerMoved():
            place = Placement(event.territory, event.parent, event.occurred_on)
            return msgspec.structs.replace(partner, places=_followed_by(partner.places, place))
        case PartnerDescribed():
            description = Description(event.name, event.segment, event.occurred_on)
            return msgspec.structs.replace(partner, descriptions=_followed_by(partner.descriptions, description))
        case PartnerMoveWithdrawn(occurred_on=on):
            return msgspec.structs.replace(partner, places=tuple(place for place in partner.places if place.since != on))
        case ChildrenAccessGranted() | ChildrenAccessRevoked():
            access = ChildrenAccess(event.agreement if isinstance(event, ChildrenAccessGranted) else None, event.occurred_on)
            return msgspec.structs.replace(partner, accesses=_followed_by(partner.accesses, access))
        case _:
            return msgspec.structs.replace(partner, standings=(*partner.standings, standing_after(event)))


def _followed_by(periods: tuple[Period, ...], period: Period) -> tuple[Period, ...]:
    """With ``period`` from its day on, whatever was said of that day and later ones."""
    return (*(earlier for earlier in periods if earlier.since < period.since), period)


def standing_after(
    event: PartnerApplied | PartnerApproved | PartnerActivated | PartnerSuspended | PartnerReinstated,
) -> Standing:
    """The standing that begins with an event."""
    match event:
        case PartnerApplied():
            return Standing(Status.APPLIED, event.occurred_on)
        case PartnerApproved():
            return Standing(Status.APPROVED, event.occurred_on)
        case PartnerActivated() | PartnerReinstated():
            return Standing(Status.ACTIVE, event.occurred_on)
        case PartnerSuspended():
            return Standing(Status.SUSPENDED, event.occurred_on, event.reason)
