"""What answers about partners are made of."""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from partner_registry.application.partner_record import PartnerRecord
from partner_registry.domain.partner import ChannelType, Status


class Standing(BaseModel):
    """A status from a day until the next one."""

    model_config = ConfigDict(from_attributes=True)

    status: Status
    since: date
    reason: str | None = Field(description="Why it was suspended.")


class Description(BaseModel):
    """What it is called, and its segment, from a day until the next one."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["Jade Trading"])
    segment: str | None
    since: date


class Placement(BaseModel):
    """Where it is from a day until the next one."""

    model_config = ConfigDict(from_attributes=True)

    territory: str = Field(examples=["CN-E"])
    parent: str | None = Field(examples=["p-1000"])
    since: date


class ChildrenAccess(BaseModel):
    """Whether it sees what is of its children from a day until the next one."""

    model_config = ConfigDict(from_attributes=True)

    agreement: str | None = Field(description="The agreement that grants it; null is not granted.", examples=["A-2026-017"])
    since: date


class PartnerRow(BaseModel):
    """A partner as of today."""

    partner_id: str = Field(examples=["p-1001"])
    name: str = Field(examples=["Jade Trading"])
    channel_type: ChannelType
    segment: str | None = Field(examples=["Specialty Bike Shop"])
    territory: str = Field(examples=["CN-E"])
    parent: str | None = Field(examples=["p-1000"])
    status: Status
    status_since: date
    status_reason: str | None = Field(description="Why it is suspended.")
    applied_on: date


class PartnerDetail(PartnerRow):
    """A partner as of a day, with its history."""

    as_of: date
    descriptions: list[Description] = Field(description="Oldest first.")
    standings: list[Standing] = Field(description="Oldest first.")
    places: list[Placement] = Field(description="Oldest first; the last ones may lie ahead.")
    children_access: str | None = Field(
        description="The agreement by which it sees what is of the partners directly under it, read only; null is not granted.",
        examples=["A-2026-017"],
    )
    children_accesses: list[ChildrenAccess] = Field(description="Oldest first; the last ones may lie ahead.")

    @classmethod
    def of(cls, record: PartnerRecord) -> Self:
        applied = record.applied
        return cls(
            as_of=record.as_of,
            partner_id=applied.partner_id,
            name=record.description.name,
            channel_type=applied.channel_type,
            segment=record.description.segment,
            territory=record.place.territory,
            parent=record.place.parent,
            status=record.standing.status,
            status_since=record.standing.since,
            status_reason=record.standing.reason,
            applied_on=applied.occurred_on,
            descriptions=[Description.model_validate(one) for one in record.descriptions],
            standings=[Standing.model_validate(one) for one in record.standings],
            places=[Placement.model_validate(one) for one in record.places],
            children_access=record.children_access,
            children_accesses=[ChildrenAccess.model_validate(one) for one in record.children_accesses],
        )
