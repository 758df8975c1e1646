"""What is known of a partner, by business date."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

import msgspec

from partner_registry.domain.partner.events import (
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerEvent,
    PartnerMoved,
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


class Place(msgspec.Struct, frozen=True):
    """Where the partner is from ``since`` until the next place; ``since`` may lie ahead."""

    territory: str
    parent: str | None
    since: date


class _Since(Protocol):
    @property
    def since(self) -> date: ...


Period = TypeVar("Period", bound=_Since)


def valid_on(day: date, periods: Sequence[Period]) -> Period | None:
    """The one of ``periods``, oldest first, that holds on ``day``; None before the first."""
    return next((period for period in reversed(periods) if period.since <= day), None)


class Partner(msgspec.Struct, frozen=True):
    """``application`` is None as long as there is no such partner; standings and places are oldest first."""

    application: PartnerApplied | None = None
    standings: tuple[Standing, ...] = ()
    places: tuple[Place, ...] = ()

    def standing_on(self, day: date) -> Standing | None:
        return valid_on(day, self.standings)

    def place_on(self, day: date) -> Place | None:
        return valid_on(day, self.places)


def evolve(partner: Partner, event: PartnerEvent) -> Partner:
    match event:
        case PartnerApplied():
            return Partner(event, (standing_after(event),), (Place(event.territory, event.parent, event.occurred_on),))
        case PartnerMoved():
            earlier = (place for place in partner.places if place.since < event.occurred_on)
            place = Place(event.territory, event.parent, event.occurred_on)
            return msgspec.structs.replace(partner, places=(*earlier, place))
        case _:
            return msgspec.structs.replace(partner, standings=(*partner.standings, standing_after(event)))


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
