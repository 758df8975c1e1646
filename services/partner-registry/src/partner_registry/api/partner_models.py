"""What requests and answers about partners are made of."""

from datetime import date
from typing import Self

from channel_service import Code, Dated, Label, Rule, Text
from msgspec import UNSET
from pydantic import BaseModel, ConfigDict, Field, model_validator

from partner_registry.application.partner_record import PartnerRecord
from partner_registry.domain.partner import ChannelType, MovePartner, Status


class Application(Dated):
    partner_id: Code | None = Field(None, description="Your own id for it, for ever; one is given when left out.", examples=["p-1001"])
    name: Text = Field(examples=["Jade Trading"])
    channel_type: ChannelType = Field(examples=["distributor"])
    segment: Label | None = Field(None, examples=["Specialty Bike Shop"])
    territory: Code = Field(examples=["CN-E"])
    parent: Code | None = Field(None, description="The partner it belongs to or buys through.", examples=["p-1000"])


class Suspension(Dated):
    reason: Text = Field(examples=["invoices overdue"])


class Move(Dated):
    territory: Code | None = Field(None, description="Stays as it is when left out.", examples=["CN-N"])
    parent: Code | None = Field(None, description="Stays as it is when left out; null makes the partner a root.", examples=["p-1002"])

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if not self.model_fields_set & {"territory", "parent"}:
            raise Rule("must name a territory, a parent, or both", "应指明区域、上级或两者")
        if "territory" in self.model_fields_set and self.territory is None:
            raise Rule("territory must not be null; leave it out to keep it", "territory 不应为 null；如需保持不变请省略")
        return self

    def command(self, partner_id: str, today: date) -> MovePartner:
        return MovePartner(
            partner_id=partner_id,
            territory=UNSET if self.territory is None else self.territory,
            parent=self.parent if "parent" in self.model_fields_set else UNSET,
            on=self.on,
            today=today,
        )


class Grant(Dated):
    agreement: Text = Field(description="The agreement that grants it.", examples=["A-2026-017"])


class Standing(BaseModel):
    """A status from a day until the next one."""

    model_config = ConfigDict(from_attributes=True)

    status: Status
    since: date
    reason: str | None = Field(description="Why it was suspended.")


class Place(BaseModel):
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
    standings: list[Standing] = Field(description="Oldest first.")
    places: list[Place] = Field(description="Oldest first; the last ones may lie ahead.")
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
            name=applied.name,
            channel_type=applied.channel_type,
            segment=applied.segment,
            territory=record.place.territory,
            parent=record.place.parent,
            status=record.standing.status,
            status_since=record.standing.since,
            status_reason=record.standing.reason,
            applied_on=applied.occurred_on,
            standings=[Standing.model_validate(one) for one in record.standings],
            places=[Place.model_validate(one) for one in record.places],
            children_access=record.children_access,
            children_accesses=[ChildrenAccess.model_validate(one) for one in record.children_accesses],
        )
