"""What can be asked of a partner."""

from datetime import date
from typing import Annotated, TypeAlias

from channel_events.pure import command
from channel_terms import PLANNED, Code, Label, Name, PlannedOn, Wrong
from msgspec import UNSET, Meta, Struct, UnsetType

from partner_registry.domain.dates import UntilToday
from partner_registry.domain.partner.events import ChannelType

PartnerId: TypeAlias = Annotated[Code, Meta(examples=["p-1001"])]
TerritoryCode: TypeAlias = Annotated[Code, Meta(examples=["CN-E"])]


class _Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    partner_id: PartnerId


@command("apply_partner", stream="partner/{partner_id}")
class ApplyPartner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A partner applies. Without ``partner_id`` it is given one: then send an Idempotency-Key, so that a repeat is no second partner."""

    partner_id: Annotated[
        Code | None, Meta(description="Your own id for it, for ever; one is given when left out.", examples=["p-1001"])
    ] = None
    name: Annotated[Name, Meta(examples=["Jade Trading"])]
    channel_type: Annotated[ChannelType, Meta(examples=["distributor"])]
    segment: Annotated[Label | None, Meta(examples=["Specialty Bike Shop"])] = None
    territory: TerritoryCode
    parent: Annotated[Code | None, Meta(description="The partner it belongs to or buys through.", examples=["p-1000"])] = None
    on: UntilToday = None


class AdmitPartner(ApplyPartner, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A partner that was approved and activated elsewhere, with the days of it."""

    approved_on: UntilToday = None
    activated_on: UntilToday = None


@command("approve_partner", stream="partner/{partner_id}")
class ApprovePartner(_Asked, frozen=True, kw_only=True):
    """The brand takes it on; it may not order yet."""

    on: UntilToday = None


@command("activate_partner", stream="partner/{partner_id}")
class ActivatePartner(_Asked, frozen=True, kw_only=True):
    """From now on it may order."""

    on: UntilToday = None


@command("suspend_partner", stream="partner/{partner_id}")
class SuspendPartner(_Asked, frozen=True, kw_only=True):
    """Its direct orders are refused until it is reinstated."""

    reason: Annotated[Name, Meta(examples=["invoices overdue"])]
    on: UntilToday = None


@command("reinstate_partner", stream="partner/{partner_id}")
class ReinstatePartner(_Asked, frozen=True, kw_only=True):
    """It may order again."""

    on: UntilToday = None


@command("move_partner", stream="partner/{partner_id}")
class MovePartner(_Asked, frozen=True, kw_only=True):
    """From ``on``, which may lie ahead but not before the last move. What is left out stays; ``"parent": null`` makes it a root."""

    territory: Annotated[Code | UnsetType, Meta(description="Stays as it is when left out.", examples=["CN-N"])] = UNSET
    parent: Annotated[
        Code | UnsetType | None,
        Meta(description="Stays as it is when left out; null makes the partner a root.", examples=["p-1002"]),
    ] = UNSET
    on: PlannedOn = None

    def __post_init__(self) -> None:
        if self.territory is UNSET and self.parent is UNSET:
            raise Wrong("must name a territory, a parent, or both", "应指明区域、上级或两者")


@command("describe_partner", stream="partner/{partner_id}")
class DescribePartner(_Asked, frozen=True, kw_only=True):
    """It is called otherwise from ``on``, or belongs to another segment. What is left out stays; ``"segment": null`` is none."""

    name: Annotated[Name | UnsetType, Meta(description="Stays as it is when left out.", examples=["Jade Trading Group"])] = UNSET
    segment: Annotated[
        Label | UnsetType | None, Meta(description="Stays as it is when left out; null is none.", examples=["City stores"])
    ] = UNSET
    on: UntilToday = None

    def __post_init__(self) -> None:
        if self.name is UNSET and self.segment is UNSET:
            raise Wrong("must name a name, a segment, or both", "应指明名称、细分或两者")


@command("withdraw_move", stream="partner/{partner_id}")
class WithdrawMove(_Asked, frozen=True, kw_only=True):
    """The last move does not take place. Only one that lies ahead can be withdrawn."""

    on: Annotated[date, PLANNED, Meta(description="The day for which the move is planned.", examples=["2027-01-01"])]


@command("grant_children_access", stream="partner/{partner_id}")
class GrantChildrenAccess(_Asked, frozen=True, kw_only=True):
    """From ``on``, which may lie ahead, it may read what is of the partners directly under it, and change nothing there."""

    agreement: Annotated[Name, Meta(description="The agreement that grants it.", examples=["A-2026-017"])]
    on: PlannedOn = None


@command("revoke_children_access", stream="partner/{partner_id}")
class RevokeChildrenAccess(_Asked, frozen=True, kw_only=True):
    """From ``on``, which may lie ahead; grants that were planned for later days are void."""

    on: PlannedOn = None


@command("withdraw_children_access", stream="partner/{partner_id}")
class WithdrawChildrenAccess(_Asked, frozen=True, kw_only=True):
    """The last change of what it may read of its children does not take place. Only one that lies ahead can be withdrawn."""

    on: Annotated[date, PLANNED, Meta(description="The day for which the change is planned.", examples=["2027-01-01"])]


@command("require_parent", stream="partner/{partner_id}")
class RequireParent(_Asked, frozen=True, kw_only=True):
    """Part of another partner's command that names this one as its parent: refused when there is no such partner."""


StandingCommand: TypeAlias = ApprovePartner | ActivatePartner | SuspendPartner | ReinstatePartner
PartnerCommand: TypeAlias = (
    ApplyPartner
    | StandingCommand
    | DescribePartner
    | MovePartner
    | WithdrawMove
    | GrantChildrenAccess
    | RevokeChildrenAccess
    | WithdrawChildrenAccess
    | RequireParent
)
